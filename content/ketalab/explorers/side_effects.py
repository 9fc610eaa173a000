"""The side-effect explorer: how often, compared with what, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Literal

import altair as alt

from ketalab.evidence import side_effects
from ketalab.evidence.populations import populations
from ketalab.explorers.side_effect_case import Case, cases, comparison_texts, of_kind, ranking
from ketalab.explorers.side_effect_flow import flow
from ketalab.frontend import Choice, Explorer
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

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
        "what is missing. Then compare with the same kind of effect in every study."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "effect": "Effect",
        "people": "People, drug and route",
        "treated": "Treated",
        "control": "Control",
        "difference": "Difference of 100 (95% CI)",
        "ratio": "Risk ratio (95% CI)",
        "needed": "Number needed",
        "regimen": "Regimen and time",
        "source": "Source",
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

    show = Choice(
        "Compare with",
        [
            ("study", "other effects in the same study"),
            ("kind", "the same kind of effect in every study"),
        ],
    )

    @classmethod
    @cache
    def combinations(cls) -> Sequence[tuple[str, ...]]:
        """Each row, seen in either way; rows that compare two arms are preferred."""
        ordered = sorted(cases(), key=lambda case: not case.row.has_two_arms)
        return [(*_row_setting(case), show) for case in ordered for show in cls.show.options]

    @classmethod
    @cache
    def flow(cls) -> list[dict[str, Any]]:
        return flow()

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"people": _people(), "ranking": _ranking(), "elsewhere": _elsewhere()}

    def case(self) -> Case:
        """The case that the present setting chooses."""
        return _by_setting()[self.setting()[:-1]]

    def read(self) -> str:
        return self.case().reading()

    def tabulate(self) -> list[dict[str, Any]]:
        if self.show == "study":
            return ranking(self.comparison)
        return [case.ranked() for case in of_kind(self.case().row.effect_group)]

    def captions(self) -> list[dict[str, str]]:
        case = self.case()
        second = case.ranking_caption() if self.show == "study" else case.elsewhere_caption()
        return [caption for caption in (case.people_caption(), second) if caption]


def _row_setting(case: Case) -> tuple[str, ...]:
    return (case.population.name, case.row.drug, case.row.route, case.row.effect, case.comparison)


@cache
def _by_setting() -> dict[tuple[str, ...], Case]:
    return {_row_setting(case): case for case in cases()}


def _people() -> alt.TopLevelMixin:
    """Two icon arrays of 100, side by side."""
    # The places stay and only what stands in them changes: 200 new marks at each step of a control
    # would take longer than a frame of the screen.
    cells = (
        alt.Chart(alt.sequence(200, as_="place"))
        .transform_calculate(
            cell="datum.place % 100",
            x="datum.cell % 10 + 11.5 * floor(datum.place / 100)",
            y="floor(datum.cell / 10)",
        )
        .transform_calculate(arm="data('arms')[floor(datum.place / 100)]")
        .transform_filter("datum.arm")
        .transform_calculate(kind="datum.cell < datum.arm.per_hundred ? datum.arm.arm : 'without'")
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
    return alt.layer(icons, heading).properties(height=200)


def _ranking() -> alt.TopLevelMixin:
    """Effects of one study, by difference (or by share where there is no comparison).

    Each line has its name above its mark. The zero is a tick at each mark and not one long rule,
    which would run through the names.
    """
    base = _lines("isValid(datum.estimate)", 26)
    axis = alt.Axis(title="of 100", tickCount=5, grid=False)
    interval = base.mark_rule(strokeWidth=2, color=TREATED, yOffset=8).encode(
        x=alt.X("low:Q", axis=axis), x2="high:Q"
    )
    estimate = base.mark_point(size=70, filled=True, opacity=1, color=TREATED, yOffset=8).encode(
        x="estimate:Q",
        shape=alt.condition("datum.stands_out", alt.value("diamond"), alt.value("circle")),
    )
    number = "format(datum.estimate, datum.difference === '–' ? '.1f' : '+.1f')"
    value = base.transform_calculate(number=number).mark_text(align="right", yOffset=-5, color=INK)
    value = value.encode(x=alt.value("width"), text="number:N")
    zero = base.mark_tick(color=NEUTRAL, thickness=1.5, size=10, yOffset=8).encode(x=alt.datum(0))
    return alt.layer(zero, interval, estimate, value, *_names(base, "effect", -5))


def _elsewhere() -> alt.TopLevelMixin:
    """One kind of effect in every study: of 100 treated and of 100 controls."""
    base = _lines("isValid(datum.of_treated)", 54).transform_calculate(
        population="split(datum.people, ': ')[0]",
        given="split(datum.people, ': ')[1]",
        shares="datum.of_treated + (isValid(datum.of_control) ? ' v ' + datum.of_control : '')",
    )
    axis = alt.Axis(title="of 100", values=[0, 25, 50, 75, 100], grid=False)
    scale = alt.Scale(domain=[0, 100])

    def text(field: str, offset: int, align: Literal["left", "right"] = "left") -> alt.Chart:
        words: alt.Chart = base.mark_text(
            align=align, yOffset=offset, color=INK, limit={"expr": "width"}
        )
        return words.encode(x=alt.value(0 if align == "left" else "width"), text=f"{field}:N")

    both = base.transform_filter("isValid(datum.of_control)")
    between = both.mark_rule(strokeWidth=1.5, color=NEUTRAL, yOffset=20).encode(
        x=alt.X("of_control:Q", axis=axis, scale=scale), x2="of_treated:Q"
    )
    control = both.mark_point(size=60, strokeWidth=2, opacity=1, color=CONTROL, yOffset=20).encode(
        x=alt.X("of_control:Q", axis=axis, scale=scale)
    )
    treated = base.mark_point(
        size=70, filled=True, opacity=1, shape="diamond", color=TREATED, yOffset=20
    ).encode(x=alt.X("of_treated:Q", axis=axis, scale=scale))
    # The first layer has every line, in order.
    words = [text("given", -7), text("effect", 6), text("shares", -20, "right")]
    return alt.layer(*words, *_names(base, "population", -20), between, control, treated)


def _lines(drawn: str, step: int) -> alt.Chart:
    """The lines of the table that can be drawn, one below the other."""
    return (
        alt.Chart(alt.NamedData("table"))
        .transform_filter(drawn)
        # Numbered, because the order of names would remember what was drawn before.
        .transform_window(line="row_number()")
        .encode(y=alt.Y("line:O", axis=None))
        .properties(height=alt.Step(step))
    )


def _names(base: alt.Chart, field: str, offset: int) -> Iterator[alt.Chart]:
    """The name of each line; that of the chosen one is bold."""
    weights: dict[str, Literal["bold", "normal"]] = {
        "datum.chosen": "bold",
        "!datum.chosen": "normal",
    }
    for chosen, weight in weights.items():
        text = base.transform_filter(chosen).mark_text(
            align="left", yOffset=offset, color=INK, fontWeight=weight, limit={"expr": "width - 40"}
        )
        yield text.encode(x=alt.value(0), text=f"{field}:N")
