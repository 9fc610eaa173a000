"""A published change of exposure on a concentration curve: without and with the other medicine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq

from ketalab.evidence import library
from ketalab.evidence.interaction import Interaction
from ketalab.evidence.pharmacology import pk_models
from ketalab.evidence.result import Change
from ketalab.frontend.numerals import fixed
from ketalab.models.arguments import Array
from ketalab.simulation.interactions import ExposureChange, Route
from ketalab.simulation.kinetics import Dose, kinetic_model
from ketalab.simulation.numbers_in_words import numbers_in_words
from ketalab.simulation.perez_ruixo import device_mg

_WEIGHT_KG = 70.0
_DRUG = "S-ketamine"
_MODELS = {"oral": "composite_oral_S", "intranasal": "perezruixo2021", "intravenous": "otto2021"}
_DEVICES = 2
# What the drawing takes for granted where the record of the study says nothing.
_TAKEN = {
    "intranasal": "An assumption: the dose. The record of the study does not give it.",
    "intravenous": "An assumption: one push. The record does not say how fast the dose ran in.",
}
_DRAWN_H = np.concatenate([[0, 0.02, 0.05], np.arange(0.1, 2, 0.1), np.arange(2, 8.1, 0.25)])
# Long enough for all of the area: eight hours hold only a part of it.
_WHOLE_H = np.concatenate([np.linspace(0, 8, 1601), np.linspace(8, 240, 2321)[1:]])
_TABLE_H = (0.5, 1.0, 2.0, 4.0, 8.0)
_NG_PER_MG = 1000.0  # mg/L to ng/mL
_ASSUMPTIONS = {
    "assumed: all in first pass": "all of the change is in the way in",
    "assumed: all in clearance": "all of the change is in the clearance",
    "assumed: one change of the liver's enzymes": "the enzymes of the liver make all of the change",
}
# Vega logs a warning about the extent of a data set without rows. These draw nothing.
NOTHING_DRAWN: dict[str, list[dict[str, Any]]] = {
    "lines": [{"line": 0, "kind": "without", "t": [0], "c": [0]}],
    "names": [{"t": 0, "c": 0, "text": ""}],
    "peak": [{"c": 0, "text": ""}],
}


@dataclass(frozen=True)
class Curves:
    """One dose without and with the other medicine, ng/mL, and the other ways to explain it.

    basis: what the split of the change into clearance and bioavailability rests on.
    without, with_it: on `_WHOLE_H`. others: with the other splits.
    published_peak_change: the ratio of the peaks as published; None where it is no number.
    """

    basis: str
    regimen: str
    medicine: str
    model: str
    without: Array
    with_it: Array
    others: tuple[Array, ...]
    published_peak_change: float | None
    warnings: tuple[str, ...]
    hours = float(_DRAWN_H[-1])

    @property
    def how(self) -> str:
        """What the split rests on, and what follows for the peak, in words."""
        peak = f"the peak comes out at ×{fixed(self.peak_change, 2)}"
        if self.basis in _ASSUMPTIONS:
            return f"if {_ASSUMPTIONS[self.basis]}, which is an assumption, {peak}"
        if self.with_it[0] > 0:
            return "a push into a vein starts at the same peak"
        return f"how much of it is clearance is taken from the study by vein, and {peak}"

    @property
    def peak_without(self) -> float:
        return float(self.without.max())

    @property
    def peak_with(self) -> float:
        return float(self.with_it.max())

    @property
    def peak_change(self) -> float:
        return self.peak_with / self.peak_without

    @property
    def also_drawn(self) -> str:
        """What the picture holds beside the two curves, in words."""
        said = []
        if self.others:
            said.append("Dotted: other ways to explain the same AUC.")
        if self.published_peak_change is not None:
            said.append(
                "A dashed level marks the peak that the study's own ratio would give, "
                f"×{self.published_peak_change:g}."
            )
        return " ".join(said)

    def lines(self) -> list[dict[str, Any]]:
        """A row for each curve, its points as two lists: rows of points would weigh four times."""
        named = [("without", self.without), ("with", self.with_it)]
        named += [("other", curve) for curve in self.others]
        hours = [round(float(t), 2) for t in _DRAWN_H]
        return [
            {"line": i, "kind": kind, "t": hours, "c": _sampled(curve)}
            for i, (kind, curve) in enumerate(named)
        ]

    def names(self) -> list[dict[str, Any]]:
        """The names of the two curves: the higher one's above it, the other's at its foot."""
        high, low = sorted(("without", "with"), key=lambda kind: -_area(self._curve(kind)))
        texts = {"without": f"without {self.medicine}", "with": "with it"}
        top = max(curve.max() for curve in (self.without, self.with_it, *self.others))
        beside = float(_WHOLE_H[self._curve(high).argmax()]) + 0.35
        # A low curve leaves no room at its foot.
        is_flat = self._curve(low).max() < 0.2 * top
        rows = []
        for kind, hour, at_foot in ((high, beside, False), (low, 0.9, not is_flat)):
            level = 0.0 if at_foot else _short(np.interp(hour, _WHOLE_H, self._curve(kind)))
            rows.append({"t": round(hour, 2), "c": level, "text": texts[kind]})
        return rows

    def _curve(self, kind: str) -> Array:
        return self.without if kind == "without" else self.with_it

    def published_peak(self, words: str) -> list[dict[str, Any]]:
        """The level of the peak as the study's own ratio has it, if it is a number."""
        if self.published_peak_change is None:
            return NOTHING_DRAWN["peak"]
        level = self.published_peak_change * self.peak_without
        return [{"c": _short(level), "text": f"study's peak: {words}"}]

    def table(self) -> list[dict[str, str]]:
        """The numbers drawn, as text."""
        without, with_it = _area(self.without), _area(self.with_it)
        rows = [
            _row("Simulated AUC to infinity, ng·h/mL", without, with_it, decimals=1),
            _row("Simulated peak, ng/mL", self.peak_without, self.peak_with),
            {
                "what": "Simulated time of the peak, h",
                "without": fixed(_WHOLE_H[self.without.argmax()], 1),
                "with": fixed(_WHOLE_H[self.with_it.argmax()], 1),
                "change": "–",
            },
        ]
        for hour in _TABLE_H:
            before, after = (np.interp(hour, _WHOLE_H, c) for c in (self.without, self.with_it))
            rows.append(_row(f"Simulated at {hour:g} h, ng/mL", before, after))
        return rows


