"""What was found beyond pain, by setting and outcome: who was compared, and on which scale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ketalab.evidence.certainty import badge, grade, level
from ketalab.evidence.library import library
from ketalab.evidence.paths import text_at
from ketalab.evidence.printable import printable_part, why_withheld
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import (
    Change,
    Difference,
    Means,
    NumberNeeded,
    Percentages,
    Proportion,
    Ratio,
    Responders,
    Result,
    Share,
)
from ketalab.evidence.result_wording import result_words
from ketalab.evidence.wording import risk_difference_words
from ketalab.explorers.beyond_pain_settings import (
    SETTINGS,
    Setting,
    Study,
    is_compared,
    outcome_of,
)
from ketalab.frontend import Case, digest
from ketalab.frontend.numerals import fixed
from ketalab.models.risk import compare_proportions

# The numbers of a line in words, and its marks.
Drawn = tuple[str, list[dict[str, Any]]]

IN_WORDS = "found, in words only"
_WHERE_FIRST = "surgery, chronic pain"


@cache
def beyond_pain_cases() -> Mapping[tuple[str, str, str], Case]:
    """What the explorer shows at each question, setting and outcome, the opening one first."""
    found = {}
    for setting in SETTINGS:
        by_outcome: dict[str, list[tuple[Study, Result | None]]] = {}
        for study in setting.studies:
            for result in study.results:
                by_outcome.setdefault(outcome_of(result), []).append((study, result))
        for study in setting.studies:
            if not study.results:
                by_outcome.setdefault(IN_WORDS, []).append((study, None))
        for outcome, lines in by_outcome.items():
            if all(isinstance(result, Ratio) for _, result in lines):
                outcome = outcome.replace("(of 100)", "(ratio)")
            key = (setting.question, setting.name, outcome)
            found[key] = _Shown(setting, outcome, lines).case()
    return dict(sorted(found.items(), key=lambda item: item[0][1] != _WHERE_FIRST))


@dataclass(frozen=True)
class _Shown:
    setting: Setting
    outcome: str
    lines: list[tuple[Study, Result | None]]

    def case(self) -> Case:
        drawn = {
            "map": _map(self.setting),
            "arms": self._drawn(_arms),
            "differences": self._drawn(lambda r: _ranged(r) if isinstance(r, Difference) else None),
            "ratios": self._drawn(lambda r: _ranged(r) if isinstance(r, Ratio) else None),
        }
        studies = list(dict.fromkeys(study for study, _ in self.lines))
        return Case(
            reading=self._reading(),
            table=[_row(study, result) for study, result in self.lines],
            details=[
                {
                    "term": "For chronic pain",
                    "text": f"{self.setting.directness} evidence. {self.setting.reason}",
                },
                *(row for study in studies for row in _about(study, self.lines)),
            ],
            captions=list(self._captions(drawn)),
            drawn=drawn,
            record=digest(
                [
                    *(study.record.model_dump() for study in studies),
                    *(study.reference.model_dump() for study in studies),
                    *(r.model_dump() for _, r in self.lines if r is not None),
                ]
            ),
        )

    def _drawn(self, draw: Callable[[Result], Drawn | None]) -> list[dict[str, Any]]:
        """The marks of a picture; the first of a line has the label.

        Results of which `draw` makes nothing are left out.
        """
        rows: list[dict[str, Any]] = []
        line = 0
        for study, result in self.lines:
            if result is None or not (found := draw(result)):
                continue
            words, marks = found
            said = {"label": self._line_name(study, result), "words": words}
            rows += [
                {"line": line, **(dict.fromkeys(said, "") if place else said), **mark}
                for place, mark in enumerate(marks)
            ]
            line += 1
        return rows

    # What it says -------------------------------------------------------------------------

    def _reading(self) -> str:
        name, outcome = self.setting.name, self.outcome
        if outcome == IN_WORDS:
            body = "; ".join(f"{_named(study)}: {_found(study)}" for study, _ in self.lines) + "."
        else:
            body = f"{self._numbers()} {self._comparison()}"
        gap = ""
        if name == "ongoing chronic pain" and outcome != IN_WORDS:
            review = next(s for s in self.setting.studies if s.key.endswith("/ferraro2025"))
            gap = f" {_label(review)}, read {badge(review.record.verified)}: {_found(review)}."
        kind = self.setting.directness
        return (
            f"{name[:1].upper()}{name[1:]}; {outcome}. {body}{gap} "
            f"{kind[:1].upper()}{kind[1:]} evidence for chronic pain. "
            f"Verified: {self._verified()}. Certainty (GRADE): {self._certainty()}."
        )

    def _numbers(self) -> str:
        said = [
            (study, result)
            for study, result in self.lines
            if result is not None and not isinstance(result, NumberNeeded | Change)
        ]
        first, parts, remarks = said[:3], [], []
        for place, (study, result) in enumerate(first):
            words, remark = _without_remark(result_words(result))
            remarks += [remark] if remark else []
            name = self._line_name(study, result)
            if place == 0 or first[place - 1][0] != study:
                name = name.replace(_label(study), _introduced(study, result), 1)
            elif name == self._line_name(*first[place - 1]):
                name = ""
            else:
                name = name.removeprefix(f"{_label(study)}, ")
            parts.append(f"{name}: {words}" if name else words)
        if len(said) > len(first):
            parts.append(f"{len(said) - len(first)} more in the table")
        return "; ".join(parts) + "." + "".join(f" {remark}" for remark in dict.fromkeys(remarks))

    def _line_name(self, study: Study, result: Result) -> str:
        """The study with what tells this result from its others."""
        results = [r for _, r in self.lines if r is not None]
        parts = [_label(study)]
        if result.drug and result.drug != study.drug:
            parts.append(result.drug)
        if result.population:
            parts.append(result.population)
        if len({r.comparator for r in results}) > 1 and result.comparator:
            parts.append(f"v {result.comparator}")
        if len({r.measure for r in results if type(r) is type(result)}) > 1 and (
            isinstance(result, Proportion) or "bias-corrected" in result.measure
        ):
            parts.append("bias-corrected" if "bias" in result.measure else result.measure)
        if result.time:
            parts.append(result.time)
        return ", ".join(parts)

    def _comparison(self) -> str:
        results = [result for _, result in self.lines if result is not None]
        counted = [
            (s, r.treatment, r.control)
            for s, r in self.lines
            if isinstance(r, Responders) and r.control is not None
        ]
        if counted:
            ((study, treated, control),) = counted
            arms = (treated.events, treated.n, control.events, control.n)
            return (
                f"That is {risk_difference_words(compare_proportions(*arms))}, an approximation, "
                f"because the same people stand in both groups. {study.record.note}"
            )
        if not any(map(is_compared, results)):
            return "No control group: what ketamine itself added cannot be told."
        said = []
        ranged = [r for r in results if isinstance(r, Difference | Ratio)]
        known = [r for r in ranged if _leaves_out(r) is not None]
        if len(known) == 1:
            nothing = "a ratio of one" if isinstance(known[0], Ratio) else "zero"
            verb = "excludes" if _leaves_out(known[0]) else "includes"
            several = len({study for study, _ in self.lines}) > 1
            whose = next(_label(s) for s, r in self.lines if r is known[0])
            said.append(f"The interval{f' of {whose}' if several else ''} {verb} {nothing}.")
        elif known:
            excluded = sum(bool(_leaves_out(r)) for r in known)
            said.append(f"{excluded} of {len(known)} intervals exclude zero (for a ratio, one).")
        else:
            said.append("No interval of the difference was printed.")
        if all(isinstance(r, Ratio) for r in results):
            said.append("Only a ratio was printed: how many of 100 is not known.")
        if any(isinstance(r, Percentages) for r in results):
            said.append("The sizes of the groups behind the percentages were not printed.")
        if len({study for study, _ in self.lines}) > 1:
            said.append("Studies stand side by side, not pooled.")
        return " ".join(said)

    def _verified(self) -> str:
        return ", ".join(dict.fromkeys(badge(_verified(s, r)) for s, r in self.lines))

    def _certainty(self) -> str:
        return ", ".join(
            dict.fromkeys(grade(r.certainty if r else "not graded") for _, r in self.lines)
        )

    def _captions(self, drawn: Mapping[str, list[dict[str, Any]]]) -> Iterator[dict[str, str]]:
        yield {
            "picture": "map",
            "title": (
                f"Studies of {self.setting.question} by setting: ● numbers with a control group, "
                "○ without one, – result in words only"
            ),
            "alt": f"Map of the evidence, a row for each setting. {_map_words(self.setting)}",
        }
        name, _, scale = self.outcome.rstrip(")").partition(" (")
        control = (
            ", ● compared"
            if any(row["side"] == "control" for row in drawn["arms"])
            else ", no control"
        )
        # In standard deviations each source chose which direction is positive.
        standardised = scale == "standard deviations"
        minus = "Difference, sign as printed" if standardised else "Treated minus compared"
        texts = {
            "arms": f"Each group, {name}, {scale} (◆ treated{control})",
            "differences": f"{minus}, {name}, {scale}{_key(drawn['differences'], 'zero')}",
            "ratios": f"Ratio, treated to compared, {name}{_key(drawn['ratios'], 'one')}",
        }
        for picture, title in texts.items():
            if drawn[picture]:
                said = "; ".join(
                    f"{row['label']}: {row['words']}" for row in drawn[picture] if row["label"]
                )
                yield {
                    "picture": picture,
                    "title": title,
                    "alt": f"Marks on one scale. {title}: {said}.",
                }


def _map(chosen: Setting) -> list[dict[str, Any]]:
    """One mark a study, in the row of its setting, those with a control group first."""
    order = ("compared", "alone", "words")
    beside = [setting for setting in SETTINGS if setting.question == chosen.question]
    return [
        {
            "row": row,
            "setting": f"{setting.name} ({setting.directness})",
            "place": place,
            "kind": kind,
            "chosen": setting == chosen,
        }
        for row, setting in enumerate(beside)
        for place, kind in enumerate(sorted((s.kind for s in setting.studies), key=order.index))
    ]


def _map_words(chosen: Setting) -> str:
    said = []
    for setting in SETTINGS:
        if setting.question != chosen.question:
            continue
        kinds = [study.kind for study in setting.studies]
        here = " (chosen)" if setting == chosen else ""
        said.append(
            f"{setting.name}{here}, {setting.directness}: {kinds.count('compared')} with a control "
            f"group, {kinds.count('alone')} without, {kinds.count('words')} in words only"
        )
    return "; ".join(said) + "."


def _label(study: Study) -> str:
    """The source in short; of an institution with a long name, the key."""
    label = study.reference.label
    return label if len(label) <= 30 else study.reference.key


def _named(study: Study) -> str:
    people = _people(study.record)
    return f"{_label(study)} ({people})" if people else _label(study)


def _introduced(study: Study, result: Result) -> str:
    """The study's name with drug, comparator, and the people behind this very number."""
    against = _against(study, result)
    drug = f"{study.drug} v {against}" if against else study.drug
    counted = [
        f"{count:,} {unit}"
        for count, unit in ((result.trials, "trials"), (result.people, "people"))
        if count
    ]
    people = ", ".join(counted) or _people(study.record)
    return f"{_label(study)} ({'; '.join(filter(None, [drug, people]))})"


