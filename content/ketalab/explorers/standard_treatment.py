"""What standard medicines achieve, of a hundred people: the measure for any new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence.result import NumberNeeded
from ketalab.explorers.hundred_people import hundred_people, in_groups
from ketalab.explorers.standard_medicine import Medicine, medicines
from ketalab.frontend import Case, CaseExplorer, Choice, Steps, digest
from ketalab.frontend.numerals import fixed
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_BASELINES = (0, 10, 20, 30, 40, 50, 60)  # of 100: what the student assumes


class StandardTreatmentExplorer(CaseExplorer):
    """Choose a medicine and how many of 100 would be better without it.

    >>> StandardTreatmentExplorer(baseline=10).case().table[1]["of_100"]
    '10'
    """

    title = "What do standard medicines do for 100 people in pain?"
    look_for = (
        "how many of 100 owe their relief to the drug, and how many are not better at all. Move "
        "the baseline: those better because of the drug stay the same, which is an assumption too."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "outcome": "Of 100 people",
        "of_100": "People",
        "exact": "More than without the drug, unrounded",
        "needed": "The source's number",
        "basis": "Rests on",
    }

    medicine = Choice(
        "Medicine, pain and review",
        [(medicine.key, medicine.text) for medicine in medicines()],
    )
    baseline = Steps("Better without it (your assumption)", _BASELINES, 20, unit="of 100 people")

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return {
            (medicine.key, baseline): Case(
                reading=medicine.reading(baseline),
                table=_table(medicine, baseline),
                details=list(medicine.details()),
                captions=list(_captions(medicine, baseline)),
                drawn={
                    "benefit": in_groups(_better(medicine, baseline)),
                    "harm": in_groups(_harmed(medicine)) if medicine.harm else [],
                    "classes": _classes(medicine),
                },
                record=digest(
                    [
                        medicine.benefit.model_dump(),
                        medicine.harm.model_dump() if medicine.harm else None,
                        medicine.study.model_dump(),
                    ]
                ),
            )
            for medicine in medicines()
            for baseline in _BASELINES
        }

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {
            "people": hundred_people("benefit", 4),
            "harm": hundred_people("harm", 3),
            "classes": _comparison(),
        }


def _better(medicine: Medicine, baseline: int) -> list[tuple[str, int, str]]:
    split = medicine.split(baseline)
    between = [("open person", split.between, "more by the strongest class of medicine")]
    return [
        ("person", split.drug, "better because of the drug"),
        *(between if medicine.is_range else []),
        ("diamond", split.anyway, "better anyway (your assumption)"),
        ("ring", split.not_better, "not better"),
    ]


def _harmed(medicine: Medicine) -> list[tuple[str, int, str]]:
    extra = medicine.more_harmed
    assert extra is not None
    least, most = extra.drawn
    drug = int(fixed(least))
    between = int(fixed(most)) - drug
    groups = [("cross", drug, f"{medicine.harmed} because of the drug")]
    if medicine.is_range:
        groups.append(("open person", between, "more by the class with most harm"))
    if medicine.harmed_anyway is None:
        return [*groups, ("ring", 100 - drug - between, "others: who would anyway is not known")]
    anyway = int(fixed(medicine.harmed_anyway))
    return [
        *groups,
        ("diamond", anyway, f"{medicine.harmed} anyway, as the source counts"),
        ("ring", 100 - drug - between - anyway, f"without {medicine.counted_as_harm}"),
    ]


def _table(medicine: Medicine, baseline: int) -> list[dict[str, str]]:
    split = medicine.split(baseline)
    drug = str(split.drug)
    rest = str(split.not_better)
    if split.between:
        drug += f" to {split.drug + split.between}"
        rest += f" to {split.not_better + split.between}"
    none = {"exact": "–", "needed": "–"}
    rows = [
        {
            "outcome": f"Better because of the drug: {medicine.better}",
            "of_100": drug,
            "exact": medicine.more_better.words(2),
            "needed": medicine.benefit_words,
            "basis": "the source, capped by the baseline" if split.capped else "the source",
        },
        {
            "outcome": "Better anyway",
            "of_100": str(split.anyway),
            **none,
            "basis": "your assumption",
        },
        {
            "outcome": "Not better",
            "of_100": rest,
            **none,
            "basis": "what is left",
        },
    ]
    if medicine.harm is None or medicine.more_harmed is None:
        return [*rows, {"outcome": "Harmed", "of_100": "–", **none, "basis": "not known"}]
    harmed = _harmed(medicine)
    between = f" to {harmed[0][1] + harmed[1][1]}" if medicine.is_range else ""
    return [
        *rows,
        {
            "outcome": f"Harmed because of the drug: {medicine.harmed}",
            "of_100": f"{harmed[0][1]}{between}",
            "exact": medicine.more_harmed.words(2),
            "needed": medicine.harm_words,
            "basis": "the source",
        },
    ]


def _captions(medicine: Medicine, baseline: int) -> Iterable[dict[str, str]]:
    yield {
        "picture": "people",
        "title": f"Better, of 100 people: {medicine.better}",
        "alt": f"A hundred marks. {_described(_better(medicine, baseline))}.",
    }
    if medicine.harm:
        yield {
            "picture": "harm",
            "title": f"Harmed, of the same 100 people: {medicine.counted_as_harm}",
            "alt": f"A hundred marks. {_described(_harmed(medicine))}.",
        }
    lines = _classes(medicine)
    if lines:
        yield {
            "picture": "classes",
            "title": "All medicines of this review: NNT / NNH, and more of 100 than without "
            "(● better, ◆ stopped treatment; bold: your choice)",
            "alt": f"Two marks with intervals for {len(lines)} medicines. {_chosen_line(medicine)}",
        }


def _described(groups: Iterable[tuple[str, int, str]]) -> str:
    return "; ".join(f"{count} {words}" for _, count, words in groups)


def _chosen_line(medicine: Medicine) -> str:
    harm = medicine.more_harmed
    harmed = harm.words(of_what=f" more {medicine.harmed}") if harm else "harm not given"
    return f"{medicine.name}: {medicine.more_better.words(of_what=' more better')}; {harmed}."


def _classes(medicine: Medicine) -> list[dict[str, Any]]:
    """All medicines of the same review, if it printed numbers needed for several."""
    if not isinstance(medicine.benefit, NumberNeeded):
        return []
    same = [other for other in medicines() if other.study == medicine.study]
    same.sort(key=lambda other: -(other.more_better.estimate or 0))
    return [
        {
            "line": line,
            "label": f"{other.name}: {_short(other)}",
            "chosen": other == medicine,
            **_drawn("better", other.more_better),
            **(_drawn("harmed", other.more_harmed) if other.more_harmed else {}),
        }
        for line, other in enumerate(same)
    ]


def _short(medicine: Medicine) -> str:
    """The printed numbers, estimates only: there is no room for intervals in a label."""
    harm = medicine.harm
    nnh = f"{harm.estimate:g}" if isinstance(harm, NumberNeeded) else "–"
    return f"{medicine.benefit.estimate:g} / {nnh}"


def _drawn(name: str, extra: Any) -> dict[str, float]:
    values = {"": extra.estimate, "_low": extra.low, "_high": extra.high}
    return {f"{name}{part}": float(f"{value:.4g}") for part, value in values.items()}


def _comparison() -> alt.TopLevelMixin:
    """One line a medicine: benefit above harm, each with its interval."""
    base = alt.Chart(alt.NamedData("classes")).encode(y=alt.Y("line:O", axis=None))
    axis = alt.Axis(title="more people of 100 than without the medicine", tickCount=6, grid=True)

    def marks(name: str, shape: str, colour: str, below: int) -> list[alt.Chart]:
        given = base.transform_filter(f"isValid(datum.{name})")
        rule = given.mark_rule(strokeWidth=2, color=colour, yOffset=below).encode(
            x=alt.X(f"{name}_low:Q", axis=axis), x2=f"{name}_high:Q"
        )
        point = given.mark_point(
            shape=shape, size=80, filled=True, opacity=1, color=colour, yOffset=below
        ).encode(x=alt.X(f"{name}:Q", axis=axis))
        return [rule, point]

    zero = (
        alt.Chart(alt.NamedData("classes"))
        .mark_rule(color=NEUTRAL, strokeWidth=1.5)
        .encode(x=alt.datum(0))
    )
    label = base.encode(x=alt.value(0), text="label:N")
    style: dict[str, Any] = {"align": "left", "dy": -11, "limit": 600, "color": INK}
    return alt.layer(
        zero,
        *marks("better", "circle", CONTROL, 3),
        *marks("harmed", "diamond", TREATED, 12),
        label.transform_filter("!datum.chosen").mark_text(**style),
        label.transform_filter("datum.chosen").mark_text(**style, fontWeight="bold"),
    ).properties(height=alt.Step(40))
