"""The side-effect explorer: how often, compared with what, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence import side_effects
from ketalab.evidence.populations import populations
from ketalab.explorers.side_effect_case import Case, cases, comparison_texts, ranking
from ketalab.frontend import Choice, Explorer, digest
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_KEYS = ("population", "drug", "route", "effect", "comparison")
# Two shapes for an icon array: a filled person has the effect, a hollow ring does not.
_PERSON = "M0,-1A.36,.36,0,1,1,0,-.28A.36,.36,0,1,1,0,-1ZM-.5,-.12H.5V.42H.3V1H-.3V.42H-.5Z"
_RING = (
    "M.45,.3A.45,.45,0,1,1,-.45,.3A.45,.45,0,1,1,.45,.3Z"
    "M.27,.3A.27,.27,0,1,0,-.27,.3A.27,.27,0,1,0,.27,.3Z"
)


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


class SideEffectExplorer(Explorer):
    """Choose who took what, and see of 100 people how many had an effect, beside a comparison.

    Every row of the side-effects table can be reached by exactly one setting. The explorer opens
    on esketamine and dissociation in depression: indirect evidence, because controlled counts in
    chronic pain are few.

    >>> explorer = SideEffectExplorer(effect="Headache")
    >>> explorer.population
    'depression'
    """

    title = "Side effects: how often, compared with what, and for how long?"
    look_for = (
        "which effects stand out from the comparison, and which do not. It opens on depression "
        "because chronic pain has few counts with a control arm: change the population and see "
        "what is missing."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "effect": "Effect",
        "treated": "Treated",
        "control": "Control",
        "difference": "Difference of 100 (95% CI)",
        "ratio": "Risk ratio (95% CI)",
        "needed": "Number needed",
    }

    population = Choice(
        "Population",
        [(p.name, p.name[0].upper() + p.name[1:]) for p in populations()],
        "depression",
    )
    drug = Choice(
        "Drug", _unique(row.drug for row in side_effects().values()), "esketamine nasal spray"
    )
    route = Choice("Route", _unique(row.route for row in side_effects().values()), "intranasal")
    effect = Choice(
        "Effect", sorted({row.effect for row in side_effects().values()}), "Dissociation"
    )
    comparison = Choice("Comparison", list(comparison_texts().items()), "spravato_trd")

    @classmethod
    @cache
    def combinations(cls) -> Sequence[tuple[str, ...]]:
        """One combination for each row; rows that compare two arms are preferred."""
        ordered = sorted(cases(), key=lambda case: not case.row.has_two_arms)
        return [_setting(case) for case in ordered]

    @classmethod
    @cache
    def flow(cls) -> list[dict[str, Any]]:
        chosen = " && ".join(f"datum.{key} === {key}" for key in _KEYS)
        of_case = "datum.case === data('selected')[0].case"
        of_group = "datum.group === data('selected')[0].comparison"
        of_profile = "datum.profile === data('selected')[0].profile"

        def part(name: str, source: str, expression: str) -> dict[str, Any]:
            transform = [{"type": "filter", "expr": expression}]
            return {"name": name, "source": source, "transform": transform}

        return [
            {"name": "cases", "values": [_case_record(case) for case in cases()]},
            {"name": "case_arms", "values": _each(Case.arms)},
            {"name": "case_captions", "values": _each(Case.captions)},
            {"name": "case_details", "values": _each(Case.details)},
            {"name": "profile_details", "values": _profile_details()},
            {"name": "effects", "values": _rankings()},
            part("selected", "cases", chosen),
            {"name": "reading", "source": "selected"},
            part("arms", "case_arms", of_case),
            part("captions", "case_captions", of_case),
            part("details_of_case", "case_details", of_case),
            part("details_of_profile", "profile_details", of_profile),
            {"name": "details", "source": ["details_of_case", "details_of_profile"]},
            {
                "name": "table",
                "source": "effects",
                "transform": [
                    {"type": "filter", "expr": of_group},
                    {"type": "formula", "as": "chosen", "expr": of_case},
                ],
            },
        ]

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"people": _people(), "ranking": _ranking()}

    def case(self) -> Case:
        """The case that the present setting chooses."""
        return _by_setting()[self.setting()]

    def read(self) -> str:
        return self.case().reading()

    def tabulate(self) -> list[dict[str, Any]]:
        return ranking(self.comparison)

    def captions(self) -> list[dict[str, str]]:
        return list(self.case().captions())


def _setting(case: Case) -> tuple[str, ...]:
    return (case.population.name, case.row.drug, case.row.route, case.row.effect, case.comparison)


@cache
def _by_setting() -> dict[tuple[str, ...], Case]:
    return {_setting(case): case for case in cases()}


def _case_record(case: Case) -> dict[str, Any]:
    keys = dict(zip(_KEYS, _setting(case), strict=True))
    return {
        "case": case.row.id,
        "profile": case.row.effect_group,
        **keys,
        "text": case.reading(),
        # Whatever changes in a row changes the explorer's text form, shown or not.
        "record": digest(case.row.model_dump()),
    }


def _each(rows: Any) -> list[dict[str, Any]]:
    return [{"case": case.row.id, **row} for case in cases() for row in rows(case)]


def _rankings() -> list[dict[str, Any]]:
    return [
        line for group in _unique(case.comparison for case in cases()) for line in ranking(group)
    ]


def _profile_details() -> list[dict[str, Any]]:
    seen = {case.row.effect_group: case for case in cases()}
    return [
        {"profile": group, **row} for group, case in seen.items() for row in case.profile_details()
    ]


def _people() -> alt.LayerChart:
    """Two icon arrays of 100, side by side."""
    cells = (
        alt.Chart(alt.NamedData("arms"))
        .transform_calculate(cell="sequence(100)")
        .transform_flatten(["cell"])
        .transform_calculate(
            x="datum.cell % 10 + 11.5 * datum.place",
            y="floor(datum.cell / 10)",
            has="datum.cell < datum.per_hundred",
            kind="datum.has ? datum.arm : 'without'",
        )
    )
    kinds = ["treated", "control", "without"]
    icons = cells.mark_point(size=190, filled=True, opacity=1).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.6, 21.1], nice=False)),
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[9.6, -1.6], nice=False)),
        shape=alt.Shape(
            "kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[_PERSON, _PERSON, _RING])
        ),
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[TREATED, CONTROL, NEUTRAL])
        ),
    )
    heading = (
        alt.Chart(alt.NamedData("arms"))
        .transform_calculate(x="11.5 * datum.place - 0.4", y="-1.1")
        .mark_text(align="left", fontWeight="bold", color=INK)
        .encode(x="x:Q", y="y:Q", text="heading:N")
    )
    return alt.layer(icons, heading).properties(height=250)


def _ranking() -> alt.LayerChart:
    """Effects of one study, by difference (or by share where there is no comparison)."""
    base = (
        alt.Chart(alt.NamedData("table"))
        .transform_filter("isValid(datum.estimate)")
        .encode(y=alt.Y("effect:N", axis=None, sort=None))
    )
    position = alt.X("estimate:Q", axis=alt.Axis(title=None, tickCount=6, grid=True))
    zero = (
        alt.Chart(alt.NamedData("table"))
        .mark_rule(color=NEUTRAL, strokeWidth=1.5)
        .encode(x=alt.datum(0))
    )
    interval = base.mark_rule(strokeWidth=2, color=TREATED).encode(
        x=alt.X("low:Q", axis=alt.Axis(title=None, tickCount=6, grid=True)), x2="high:Q"
    )
    estimate = base.mark_point(size=90, filled=True, opacity=1, color=TREATED).encode(
        x=position,
        shape=alt.condition("datum.stands_out", alt.value("diamond"), alt.value("circle")),
    )
    label = base.mark_text(align="left", dy=-13, limit=600, color=INK).encode(
        x=alt.value(0),
        text="effect:N",
    )
    chosen = (
        base.transform_filter("datum.chosen")
        .mark_text(align="left", dy=-13, limit=600, color=INK, fontWeight="bold")
        .encode(x=alt.value(0), text="effect:N")
    )
    label = label.transform_filter("!datum.chosen")
    return alt.layer(zero, interval, estimate, label, chosen).properties(height=alt.Step(38))