def _found(study: Study) -> str:
    return study.lead + "; ".join(text_at(study.record, path) for path in study.words)


def _verified(study: Study, result: Result | None) -> Any:
    if result is None:
        return study.record.verified
    return provenance_of(result, library()).verified


def _without_remark(words: str) -> tuple[str, str]:
    """A result in words, and as a sentence what it says of a spread that has no label."""
    found = re.search(r" \((the source does not say .*)\)$", words)
    if not found:
        return words, ""
    remark = found[1]
    return words[: found.start()], f"{remark[:1].upper()}{remark[1:]}."


def _numbers(*values: float | None, unit: str = "") -> list[str]:
    """Values with the decimals of the most exact one."""
    known = [value for value in values if value is not None]
    decimals = max(len(f"{value:.10g}".partition(".")[2]) for value in known)
    return [f"{fixed(value, decimals)}{unit}" for value in known]


def _arms(result: Result) -> Drawn | None:
    """Words and a mark for each group, or None where the result has none."""
    ends: list[tuple[float, float] | None] = [None, None]
    if isinstance(result, Responders):
        arms = [arm for arm in (result.treatment, result.control) if arm]
        values = [arm.pct for arm in arms]
        words = " v ".join(f"{arm.events} of {arm.n}" for arm in arms)
    elif isinstance(result, Percentages):
        values = [result.treatment.pct, result.control.pct]
        words = " v ".join(_numbers(*values, unit="%"))
        ends = [_ends(result.treatment), _ends(result.control)]
    elif isinstance(result, Proportion):
        values = [result.pct]
        words = _numbers(result.pct, unit="%")[0]
    elif isinstance(result, Means):
        values = [v for v in (result.treatment, result.control) if v is not None]
        words = " v ".join(_numbers(*values))
        if result.spread_label == "95% CI":
            ends = [result.range_treatment, result.range_control]
    else:
        return None
    marks = []
    for side, value, span in zip(("treated", "control"), values, ends, strict=False):
        low, high = span or (value, value)
        marks.append({"side": side, "value": value, "low": low, "high": high})
    # The treated are drawn last, so that they show where both are alike.
    return words, marks[::-1]


