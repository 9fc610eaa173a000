"""One fact by its key, as words that a page can print: ``table/record:field``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.library import library
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Arm, Published, SideEffect, Verified
from ketalab.models.risk import RiskComparison, compare_proportions

_KEY = re.compile(r"(\w+)/([^/:\s]+):(\w+(?:\.\w+)?)")

_NOT_REVIEWED = "not yet reviewed by a clinician"


class FactError(LookupError):
    """A key names no fact; the message says which part is wrong and what comes near."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a key stands for.

    text: the words to print, without the source.
    source_key: the entry of the bibliography; None where the text is the compiler's general
        knowledge, which no source vouches for.
    url: where the source can be read; None where no address is known.
    verified: how the record was checked.
    value: the bare number of a key such as ``…:treatment.pct`` (percentages, and differences
        ``per_100``, run to 100; ratios and numbers needed are unrounded); None for any other key.
    caveats: what has to be said beside the text, as short phrases.
    """

    text: str
    source_key: str | None
    url: str | None
    verified: Verified
    value: int | float | None = None
    caveats: tuple[str, ...] = ()


def fact(key: str) -> Fact:
    """Return the fact that ``key`` names.

    Keys: ``side_effects/<id>:`` with treatment, control, risk_difference, risk_ratio,
    number_needed_to_harm or published; with a part of these for the bare number
    (``treatment.events``, ``risk_difference.low_per_100``); or with a field of text.
    ``effect_profiles/<key>:`` with a field of text.

    Raises FactError, which names the key and near matches, when table, record or field does not
    exist, when the field is empty, and when the figure cannot be given (no counts in both arms,
    or no number needed to harm because the interval of the risk difference includes zero).
    """
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise FactError(f"{key}: expected a key of the form table/record:field")
    tables: dict[str, Mapping[str, SideEffect | EffectProfile]] = {
        "side_effects": library().side_effects,
        "effect_profiles": library().effect_profiles,
    }
    table, record, field = parts.groups()
    if table not in tables:
        raise _unknown(key, "table", table, tables)
    if record not in tables[table]:
        raise _unknown(key, "record", record, tables[table])
    entry = tables[table][record]
    if isinstance(entry, SideEffect):
        return _side_effect_fact(key, entry, field)
    return _profile_fact(key, entry, field)


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
        text, value = _whole_or_part(key, part, _arm_text(row, arm), _numbers_of(arm))
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
            key, part, _published_text(row.published), _numbers_of(row.published)
        )
    else:
        words = [name for name in SideEffect.model_fields if isinstance(getattr(row, name), str)]
        if field not in words:
            if field in SideEffect.model_fields:
                raise FactError(f"{key}: the field {field!r} is empty")
            raise _unknown(key, "field", field, [*_ARM_FIELDS, *_COMPARED, "published", *words])
        text = getattr(row, field)
    reference = library().references[row.source]
    return Fact(
        text, row.source, row.url or _address(reference), row.verified, value, tuple(caveats)
    )


def _profile_fact(key: str, profile: EffectProfile, field: str) -> Fact:
    words = [name for name in EffectProfile.model_fields if isinstance(getattr(profile, name), str)]
    if field not in words:
        raise _unknown(key, "field", field, words)
    text = getattr(profile, field)
    if profile.is_synthesis(field):
        return Fact(text, None, None, profile.verified, caveats=(_NOT_REVIEWED,))
    source = profile.sources[0]
    return Fact(text, source, _address(library().references[source]), profile.verified)


def _address(reference: Reference) -> str | None:
    return reference.links[0][1] if reference.links else None


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


_ARM_FIELDS = ("treatment", "control")


def _arm_text(row: SideEffect, arm: Arm) -> str:
    """Return "142 of 346 (41%)", or as much of it as the source gives."""
    unit = "" if row.counts_patients else f" {_unit(row)}"
    percentage = None if arm.pct is None else f"{arm.pct:.10g}%"
    if arm.events is not None:
        if arm.n is not None:
            share = f"{arm.events:,} of {arm.n:,}{unit}"
            return share if percentage is None else f"{share} ({percentage})"
        base = "denominator not printed"
        brackets = base if percentage is None else f"printed as {percentage}, {base}"
        return f"{arm.events:,}{unit} ({brackets})"
    if percentage is not None:
        return f"{percentage}{f' of{unit}' if unit else ''} (no count printed)"
    return f"count not printed ({arm.n:,}{unit or ' patients'})"


def _unit(row: SideEffect) -> str:
    return re.sub(r" \(.*\)", "", row.unit)


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
        caveats.append(f"a count of {_unit(row)} only, of which no rate can be made")
    elif not row.counts_patients:
        caveats.append(f"counts {_unit(row)}, not patients")
    return caveats


@cache
def _comparison_of(row_id: str) -> RiskComparison | None:
    row = library().side_effects[row_id]
    treated, control = row.treatment, row.control
    if treated is None or control is None:
        return None
    if treated.events is None or treated.n is None or control.events is None or control.n is None:
        return None
    return compare_proportions(treated.events, treated.n, control.events, control.n)


def _comparison(key: str, row: SideEffect) -> RiskComparison:
    comparison = _comparison_of(row.id)
    if comparison is None:
        raise FactError(f"{key}: the source gives no counts in both arms, so nothing to compare")
    return comparison


def _risk_difference(key: str, comparison: RiskComparison) -> tuple[str, dict[str, int | float]]:
    value = 100 * comparison.risk_difference
    low, high = (100 * end for end in comparison.risk_difference_interval)
    if low > 0 or high < 0:
        near, far = sorted((abs(low), abs(high)))
        interval = f"{near:.1f} to {far:.1f}"
    else:
        interval = f"{abs(low):.1f} fewer to {high:.1f} more"
    direction = "" if value == 0 else " more" if value > 0 else " fewer"
    text = f"{abs(value):.1f}{direction} of 100 (95% CI {interval})"
    return text, {"per_100": value, "low_per_100": low, "high_per_100": high}


def _risk_ratio(key: str, comparison: RiskComparison) -> tuple[str, dict[str, int | float]]:
    value, interval = comparison.risk_ratio, comparison.risk_ratio_interval
    if value is None or interval is None:
        raise FactError(f"{key}: a risk ratio cannot be estimated from these counts")
    low, high = interval
    return f"{value:.2f} (95% CI {low:.2f} to {high:.2f})", {
        "value": value,
        "low": low,
        "high": high,
    }


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
    whole = needed.rounded()
    low, high = needed.interval
    return f"{whole.value:,} (95% CI {whole.interval[0]:,} to {whole.interval[1]:,})", {
        "value": needed.value,
        "low": low,
        "high": high,
    }


_COMPARED = {
    "risk_difference": _risk_difference,
    "risk_ratio": _risk_ratio,
    "number_needed_to_harm": _number_needed_to_harm,
}


def _published_text(result: Published) -> str:
    # The records do not say at which level each source set its interval, so neither does this.
    text = f"{result.measure}: {result.value:g} (CI {result.ci_low:g} to {result.ci_high:g})"
    if result.rd_pct is None or result.rd_low is None or result.rd_high is None:
        return text
    direction = "more" if result.rd_pct > 0 else "fewer"
    ends = f"{abs(result.rd_low):g} to {abs(result.rd_high):g}"
    return f"{text}; {abs(result.rd_pct):g} {direction} of 100 (CI {ends})"
