"""The receptor's current at every voltage: the same arithmetic for Python and for the browser.

Magnesium and ketamine are multiplied in the browser, because voltage, magnesium, concentration
and form leave too many settings to work out beforehand. Its numbers come from `simulation`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from ketalab.evidence.certainty import NOT_REVIEWED, grade
from ketalab.evidence.pharmacology import model_card, parameter_in, receptor
from ketalab.explorers.receptor_source import amount, badge, label, source_detail
from ketalab.frontend.numerals import fixed, fixed_expression
from ketalab.models.receptor import both_unblocked, nmda_current
from ketalab.simulation import receptor as published

Json = dict[str, Any]

# The range that the card of magnesium's block guards.
VOLTAGES = tuple(range(-80, 41, 5))
FORMS = {"racemic": "racemic ketamine", "S": "S-ketamine", "R": "R-ketamine"}
# The tables give neither: a current is drawn for each nS of open channels, reversing at 0 mV.
_CONDUCTANCE_NS, _REVERSAL_MV = 1.0, 0.0


@dataclass(frozen=True)
class Point:
    """The receptor at one voltage: the current, pA, and shares of it, %."""

    voltage: float
    without: float
    with_drug: float
    by_magnesium: float
    by_drug: float
    of_rest: float
    other_rule: float


@dataclass(frozen=True)
class Setting:
    """What the student set."""

    concentration: float
    form: published.Form
    voltage: float
    magnesium: float
    exclusive: bool

    def points(self) -> list[Point]:
        """The curve, from `simulation`."""
        magnesium = published.magnesium_unblocked(VOLTAGES, self.magnesium).values
        drug = published.ketamine_by_ic50(self.form).unblocked(self.concentration, VOLTAGES).values
        both = both_unblocked(magnesium, drug, exclusive=self.exclusive)
        other = both_unblocked(magnesium, drug, exclusive=not self.exclusive)
        without, with_drug = (
            nmda_current(
                VOLTAGES, conductance_ns=_CONDUCTANCE_NS, reversal_mv=_REVERSAL_MV, unblocked=left
            )
            for left in (magnesium, both)
        )
        columns = (
            VOLTAGES,
            without,
            with_drug,
            100 * (1 - magnesium),
            100 * (1 - drug),
            100 * (1 - both / magnesium),
            100 * (1 - other / magnesium),
        )
        return [Point(*map(float, row)) for row in zip(*columns, strict=True)]

    def chosen(self) -> Point:
        """The point at the voltage set."""
        return next(point for point in self.points() if point.voltage == self.voltage)

    def reading(self) -> str:
        return self._say(_READING)

    def captions(self) -> list[dict[str, str]]:
        return [{key: self._say(parts) for key, parts in row.items()} for row in _CAPTIONS]

    def table(self) -> list[dict[str, str]]:
        return [
            {
                "at": f"{fixed(point.voltage)} mV",
                "what": FORMS[self.form],
                "without": f"{fixed(point.without, 2)} pA",
                "with": f"{fixed(point.with_drug, 2)} pA",
                "blocked": f"{fixed(point.of_rest, 1)}%",
            }
            for point in self.points()
        ]

    def _say(self, parts: Parts) -> str:
        true = {name for name, (_, holds) in _WHEN.items() if holds(self)}
        points = self.points()
        texts = {
            "c": f"{self.concentration:g}",
            "drug": FORMS[self.form],
            "mg": f"{self.magnesium:g}",
            "v": fixed(self.voltage),
            **_texts(self.chosen()),
            "drug_low": fixed(points[0].by_drug),
            "drug_high": fixed(points[-1].by_drug),
            "mg_low": fixed(points[0].by_magnesium),
            "mg_high": fixed(points[-1].by_magnesium),
        }
        return "".join(text.format(**texts) for when, text in parts if when in true)


# --- What is said, once for Python and the browser -----------------------------------------------

Parts = tuple[tuple[str, str], ...]

_WHEN: dict[str, tuple[str, Callable[[Setting], bool]]] = {
    "": ("true", lambda s: True),
    "mg": ("magnesium > 0", lambda s: s.magnesium > 0),
    "no mg": ("magnesium === 0", lambda s: s.magnesium == 0),
    "drug": ("concentration > 0", lambda s: s.concentration > 0),
    "no drug": ("concentration === 0", lambda s: s.concentration == 0),
    "both": (
        "concentration > 0 && magnesium > 0",
        lambda s: s.concentration > 0 and s.magnesium > 0,
    ),
    "drug alone": (
        "concentration > 0 && magnesium === 0",
        lambda s: s.concentration > 0 and s.magnesium == 0,
    ),
    "scaled": (
        "concentration > 0 && form !== 'racemic'",
        lambda s: s.concentration > 0 and s.form != "racemic",
    ),
    "both, free": (
        "concentration > 0 && magnesium > 0 && !exclusive",
        lambda s: s.concentration > 0 and s.magnesium > 0 and not s.exclusive,
    ),
    "both, one": (
        "concentration > 0 && magnesium > 0 && exclusive",
        lambda s: s.concentration > 0 and s.magnesium > 0 and s.exclusive,
    ),
}


def _sources() -> str:
    """Directness, level and certainty of the two records behind the curve."""
    table = receptor()
    ketamine = parameter_in(table.ketamine_block, "IC50_hGluN1_2A")
    magnesium = table.magnesium_block.K0
    return (
        f"Indirect evidence for chronic pain: cells in a dish (ketamine: {ketamine.species_assay}, "
        f"without magnesium; magnesium: {magnesium.species_assay}). Verified: {badge(ketamine)} "
        f"({label(ketamine)}), {badge(magnesium)} ({label(magnesium)}). "
        f"Certainty (GRADE): {grade('not graded')}."
    )


_LOW, _HIGH = fixed(VOLTAGES[0]), fixed(VOLTAGES[-1])
_READING: Parts = (
    ("mg", "At {v} mV, {mg} mM magnesium blocks {by_mg}% of the current of open channels"),
    ("no mg", "At {v} mV without magnesium, all of the current of open channels flows"),
    ("both", "; {c} µM {drug} blocks {of_rest}% of what is left. "),
    ("drug alone", "; {c} µM {drug} blocks {of_rest}% of it. "),
    ("no drug", "; there is no ketamine. "),
    (
        "drug",
        f"From {_LOW} to {_HIGH} mV the block by ketamine alone falls from {{drug_low}}% to "
        "{drug_high}%",
    ),
    ("no drug", f"From {_LOW} to {_HIGH} mV ketamine alone would block {{drug_low}}%"),
    ("mg", ", that by magnesium alone from {mg_low}% to {mg_high}%"),
    ("", ". "),
    (
        "both, free",
        "Assumed: each blocks as if the other were not there; if a channel holds only one, "
        "ketamine takes {other}% of what is left. ",
    ),
    (
        "both, one",
        "Assumed: a channel holds one of the two at a time; if each blocks as if the other were "
        "not there, ketamine takes {other}% of what is left. ",
    ),
    ("scaled", "Its IC50 is scaled from binding to rat brain. "),
    ("", _sources()),
)
_CAPTIONS: tuple[dict[str, Parts], ...] = (
    {
        "picture": (("", "current"),),
        "title": (("", "Current at each voltage, for each nS of open channels"),),
        "alt": (
            ("", "Two curves of current against voltage, with {mg} mM magnesium. At {v} mV: "),
            ("", "{without} pA without ketamine, {with} pA with {c} µM {drug}."),
        ),
    },
    {
        "picture": (("", "block"),),
        "title": (("", "Share of the current that each blocks alone"),),
        "alt": (
            ("", "Two curves of block against voltage. At {v} mV: {mg} mM magnesium alone blocks "),
            ("", "{by_mg}%, {c} µM {drug} alone {by_drug}%. From "),
            ("", f"{_LOW} to {_HIGH} mV ketamine falls from {{drug_low}}% to {{drug_high}}%, "),
            ("", "magnesium from {mg_low}% to {mg_high}%."),
        ),
    },
)

_OF_POINT = {
    "without": ("without", 2),
    "with": ("with_drug", 2),
    "by_mg": ("by_magnesium", 0),
    "by_drug": ("by_drug", 0),
    "of_rest": ("of_rest", 0),
    "other": ("other_rule", 0),
}


def _texts(point: Point) -> dict[str, str]:
    return {name: fixed(getattr(point, field), n) for name, (field, n) in _OF_POINT.items()}


def _expressions() -> dict[str, str]:
    """The same fields as Vega expressions over a row of `chosen`."""
    first, last = "data('curve')[0]", f"data('curve')[{len(VOLTAGES) - 1}]"
    return {
        "c": "concentration",
        "drug": f"({json.dumps(FORMS)})[form]",
        "mg": "magnesium",
        "v": fixed_expression("voltage"),
        **{name: fixed_expression(f"datum.{field}", n) for name, (field, n) in _OF_POINT.items()},
        "drug_low": fixed_expression(f"{first}.by_drug"),
        "drug_high": fixed_expression(f"{last}.by_drug"),
        "mg_low": fixed_expression(f"{first}.by_magnesium"),
        "mg_high": fixed_expression(f"{last}.by_magnesium"),
    }


def _expression(parts: Parts) -> str:
    """The text that `Setting._say` makes, as one Vega expression."""
    fields = _expressions()
    said = []
    for when, text in parts:
        pieces = re.split(r"\{(\w+)\}", text)
        joined = " + ".join(
            f"({fields[piece]})" if place % 2 else json.dumps(piece)
            for place, piece in enumerate(pieces)
        )
        said.append(joined if not when else f"({_WHEN[when][0]} ? {joined} : '')")
    return " + ".join(said)


# --- The flow ------------------------------------------------------------------------------------


@cache
def flow() -> list[Json]:
    """The data sets of the view on voltage; empty in the other views."""
    return [
        {"name": "voltages", "values": [{"voltage": voltage} for voltage in VOLTAGES]},
        {
            "name": "curve",
            "source": "voltages",
            "transform": [
                {"type": "filter", "expr": "view === 'voltage'"},
                *(_formula(name, expression) for name, expression in _arithmetic().items()),
                # A picture takes only rows that are new for news.
                _formula("new", "[0]"),
                {"type": "flatten", "fields": ["new"]},
            ],
        },
        {
            "name": "chosen",
            "source": "curve",
            "transform": [
                {"type": "filter", "expr": "datum.voltage === voltage"},
                _formula("said_without", f"'no ketamine: ' + {_pa('without')}"),
                _formula("said_with", f"'ketamine: ' + {_pa('with_drug')}"),
                _formula("said_mg", f"'magnesium: ' + {_percent('by_magnesium')}"),
                _formula("said_drug", f"'ketamine: ' + {_percent('by_drug')}"),
            ],
        },
        {
            "name": "voltage_reading",
            "source": "chosen",
            "transform": [_formula("text", _expression(_READING))],
        },
        *(_caption(place, row) for place, row in enumerate(_CAPTIONS)),
        {
            "name": "voltage_table",
            "source": "curve",
            "transform": [
                _formula("at", f"{fixed_expression('datum.voltage')} + ' mV'"),
                _formula("what", f"({json.dumps(FORMS)})[form]"),
                _formula("with", _pa("with_drug")),
                _formula("blocked", f"{fixed_expression('datum.of_rest', 1)} + '%'"),
                _formula("without", _pa("without")),  # last: it takes the place of the number
            ],
        },
    ]


def captions() -> list[str]:
    """Names of the data sets that hold the captions of this view."""
    return [f"voltage_caption_{place}" for place in range(len(_CAPTIONS))]


def _caption(place: int, row: dict[str, Parts]) -> Json:
    formulas = [_formula(key, _expression(parts)) for key, parts in row.items()]
    return {"name": captions()[place], "source": "chosen", "transform": formulas}


def _arithmetic() -> dict[str, str]:
    """What `Setting.points` computes, with the coefficients of the tables put in."""
    table = receptor().magnesium_block
    k0, slope = table.K0.number, table.slope.number
    blocks = {form: published.ketamine_by_ic50(form).block for form in get_args(published.Form)}
    any_form = blocks["racemic"]  # the forms share slope and dependence on voltage
    ic50 = json.dumps({form: block.ic50_um for form, block in blocks.items()})
    shift = f"exp((datum.voltage - {any_form.reference_mv}) / {any_form.e_fold_mv})"
    one = "(datum.u_mg * datum.u_drug) / (datum.u_mg + datum.u_drug - datum.u_mg * datum.u_drug)"
    free = "datum.u_mg * datum.u_drug"
    driving = f"{_CONDUCTANCE_NS} * (datum.voltage - {_REVERSAL_MV})"
    return {
        "u_mg": f"1 / (1 + magnesium / {k0} * exp(-{slope} * datum.voltage))",
        "u_drug": f"1 / (1 + pow(concentration / (({ic50})[form] * {shift}), {any_form.hill}))",
        "u_one": one,
        "u_free": free,
        "without": f"{driving} * datum.u_mg",
        "with_drug": f"{driving} * (exclusive ? datum.u_one : datum.u_free)",
        "by_magnesium": "100 * (1 - datum.u_mg)",
        "by_drug": "100 * (1 - datum.u_drug)",
        "of_rest": "100 * (1 - (exclusive ? datum.u_one : datum.u_free) / datum.u_mg)",
        "other_rule": "100 * (1 - (exclusive ? datum.u_free : datum.u_one) / datum.u_mg)",
    }


def _formula(name: str, expression: str) -> Json:
    return {"type": "formula", "as": name, "expr": expression}


def _pa(field: str) -> str:
    return f"{fixed_expression(f'datum.{field}', 2)} + ' pA'"


def _percent(field: str) -> str:
    return f"{fixed_expression(f'datum.{field}')} + '%'"


# --- What stands beside --------------------------------------------------------------------------


def details() -> Iterator[Json]:
    """Rows of `details`; those with a `form` belong to that form alone."""
    table = receptor()
    ic50, delta = (parameter_in(table.ketamine_block, name) for name in ("IC50_hGluN1_2A", "delta"))
    k0, slope = table.magnesium_block.K0, table.magnesium_block.slope
    yield {
        "term": "For chronic pain",
        "text": "indirect evidence. Receptors in a dish; relief of pain cannot be read off them.",
    }
    yield {
        "term": "Why voltage matters",
        "text": "Both blockers are positive ions, and their place in the channel feels the "
        "voltage. A negative inside holds them there; a depolarised cell lets them go.",
        "mark": NOT_REVIEWED,
    }
    yield source_detail("Ketamine", ic50, f"IC50 {amount(ic50)}; {amount(delta)}; {delta.note}")
    for form in ("S", "R"):
        ki, other = table.enantiomers[f"{form}_ketamine_Ki"], table.enantiomers["S_R_419_497"]
        yield source_detail("This form", ki, f"Ki {amount(ki)}") | {"form": form}
        yield source_detail("Another source", other, f"S and R: {amount(other)}") | {"form": form}
    yield source_detail("Magnesium", k0, f"Half at {amount(k0)}, slope {amount(slope)}")
    yield {"term": "Doubt", "text": f"{table.magnesium_block.doubt}."}
    for form in get_args(published.Form):
        for sentence in published.ketamine_by_ic50(form).assumptions:
            yield {"term": "Assumed", "text": sentence, "form": form}
    yield {
        "term": "Assumed",
        "text": f"The current is drawn for {_CONDUCTANCE_NS:g} nS of open channels and reverses "
        f"at {_REVERSAL_MV:g} mV; the tables give neither.",
    }
    ng_per_ml = 1 / float(published.micromolar(1, "ketamine"))
    yield {
        "term": "In other units",
        "text": f"1 µM is {fixed(ng_per_ml)} ng/mL of ketamine. How much of what is in plasma is "
        "free at the receptor is not in the tables.",
    }
    entries = [model_card(card).entry for card in ("ketamine_block", "magnesium_block")]
    for entry in entries:
        for sentence in entry.not_for:
            yield {"term": "Not for", "text": sentence}
    for entry in entries:
        for sentence in entry.not_known:
            yield {"term": "Not known", "text": sentence}
    second = parameter_in(table.ketamine_block, "second_mechanism")
    yield source_detail("Left out", second, f"A second mechanism: {second.value}")
    yield {"term": "Certainty (GRADE)", "text": grade("not graded")}