def _ends(share: Share) -> tuple[float, float] | None:
    return None if share.low is None or share.high is None else (share.low, share.high)


def _ranged(result: Difference | Ratio) -> Drawn:
    """Words and values of an estimate; without an interval both ends are the estimate."""
    leaves = _leaves_out(result)
    low, high = result.low, result.high
    if leaves is None or low is None or high is None:
        words, low, high = _numbers(result.estimate)[0], result.estimate, result.estimate
    else:
        ends = _numbers(low, high)
        words = f"{_numbers(result.estimate, low, high)[0]} ({ends[0]} to {ends[1]})"
    shape = "none" if leaves is None else "without" if leaves else "with"
    return words, [{"estimate": result.estimate, "low": low, "high": high, "shape": shape}]


_SHAPES = {"without": "◆ interval excludes {}", "with": "● includes {}", "none": "■ no interval"}


def _key(rows: list[dict[str, Any]], nothing: str) -> str:
    """What the shapes that are drawn mean, in brackets."""
    drawn = [text.format(nothing) for shape, text in _SHAPES.items() if _has(rows, shape)]
    return f" ({', '.join(drawn)})"


def _has(rows: list[dict[str, Any]], shape: str) -> bool:
    return any(row["shape"] == shape for row in rows)


def _leaves_out(result: Difference | Ratio) -> bool | None:
    """Whether the interval leaves out no difference; None where no interval was printed."""
    if result.low is None or result.high is None:
        return None
    nothing = 1 if isinstance(result, Ratio) else 0
    return not result.low <= nothing <= result.high


