"""One fact by its key, as words that a page can print: ``table/record:path``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ketalab.evidence.certainty import NOT_REVIEWED, Certainty
from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.library import TABLES, library
from ketalab.evidence.printable import why_withheld
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Arm, Published, SideEffect, Verified
from ketalab.evidence.sources import source_keys
from ketalab.evidence.tables import Record
from ketalab.evidence.wording import (
    arm_words,
    number_needed_words,
    number_words,
    published_words,
    risk_difference_words,
    risk_ratio_words,
    unit_words,
)
from ketalab.models.risk import RiskComparison, compare_proportions

if TYPE_CHECKING:  # side effects, which every kernel needs, do without the other tables
    from ketalab.evidence.result import Result

_KEY = re.compile(r"(\w+)/([^/:\s]+)(?::([^\s`]*[^\s`.]))?")
_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d+)\]")

_OWN_ARITHMETIC = "our own arithmetic"
_OWN_READING = "our own reading of these sources"

# What a record says about itself is shown by a badge or a citation, not printed as a fact.
_MARKS = ("id", "kind", "verified", "overlap_group", "counts_basis", "compiler_synthesis_fields")
_BIBLIOGRAPHIC = (
    *("source", "source_key", "sources", "keys", "first_author", "journal", "year"),
    *("doi", "pmid", "url"),
)


class FactError(LookupError):
    """A key names no fact; the message says which part is wrong and what comes near."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a key stands for.

    text: the words to print, without the source.
    source_keys: the entries of the bibliography, the main one first; empty where the text is the
        compiler's general knowledge, which no source vouches for.
    url: where the main source can be read; None where no address is known.
    verified: how the record was checked; None for the course's own reading of its sources.
    value: the bare number of a key such as ``…:treatment.pct`` (percentages, and differences
        ``per_100``, run to 100; ratios and numbers needed are unrounded); None for any other key.
    caveats: what has to be said beside the text, as short phrases.
    certainty: as the source grades it; None where nothing was graded.
    """

    text: str
    source_keys: tuple[str, ...]
    url: str | None
    verified: Verified | None
    value: int | float | None = None
    caveats: tuple[str, ...] = ()
    certainty: Certainty | None = None

    @property
    def source_key(self) -> str | None:
        """The main source; None where there is none."""
        return self.source_keys[0] if self.source_keys else None


def fact(key: str) -> Fact:
    """Return the fact that ``key`` names.

    ``side_effects/<id>:`` with treatment, control, risk_difference, risk_ratio,
    number_needed_to_harm or published; with a part of these for the bare number
    (``treatment.events``, ``risk_difference.low_per_100``); or with a field of text.
    ``results/<id>`` is the whole result in words; ``results/<id>:estimate``, ``…:treatment.events``
    or another field is that field alone. ``references/<key>:`` has label and citation.
    Any other ``<table>/<id>:`` takes the path to one text or number, dotted, with [i] for a list:
    ``trials/sigtermans2009:result.nadir``, ``reviews/michelet2018:pooled[2].effect``.

    Raises FactError, which names the key and near matches, when table, record or field does not
    exist, when the field is empty or holds more than one value, when it must not be printed (it
    leans on memory, or only tells how a page was read), and when the figure cannot be given (no
    counts in both arms, or no number needed to harm because the interval of the risk difference
    includes zero).
    """
    parts = _KEY.fullmatch(key)
    if parts is None or (parts[3] is None and parts[1] != "results"):
        raise FactError(f"{key}: expected a key of the form table/record:field")
    table, name = parts[1], parts[2]
    # Only a result may stand without a path.
    path: Any = parts[3]
    if table not in TABLES:
        raise _unknown(key, "table", table, TABLES)
    records = library().table(table)
    if name not in records:
        raise _unknown(key, "record", name, records)
    record: Any = records[name]
    if path is not None and (reason := why_withheld(path, record=f"{table}/{name}")):
        raise _withheld(key, reason)
    if table == "results":
        found = _result_fact(key, record, path)
    elif isinstance(record, SideEffect):
        found = _side_effect_fact(key, record, path)
    elif isinstance(record, EffectProfile):
        found = _profile_fact(key, record, path)
    elif isinstance(record, Reference):
        found = _reference_fact(key, record, path)
    else:
        found = _record_fact(key, record, path)
    if reason := why_withheld("", found.text):
        raise _withheld(key, reason)
    return found


def _withheld(key: str, reason: str) -> FactError:
    return FactError(f"{key}: not for students, because {reason}")


def _unknown(key: str, kind: str, name: str, known: Iterable[str]) -> FactError:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3)
    if near:
        hint = f"did you mean {' or '.join(map(repr, near))}?"
    elif len(known) <= 40:
        hint = f"known: {', '.join(known)}"
    else:
        hint = "nothing comes near"
    return FactError(f"{key}: no {kind} {name!r}; {hint}")


def _address(source: str) -> str | None:
    links = library().references[source].links
    return links[0][1] if links else None


# --- Any record: the path to one text or number --------------------------------------------------


def _record_fact(key: str, record: Record, path: str) -> Fact:
    value = _at(key, record, path)
    head = path.partition(".")[0].partition("[")[0]
    text, number = _said(key, value)
    sources = _sources(record, text)
    if hasattr(record, "is_synthesis") and record.is_synthesis(head):
        # The compiler's own general knowledge: no source vouches for it.
        return Fact(text, (), None, None, number, (NOT_REVIEWED,))
    level = _level(record, path)
    caveats = (_OWN_ARITHMETIC,) if head == "derived" else ()
    if level is None:
        caveats = (_OWN_READING,)
    address = getattr(record, "url", None) or (_address(sources[0]) if sources else None)
    return Fact(text, sources, address, level, number, caveats)


def _at(key: str, record: object, path: str) -> object:
    """Follow ``path``; every step that leads nowhere is an error that says what comes near."""
    steps = list(_STEP.finditer(path))
    if "".join(step[0] for step in steps) != path:
        raise FactError(f"{key}: expected a path such as result.overall or pooled[0].effect")
    value = record
    for step in steps:
        name, index = step.groups()
        if index is not None:
            if not isinstance(value, Sequence) or isinstance(value, str):
                raise FactError(f"{key}: [{index}] stands where there is no list")
            if int(index) >= len(value):
                raise FactError(f"{key}: no entry [{index}]; the list has {len(value)}")
            value = value[int(index)]
            continue
        if value is record and name in _BIBLIOGRAPHIC:
            raise _withheld(key, "the bibliography holds it: cite the source")
        if value is record and name in _MARKS:
            raise _withheld(key, "it is a mark of the record, which the badge shows")
        known = _names(value)
        if name not in known:
            raise _unknown(key, "field", name, [n for n in known if not why_withheld(n)])
        value = known[name]
    return value


def _names(value: object) -> Mapping[str, Any]:
    if isinstance(value, Record):
        hidden = (*_MARKS, *_BIBLIOGRAPHIC)
        return {name: part for name, part in value if name not in hidden}
    return value if isinstance(value, Mapping) else {}


def _said(key: str, value: object) -> tuple[str, int | float | None]:
    if value is None:
        raise FactError(f"{key}: the field is empty")
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        raise FactError(f"{key}: expected a text or a number, got {str(value).lower()}")
    if isinstance(value, int | float):
        return number_words(value), value
    if isinstance(value, Sequence):
        raise FactError(f"{key}: a list of {len(value)}: add [0] to [{len(value) - 1}]")
    parts = [name for name in _names(value) if not why_withheld(name)]
    raise FactError(f"{key}: expected one value, got a group; add one of: {', '.join(parts)}")


def _sources(record: Record, text: str) -> tuple[str, ...]:
    """The sources of a record; where it names none, those that stand in its words."""
    keys = source_keys(record)
    if keys:
        return tuple(dict.fromkeys(filter(None, map(_source_of, keys))))
    for words in (text, " ".join(map(str, dict(record).values()))):
        if named := [word for word in re.findall(r"\w+", words) if word in library().references]:
            return tuple(dict.fromkeys(named))
    return ()


def _source_of(key: str) -> str:
    """The entry of the bibliography that a key of a claim means: itself, or that of its record."""
    if key in library().references:
        return key
    for table in TABLES:
        if table != "results" and key in library().table(table):
            return getattr(library().table(table)[key], "source_key", "")
    return ""


def _level(record: Record, path: str) -> Verified | None:
    """How a record was checked, or the lower level of the one result that was read second-hand."""
    second_hand = getattr(record, "secondary_fields", ())
    if any(path.startswith(f"result.{name}") for name in second_hand):
        return "secondary"
    return getattr(record, "verified", None)


# --- Results, profiles, references ---------------------------------------------------------------


def _result_fact(key: str, result: Result, path: str | None) -> Fact:
    # Imported late: what every kernel starts with needs neither.
    from ketalab.evidence.provenance import provenance_of
    from ketalab.evidence.result_wording import result_words

    if path is None:
        text, number = result_words(result), None
    else:
        text, number = _said(key, _at(key, result, path))
    caveats = []
    if result.derived:
        caveats.append(_OWN_ARITHMETIC)
    if path is None and result.kind == "percentages":
        caveats.append("denominators not printed")
    provenance = provenance_of(result, library())
    sources = provenance.source_keys
    record = library().table(result.table)[result.record]
    return Fact(
        text,
        sources,
        getattr(record, "url", None) or _address(sources[0]),
        provenance.verified,
        number,
        tuple(caveats),
        result.certainty,
    )


def _profile_fact(key: str, profile: EffectProfile, field: str) -> Fact:
    words = [name for name in EffectProfile.model_fields if isinstance(getattr(profile, name), str)]
    if field not in words:
        raise _unknown(key, "field", field, words)
    text = getattr(profile, field)
    if profile.is_synthesis(field):
        return Fact(text, (), None, profile.verified, caveats=(NOT_REVIEWED,))
    return Fact(text, profile.sources, _address(profile.sources[0]), profile.verified)


def _reference_fact(key: str, reference: Reference, field: str) -> Fact:
    # The other fields may lean on memory; these two leave out what does.
    if field not in ("label", "citation"):
        raise _unknown(key, "field", field, ("label", "citation"))
    text = getattr(reference, field)
    return Fact(text, (reference.key,), _address(reference.key), reference.verified)


# --- Side effects: counts and what follows from them ---------------------------------------------


def _side_effect_fact(key: str, row: SideEffect, field: str) -> Fact:
    head, _, part = field.partition(".")
    text: str
    value: int | float | None = None
    caveats: list[str] = []
    if head in ("treatment", "control"):
        arm = getattr(row, head)
        if arm is None:
            raise FactError(f"{key}: the source gives no {head} arm")
        caveats = _count_caveats(row, arm)
        text, value = _whole_or_part(key, part, arm_words(row, arm), _numbers_of(arm))
    elif head in ("risk_difference", "risk_ratio", "number_needed_to_harm"):
        comparison = _comparison(key, row)
        caveats = _count_caveats(row, row.treatment, row.control)
        if row.is_crossover:
            caveats.append("same people in both arms, so the interval is an approximation")
        whole, numbers = _COMPARED[head](key, comparison)
        text, value = _whole_or_part(key, part, whole, numbers)
    elif head == "published":
        if row.published is None:
            raise FactError(f"{key}: the row holds no published result")
        text, value = _whole_or_part(
            key, part, published_words(row.published), _numbers_of(row.published)
        )
    else:
        words = [name for name in SideEffect.model_fields if isinstance(getattr(row, name), str)]
        words = [name for name in words if name not in (*_MARKS, *_BIBLIOGRAPHIC)]
        if field not in words:
            if field in SideEffect.model_fields and getattr(row, field) is None:
                raise FactError(f"{key}: the field {field!r} is empty")
            raise _unknown(key, "field", field, [*_ARM_FIELDS, *_COMPARED, "published", *words])
        text = getattr(row, field)
    address = row.url or _address(row.source)
    return Fact(text, (row.source,), address, row.verified, value, tuple(caveats))


_ARM_FIELDS = ("treatment", "control")


def _whole_or_part(
    key: str, part: str, whole: str, numbers: dict[str, int | float]
) -> tuple[str, int | float | None]:
    if not part:
        return whole, None
    if part not in numbers:
        raise _unknown(key, "part", part, numbers)
    value = numbers[part]
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}", value


def _numbers_of(record: Arm | Published) -> dict[str, int | float]:
    return {name: value for name, value in record if isinstance(value, int | float)}


def _count_caveats(row: SideEffect, *arms: Arm | None) -> list[str]:
    caveats = []
    counted = any(arm is not None and arm.events is not None for arm in arms)
    if counted and not row.counts_printed:
        caveats.append(
            "count computed from a printed percentage"
            if row.counts_basis == "computed from % and N"
            else f"counts: {row.counts_basis}"
        )
    if row.is_numerator_only:
        caveats.append(f"a count of {unit_words(row)} only, of which no rate can be made")
    elif not row.counts_patients:
        caveats.append(f"counts {unit_words(row)}, not patients")
    return caveats


@cache
def _comparison_of(row_id: str) -> RiskComparison | None:
    counts = library().side_effects[row_id].counts
    return None if counts is None else compare_proportions(*counts)


def _comparison(key: str, row: SideEffect) -> RiskComparison:
    comparison = _comparison_of(row.id)
    if comparison is None:
        raise FactError(f"{key}: the source gives no counts in both arms, so nothing to compare")
    return comparison


def _risk_difference(key: str, comparison: RiskComparison) -> tuple[str, dict[str, int | float]]:
    low, high = (100 * end for end in comparison.risk_difference_interval)
    return risk_difference_words(comparison), {
        "per_100": 100 * comparison.risk_difference,
        "low_per_100": low,
        "high_per_100": high,
    }


def _risk_ratio(key: str, comparison: RiskComparison) -> tuple[str, dict[str, int | float]]:
    value, interval = comparison.risk_ratio, comparison.risk_ratio_interval
    if value is None or interval is None:
        raise FactError(f"{key}: a risk ratio cannot be estimated from these counts")
    low, high = interval
    return risk_ratio_words(value, interval), {"value": value, "low": low, "high": high}


def _number_needed_to_harm(
    key: str, comparison: RiskComparison
) -> tuple[str, dict[str, int | float]]:
    needed = comparison.number_needed
    if needed is None:
        raise FactError(
            f"{key}: no number needed to harm, because the interval of the risk difference "
            "includes zero"
        )
    if needed.direction != "harm":
        raise FactError(
            f"{key}: no number needed to harm, because the effect is rarer when treated"
        )
    low, high = needed.interval
    return number_needed_words(needed), {"value": needed.value, "low": low, "high": high}


_COMPARED = {
    "risk_difference": _risk_difference,
    "risk_ratio": _risk_ratio,
    "number_needed_to_harm": _number_needed_to_harm,
}
