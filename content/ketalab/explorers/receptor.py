"""The receptor explorer: what blocks the NMDA receptor, and why voltage and use decide it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence.pharmacology import receptor
from ketalab.explorers import receptor_current as current
from ketalab.explorers.receptor_cases import (
    CONCENTRATIONS,
    OPENINGS,
    STRETCH_S,
    STRETCHES,
    assay_cases,
    assay_details,
    assays,
    opening_times,
    use_cases,
    use_details,
)
from ketalab.frontend import Case, Choice, Explorer, Steps, Switch, digest
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

Json = dict[str, Any]

_VOLTAGE = ("view", "voltage")
# The control that, with the concentration, chooses a case of each other view.
_VIEWS = {"use": "openings", "others": "assay"}


class ReceptorExplorer(Explorer):
    """Set voltage, magnesium and ketamine, and see the current through the NMDA receptor; then how
    block comes and goes in use; then other blockers, each in the assay that measured it.

    >>> ReceptorExplorer(magnesium=0, voltage=-70, concentration=0).magnesium
    0
    """

    title = "The NMDA receptor: when does ketamine block it, and how much?"
    look_for = (
        "at rest magnesium already blocks most of the current, and ketamine takes a share of the "
        "rest. Depolarise the cell: magnesium leaves first. Then change the view to use."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "at": "At",
        "what": "What",
        "without": "Without the blocker",
        "with": "With the blocker",
        "blocked": "Blocked or held",
    }

    view = Choice(
        "Show",
        [
            ("voltage", "Voltage and magnesium"),
            ("use", "Use of the channel"),
            ("others", "Other blockers"),
        ],
    )
    concentration = Steps(
        "Concentration of the blocker",
        CONCENTRATIONS,
        1,
        unit="µM",
        help="Free at the receptor; not a dose.",
    )
    form = Choice(
        "Ketamine", [(form, name) for form, name in current.FORMS.items()], only_if=_VOLTAGE
    )
    voltage = Steps("Voltage of the cell", current.VOLTAGES, -60, unit="mV", only_if=_VOLTAGE)
    magnesium = Steps(
        "Magnesium outside", (0, 0.1, 0.25, 0.5, 1, 1.5, 2), 1, unit="mM", only_if=_VOLTAGE
    )
    exclusive = Switch(
        "A channel holds one blocker at a time",
        help="No source of the course says which rule holds.",
        only_if=_VOLTAGE,
    )
    openings = Steps(
        "Openings of the channel", OPENINGS, 1, unit="per second", only_if=("view", "use")
    )
    assay = Choice("Measured in", list(assays().items()), only_if=("view", "others"))

    @classmethod
    @cache
    def flow(cls) -> list[Json]:
        cases = _cases()
        return [
            {"name": "records", "values": _records()},
            *current.flow(),
            {"name": "cases", "values": [row for row, _ in cases]},
            _filtered("selected", "cases", _of_case()),
            {"name": "case_captions", "values": _parts(cases, "captions")},
            {"name": "case_table", "values": _parts(cases, "table", "others")},
            {"name": "case_others", "values": _parts(cases, "others")},
            {"name": "case_course", "values": _parts(cases, "course")},
            {
                "name": "case_openings",
                "values": [{"openings": n, "time": opening_times(n)} for n in OPENINGS],
            },
            {"name": "all_details", "values": _details()},
            {"name": "reading", "source": ["voltage_reading", "selected"]},
            _filtered("captions_of_case", "case_captions", _of_case()),
            {"name": "captions", "source": [*current.captions(), "captions_of_case"]},
            _filtered("others", "case_others", _of_case()),
            {
                "name": "course",
                "source": "case_course",
                "transform": [
                    {"type": "filter", "expr": _of_case()},
                    {"type": "flatten", "fields": ["held"], "index": "time"},
                ],
            },
            {
                "name": "ticks",
                "source": "case_openings",
                "transform": [
                    {"type": "filter", "expr": "view === 'use' && datum.openings === openings"},
                    {"type": "flatten", "fields": ["time"]},
                ],
            },
            {
                "name": "stretches",
                "values": [
                    {"time": place * STRETCH_S, "said": said.replace(", ", "\n"), "name": said}
                    for place, said in enumerate(STRETCHES)
                ],
            },
            _filtered("table_of_case", "case_table", _of_case()),
            {
                "name": "table_of_course",
                "source": "course",
                "transform": [
                    _formula("at", "datum.time + ' s'"),
                    _formula(
                        "what",
                        f"data('stretches')[max(0, ceil(datum.time / {STRETCH_S}) - 1)].name",
                    ),
                    _formula("without", "'–'"),
                    _formula("with", "'–'"),
                    _formula("blocked", "format(datum.held, '.1f') + '%'"),
                ],
            },
            {"name": "table", "source": ["voltage_table", "table_of_course", "table_of_case"]},
            {
                "name": "details",
                "source": "all_details",
                "transform": [
                    {
                        "type": "filter",
                        "expr": "datum.view === view && (!datum.form || datum.form === form) "
                        "&& (!datum.assay || datum.assay === assay)",
                    },
                    # What a filter lets in anew it puts at the end.
                    {"type": "collect", "sort": {"field": "order"}},
                ],
            },
        ]

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"current": _current(), "block": _block(), "use": _use(), "others": _others()}

    def case(self) -> current.Setting | Case:
        """What the present setting shows."""
        if self.view == "use":
            return use_cases()[self.concentration, self.openings]
        if self.view == "others":
            return assay_cases()[self.concentration, self.assay]
        return current.Setting(
            self.concentration, self.form, self.voltage, self.magnesium, self.exclusive
        )

    def read(self) -> str:
        case = self.case()
        return case.reading if isinstance(case, Case) else case.reading()

    def tabulate(self) -> list[Mapping[str, Any]]:
        case = self.case()
        return [*(case.table if isinstance(case, Case) else case.table())]

    def captions(self) -> list[Mapping[str, Any]]:
        case = self.case()
        return [*(case.captions if isinstance(case, Case) else case.captions())]


# --- What travels --------------------------------------------------------------------------------


def _cases() -> list[tuple[Json, Case]]:
    """Each case of the two views that are worked out beforehand, after the row that names it."""
    found = []
    for view, cases in (("use", use_cases()), ("others", assay_cases())):
        for (concentration, chosen), case in cases.items():
            key = {"view": view, "concentration": concentration, "chosen": chosen}
            found.append(({**key, "text": case.reading}, case))
    return found


def _of_case() -> str:
    chosen = f"(view === 'use' ? {_VIEWS['use']} : {_VIEWS['others']})"
    return (
        f"datum.view === view && datum.concentration === concentration && datum.chosen === {chosen}"
    )


def _parts(cases: list[tuple[Json, Case]], part: str, view: str = "") -> list[Json]:
    """The rows of one part of all cases (of one view), with the key of their case."""
    found = []
    for row, case in cases:
        if view in ("", row["view"]):
            key = {name: value for name, value in row.items() if name != "text"}
            rows = getattr(case, part) if hasattr(case, part) else case.drawn.get(part, ())
            found += [{**key, **line} for line in rows]
    return found


def _details() -> list[Json]:
    views = {"voltage": current.details(), "use": use_details(), "others": assay_details()}
    found = [{**row, "view": view} for view, rows in views.items() for row in rows]
    return [{**row, "order": order} for order, row in enumerate(found)]


def _records() -> list[Json]:
    """A digest of every section of the table: what changes there changes the text form."""
    table = receptor()
    sections = ("magnesium_block", "gating", "ketamine_block", "enantiomers", "comparators")
    dumped = table.model_dump(include=set(sections), mode="json")
    return [{"section": name, "record": digest(dumped[name])} for name in sections]


def _filtered(name: str, source: str, expression: str) -> Json:
    return {"name": name, "source": source, "transform": [{"type": "filter", "expr": expression}]}


def _formula(name: str, expression: str) -> Json:
    return {"type": "formula", "as": name, "expr": expression}


# --- Pictures ------------------------------------------------------------------------------------


def _pair(
    first: str, second: str, title: str, scale: alt.Scale, axis: dict[str, Any], height: int
) -> list[alt.Chart]:
    """Two curves against voltage with a point on each at the voltage chosen, and what they say."""
    curve, chosen = alt.Chart(alt.NamedData("curve")), alt.Chart(alt.NamedData("chosen"))
    x = alt.X(
        "voltage:Q",
        axis=alt.Axis(title="Voltage (mV)", tickCount=6, labelFlush=False),
        scale={"nice": False},
    )
    place = alt.Axis(title=title, **axis)
    lower, upper = (alt.Y(f"{f}:Q", axis=place, scale=scale) for f in (first, second))
    return [
        # From below the words on top.
        chosen.mark_rule(color=NEUTRAL, strokeDash=[2, 3]).encode(
            x=x, y=alt.value(38), y2=alt.value(height)
        ),
        curve.mark_line(color=CONTROL, strokeDash=[6, 4], interpolate="monotone").encode(
            x=x, y=lower
        ),
        curve.mark_line(color=TREATED, interpolate="monotone").encode(x=x, y=upper),
        chosen.mark_point(color=CONTROL, size=90, opacity=1).encode(x=x, y=lower),
        chosen.mark_point(color=TREATED, size=90, opacity=1, filled=True, shape="diamond").encode(
            x=x, y=upper
        ),
    ]


def _key(first: str, second: str) -> list[alt.Chart]:
    """What the two points say, in the upper left corner, which the curves leave free."""
    chosen = alt.Chart(alt.NamedData("chosen"))
    mark: dict[str, Any] = {"size": 60, "opacity": 1}
    lines = (
        (first, 9, chosen.mark_point(color=CONTROL, **mark)),
        (second, 27, chosen.mark_point(color=TREATED, filled=True, shape="diamond", **mark)),
    )
    found = []
    for field, y, point in lines:
        text = chosen.mark_text(align="left", baseline="middle", color=INK)
        found.append(point.encode(x=alt.value(14), y=alt.value(y)))
        found.append(text.encode(x=alt.value(24), y=alt.value(y), text=f"{field}:N"))
    return found


def _current() -> alt.TopLevelMixin:
    zero = alt.Chart(alt.NamedData("chosen")).mark_rule(color=NEUTRAL).encode(y=alt.datum(0))
    pair = _pair(
        "without", "with_drug", "Current (pA)", alt.Scale(nice=True), {"tickCount": 5}, 200
    )
    key = _key("said_without", "said_with")
    return alt.layer(zero, *pair, *key).properties(height=200)


def _block() -> alt.TopLevelMixin:
    scale = alt.Scale(domain=[0, 140], nice=False)
    axis = {"values": [0, 25, 50, 75, 100]}
    pair = _pair("by_magnesium", "by_drug", "Blocked (%)", scale, axis, 190)
    key = _key("said_mg", "said_drug")
    return alt.layer(*pair, *key).properties(height=190)


def _use() -> alt.TopLevelMixin:
    course, ticks = alt.Chart(alt.NamedData("course")), alt.Chart(alt.NamedData("ticks"))
    stretches = alt.Chart(alt.NamedData("stretches"))
    end = len(STRETCHES) * STRETCH_S
    x = alt.X(
        "time:Q",
        axis=alt.Axis(
            title="Time (s)", values=[*range(0, end + 1, STRETCH_S)], grid=True, labelFlush=False
        ),
        scale=alt.Scale(domain=[0, end], nice=False),
    )
    axis = alt.Axis(title="Holding ketamine (%)", values=[0, 25, 50, 75, 100])
    scale = alt.Scale(domain=[-8, 135], nice=False)
    return alt.layer(
        course.mark_line(color=TREATED, strokeWidth=2.5).encode(
            x=x, y=alt.Y("held:Q", axis=axis, scale=scale)
        ),
        ticks.mark_tick(color=CONTROL, thickness=1.5, size=9, orient="vertical").encode(
            x=x, y=alt.datum(-5, scale=scale)
        ),
        stretches.mark_text(
            align="left", baseline="top", dx=4, lineBreak="\n", color=INK, fontSize=11
        ).encode(x=x, y=alt.value(2), text="said:N"),
    ).properties(height=260)


def _others() -> alt.TopLevelMixin:
    base = alt.Chart(alt.NamedData("others")).encode(y=alt.Y("place:O", axis=None))
    x = alt.X(
        "share:Q",
        axis=alt.Axis(title="Blocked or held (%)", tickCount=5),
        scale=alt.Scale(domain=[0, 100], nice=False),
    )
    return alt.layer(
        base.mark_rule(color=TREATED, strokeWidth=4).encode(x=x, x2=alt.datum(0)),
        base.mark_point(color=TREATED, filled=True, size=120, opacity=1).encode(x=x),
        base.mark_text(align="left", dy=-15, limit=600, color=INK).encode(
            x=alt.value(0), text="said:N"
        ),
    ).properties(height=alt.Step(48))