@cache
def _without(route: Route, mg: float) -> tuple[Array, tuple[str, ...]]:
    return _simulate(route, mg)


def curves(change: ExposureChange) -> dict[str, Curves]:
    """The curves of a change by what its split rests on; none where it is not a number."""
    if change.auc_ratio is None:
        return {}
    assert change.interaction is not None  # what has a number has a row and a route
    assert change.route is not None
    row, route = library().interactions[change.interaction], change.route
    mg, regimen = _dose(row, route)
    if route == "intranasal":
        # In this model the liver makes first pass and clearance alike, and more than all that is
        # swallowed cannot get in: the change is one of the liver's enzymes.
        of_enzymes = _enzymes(change.auc_ratio, route, mg)
        factors = {"assumed: one change of the liver's enzymes": (of_enzymes, 1.0)}
    else:
        factors = {
            split.basis: (split.clearance_factor, split.bioavailability_factor or 1.0)
            for split in change.splits
        }
    taken = [_TAKEN[route]] if route in _TAKEN else []
    without, _ = _without(route, mg)
    after = {basis: _simulate(route, mg, *pair) for basis, pair in factors.items()}
    return {
        basis: Curves(
            basis,
            regimen,
            _name(change.interacting_drug),
            kinetic_model(_MODELS[route]).card.title,
            without,
            curve,
            tuple(other for name, (other, _) in after.items() if name != basis),
            _peak_change(row.id),
            (*(_plain(w) for w in warnings), *taken),
        )
        for basis, (curve, warnings) in after.items()
    }


def _dose(row: Interaction, route: Route) -> tuple[float, str]:
    """The dose of the study where its record has one, for 70 kg, mg, and how it reads."""
    if route == "intranasal":
        mg = _DEVICES * device_mg(pk_models()[_MODELS["intranasal"]])
        return mg, f"{mg:g} mg by nose"
    (per_kg,) = numbers_in_words(r"([\d.]+) mg/kg", row.ketamine_form)
    way = {"oral": "by mouth", "intravenous": "as one push into a vein"}[route]
    return per_kg * _WEIGHT_KG, f"{per_kg:g} mg/kg {way} at {_WEIGHT_KG:g} kg"


def _simulate(
    route: Route, mg: float, clearance: float = 1.0, way_in: float = 1.0
) -> tuple[Array, tuple[str, ...]]:
    found = kinetic_model(_MODELS[route]).simulate(
        [Dose(route, mg)],
        _WHOLE_H,
        weight_kg=_WEIGHT_KG,
        clearance_factor=clearance,
        bioavailability_factor=way_in,
    )
    return found.concentrations[_DRUG][0] * _NG_PER_MG, found.warnings


def _enzymes(auc_ratio: float, route: Route, mg: float) -> float:
    """The factor on what the liver eliminates at which the AUC changes as published."""
    before = _area(_without(route, mg)[0])

    def miss(factor: float) -> float:
        return _area(_simulate(route, mg, factor)[0]) / before - auc_ratio

    return float(brentq(miss, 0.05, 20, xtol=1e-6))


def _peak_change(interaction: str) -> float | None:
    for result in library().results.values():
        at = (result.table, result.record, result.path)
        if at == ("interactions", interaction, "cmax_change") and isinstance(result, Change):
            return result.estimate if result.change_in == "fold" else 1 + result.estimate / 100
    return None


def _area(curve: Array) -> float:
    return float(np.trapezoid(curve, _WHOLE_H))


def _row(what: str, before: float, after: float, decimals: int = 2) -> dict[str, str]:
    return {
        "what": what,
        "without": fixed(before, decimals),
        "with": fixed(after, decimals),
        "change": f"×{fixed(after / before, 2)}",
    }


def _sampled(curve: Array) -> list[float]:
    return [_short(c) for c in np.interp(_DRAWN_H, _WHOLE_H, curve)]


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _plain(warning: str) -> str:
    """A model's warning without the names that only code uses."""
    text = re.sub(r"^\w+: ", "", warning).replace("dose_mg_per_kg", "A dose in mg/kg of")
    return text[:1].upper() + text[1:]


def _name(medicine: str) -> str:
    return medicine if medicine.startswith("St ") else medicine[0].lower() + medicine[1:]