# What stands in the table and beneath ---------------------------------------------------------


def _row(study: Study, result: Result | None) -> dict[str, str]:
    verified = badge(_verified(study, result))
    if result is None:
        return {
            "study": _label(study),
            "drug": study.drug,
            "measure": "in words",
            "result": _found(study),
            "comparator": _design(study) or "–",
            "certainty": grade("not graded"),
            "verified": verified,
        }
    own = " (own arithmetic)" if result.derived else ""
    measure = ", ".join(filter(None, [result.measure, result.population, result.time]))
    return {
        "study": _label(study),
        "drug": result.drug or study.drug,
        "measure": measure,
        "result": f"{result_words(result)}{own}",
        "comparator": _against(study, result)
        or (_design(study) if is_compared(result) else "no control group"),
        "certainty": grade(result.certainty),
        "verified": verified,
    }


def _against(study: Study, result: Result) -> str:
    """What the treated were compared with, as far as the record says it."""
    if not is_compared(result):
        return ""
    named = result.comparator or getattr(study.record, "comparator", None)
    if named:
        return named
    return "placebo" if "placebo-controlled" in _design(study) else ""


def _design(study: Study) -> str:
    record = study.record
    for field in ("design", "study_type", "kind", "type"):
        text = getattr(record, field, None)
        if text:
            return str(text)
    return ""


_FIELDS = {
    "setting": "Who",
    "condition": "Who",
    "scope": "Who",
    "topic": "About",
    "dose_as_given": "Regimen studied",
    "dose_as_given_in_trial": "Regimen studied",
    "design_caution": "Caution",
    "criticism": "Criticism",
    "note": "What it can show",
}


# Parts of a record's findings that belong beside its numbers.
_ALSO = {
    "lost": "Lost",
    "duration": "How long",
    "correct_guess": "Who guessed the treatment",
    "adverse": "Harms",
    "six_months": "Six months later",
}


def _about(study: Study, lines: list[tuple[Study, Result | None]]) -> Iterator[dict[str, str]]:
    """A study's source, people, regimen, verification and limits, under its name."""
    term, record, reference = _label(study), study.record, study.reference
    name, address = (*reference.links, ("page read", record.url))[0]
    link = {"link": address, "link_text": name} if address else {}
    yield {"term": term, "text": reference.citation, **link}
    texts = [f"Design: {_design(study)}"] if _design(study) else []
    texts += [f"People: {people}" for people in [_people(record)] if people]
    for field, name in _FIELDS.items():
        text = getattr(record, field, None)
        if not text or why_withheld(field, text if field != "note" else None):
            continue
        if field == "note":
            text = printable_part(text)
        if text:
            texts.append(f"{name}: {text}")
    for part, name in _ALSO.items():
        if text := record.result.get(part) if hasattr(record, "result") else None:
            texts.append(f"{name}: {text}")
    if record.overlap_group:
        other = library().references[record.overlap_group].label
        texts.append(f"Overlap: the same people as {other}; the two are never added up")
    levels = dict.fromkeys(level(_verified(s, r)) for s, r in lines if s == study)
    texts.append(f"Verified on: {', '.join(levels)}")
    for text in texts:
        yield {"term": term, "text": text if text.endswith(".") else f"{text}."}


def _people(record: Any) -> str:
    trials = getattr(record, "n_trials", None)
    people = (
        getattr(record, "n", None)
        or getattr(record, "n_randomised", None)
        or getattr(record, "n_participants", None)
    )
    words = [f"{trials:,} trials" if trials else None, f"{people:,} people" if people else None]
    note = getattr(record, "n_note", None)
    if note and not why_withheld("n_note", note):
        words.append(note)
    return ", ".join(filter(None, words))
