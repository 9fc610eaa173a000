"""What becomes of one regimen in one model: concentrations over time, their table and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import Parameter, benchmarks
from ketalab.explorers.trial_regimen import Form, Regimen, duration, regimens
from ketalab.frontend import digest
from ketalab.frontend.numerals import fixed
from ketalab.models.arguments import Array
from ketalab.models.patients import draw
from ketalab.simulation.concentrations import in_mg_per_l
from ketalab.simulation.effects import effect_models
from ketalab.simulation.interactions import ExposureChange, exposure_change, exposure_changes
from ketalab.simulation.kinetics import KineticModel, kinetic_model
from ketalab.simulation.landmarks import landmarks

WEIGHTS = (50, 60, 70, 85, 100)
NONE, OTHER = "none", "other"
PATIENTS, SEED = 200, 5
# The model that has no weight in it, and one liver for the first pass and for clearance.
_LIVER = "perezruixo2021"
_REFERENCE_KG = 70
# A curve below this is off the picture, ng/mL: a logarithmic scale has no zero.
LOWEST = 0.3
# After an infusion the curve falls fast for this long, h.
_SOON = 0.2
# An infusion that runs longer needs more points at its beginning, h.
_LONG = 6.0
_ENZYMES = "assumed: one change of the liver's enzymes"


class Band(NamedTuple):
    """Concentrations at which something was reported, for one form of ketamine, ng/mL.

    label: what, as short as a narrow picture needs. above: where it has room for the label.
    """

    form: Form
    what: str
    label: str
    above: bool
    low: float
    high: float
    source: str
    people: str
    record: str

    @property
    def span(self) -> str:
        """The range as words."""
        low, high = concentration(self.low), concentration(self.high)
        return low if low == high else f"{low} to {high}"


@cache
def bands() -> tuple[Band, ...]:
    """Return the published bands of adults, racemic ketamine and S-ketamine apart.

    Landmarks whose form the source does not state stand with racemic ketamine alone, and say so.
    """
    found: list[Band] = []
    for id, what, above in (
        ("analgesia_IV", "pain relief", False),
        ("dissociation", "dissociation", True),
        ("anaesthesia", "anaesthesia", False),
    ):
        (mark,) = (mark for mark in landmarks() if mark.id == id)
        form = "" if mark.drug == "racemic ketamine" else "; form of ketamine not stated"
        people = f"{mark.population}; {mark.parameter.unit}{form}"
        low, high = mark.low_ng_per_ml, mark.high_ng_per_ml
        source = mark.parameter.source_key
        found.append(
            Band(
                "racemic ketamine",
                what,
                what,
                above,
                low,
                high,
                source,
                people,
                _record(mark.parameter),
            )
        )
    for id, what, label, above in (
        ("film_drug_high", "feeling high", "feeling high", False),
        ("pressure_pain", "relief of pressure pain", "pressure pain", True),
        ("film_antinociception", "relief of test pain after a film", "test pain (film)", True),
    ):
        c50 = effect_models()[id].parameters[0]
        in_ng = 1000 * in_mg_per_l(c50)[0] / c50.numbers[0]
        ends = [end * in_ng for end in c50.ci95 or c50.numbers]
        people = f"{c50.species_assay}; half of the largest effect"
        low, high = min(ends), max(ends)
        found.append(
            Band("S-ketamine", what, label, above, low, high, c50.source_key, people, _record(c50))
        )
    return tuple(found)


class Curves(NamedTuple):
    """What a simulation gives at ``times``, h; ng/mL. None where the model does not give it."""

    times: Array
    blood: Array
    site: Array
    norketamine: Array | None
    ribbon: Array | None
    peaks: Array | None
    warnings: tuple[str, ...]

    def scaled(self, share: float) -> Curves:
        """Return the same with another dose: every model here is linear."""

        def part(curve: Array | None) -> Array | None:
            return None if curve is None else curve * share

        return self._replace(
            blood=self.blood * share,
            site=self.site * share,
            norketamine=part(self.norketamine),
            ribbon=part(self.ribbon),
            peaks=part(self.peaks),
        )


def _record(parameter: Parameter) -> str:
    return digest(parameter.model_dump(mode="json"))


def bands_of(form: Form) -> tuple[Band, ...]:
    """Return the bands of one form."""
    return tuple(band for band in bands() if band.form == form)


@dataclass(frozen=True)
class Course:
    """One regimen in one model at one weight, with one change of exposure or none.

    weights: the weights that give this course, kg; all where neither dose nor model has one.
    taken: the co-medications that give it; those without a number change nothing.
    """

    regimen: Regimen
    model: KineticModel
    weights: tuple[int, ...]
    taken: tuple[str, ...]

    @property
    def weight_kg(self) -> int:
        """The weight that is run, kg."""
        return self.weights[0]

    @cached_property
    def _curves(self) -> Curves:
        if self.model.id == _LIVER:  # it has no weight: what comes out goes with the dose
            curves = _simulated(self.regimen, _LIVER, _REFERENCE_KG, self.taken[0])
            share = self.regimen.mg(self.weight_kg) / self.regimen.mg(_REFERENCE_KG)
            return curves.scaled(share)
        return _simulated(self.regimen, self.model.id, self.weight_kg, self.taken[0])

    @property
    def times(self) -> Array:
        """h."""
        return self._curves.times

    @property
    def blood(self) -> Array:
        """ng/mL of the drug that is given."""
        return self._curves.blood

    @property
    def norketamine(self) -> Array | None:
        """ng/mL of S-norketamine; None where the model has none."""
        return self._curves.norketamine

    @property
    def site(self) -> Array:
        """ng/mL of the drug that is given, at the effect site of pressure pain."""
        return self._curves.site

    @property
    def ribbon(self) -> Array | None:
        """The 5th and 95th of 100 virtual patients at each time, shape (2, times)."""
        return self._curves.ribbon

    @property
    def peaks(self) -> Array | None:
        """The 5th and 95th of 100 of the patients' peaks, shape (2,)."""
        return self._curves.peaks

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the model card warns of here."""
        return self._curves.warnings

    @property
    def peak(self) -> float:
        """The highest concentration in the blood, ng/mL."""
        return float(self.blood.max())

    # What is said --------------------------------------------------------------------------

    def numbers(self) -> str:
        """The first sentence of the reading."""
        at, site_at = (self.times[values.argmax()] for values in (self.blood, self.site))
        who = f"{self.weight_kg} kg" if len(self.weights) == 1 else "any weight"
        said = (
            f"{self.regimen.words}, {who} ({self._mg()} mg): in this model the blood peaks at "
            f"{concentration(self.peak)} ng/mL after {duration(at)}, the effect site at "
            f"{concentration(self.site.max())} after {duration(site_at)}"
        )
        if self.norketamine is not None:
            said += f", S-norketamine at {concentration(self.norketamine.max())}"
        return f"{said}. "

    def _mg(self) -> str:
        mg = self.regimen.mg(self.weight_kg)
        return f"{mg:,.0f}" if mg >= 100 else f"{mg:.3g}"

    def spread(self) -> str:
        """A sentence on the ribbon, or on why there is none."""
        if self.peaks is None:
            return "The source reports no spread between people that could be drawn: no ribbon. "
        low, high = self.peaks
        return (
            f"Of {PATIENTS} virtual patients 90% peak between {concentration(low)} and "
            f"{concentration(high)}. "
        )

    def reached(self) -> str:
        """A sentence on the published bands that the typical peak reaches."""
        mine = bands_of(self.regimen.form)
        inside = [f"{band.what} ({band.span})" for band in mine if band.low <= self.peak]
        if not inside:
            return "The peak stays below every published band of this form. "
        if self.regimen.form == "S-ketamine":
            return (
                "In healthy people half of the largest effect was published at or below this "
                f"peak for {' and '.join(inside)}. "
            )
        said = f"The peak reaches the published bands of {' and '.join(inside)}"
        highest = mine[-1]
        if highest.low > self.peak:
            said += f"; {highest.what} starts {fixed(highest.low / self.peak, 1)} times higher"
        return f"{said}. "

    def drawn(self) -> dict[str, Any]:
        """The curves, as lists of equal length; nothing where a curve is off the picture."""
        curves: dict[str, Any] = {}
        nothing: list[float | None] = []
        series = {"blood": self.blood, "site": self.site, "norketamine": self.norketamine}
        for key, values in series.items():
            curves[key] = nothing if values is None else [_drawn(value) for value in values]
        ends: list[list[float | None]] = [nothing, nothing]
        if self.ribbon is not None:
            seen = self.ribbon[1] >= LOWEST
            ends = [
                [_drawn(max(value, LOWEST)) if there else None for value, there in row]
                for row in (zip(values, seen, strict=True) for values in self.ribbon)
            ]
        curves["low"], curves["high"] = ends
        return curves

    def table(self) -> list[dict[str, str]]:
        """The rows of the table; `spread` is shown while variability is on."""
        rows = []
        for hour in rows_of(self.regimen):
            (place,) = np.flatnonzero(np.isclose(self.times, hour))
            rows.append(
                {
                    "time": duration(hour),
                    "blood": concentration(self.blood[place]),
                    "spread": "–"
                    if self.ribbon is None
                    else " to ".join(concentration(row[place]) for row in self.ribbon),
                    "site": concentration(self.site[place]),
                    "norketamine": "–"
                    if self.norketamine is None
                    else concentration(self.norketamine[place]),
                }
            )
        return rows


@cache
def _simulated(regimen: Regimen, model_id: str, weight_kg: int, medicine: str) -> Curves:
    model, times = kinetic_model(model_id), _times(regimen)
    drug, *metabolites = model.substances
    doses = regimen.doses(weight_kg)
    more: dict[str, Any] = {"weight_kg": weight_kg, **factors(regimen, model_id, medicine)}
    typical = model.simulate(doses, times, **more)
    ke0 = effect_models()["pressure_pain"].ke0_per_h
    assert ke0 is not None  # the source gives one
    site = model.effect_site(ke0, doses, times, **more)
    ribbon = peaks = None
    if model.variability.note is None:
        people = draw(model.variability.population(), PATIENTS, SEED)
        found = model.simulate(doses, times, individuals=people, **more).concentrations[drug]
        ribbon = 1000 * np.quantile(found, (0.05, 0.95), axis=0)
        peaks = 1000 * np.quantile(found.max(axis=1), (0.05, 0.95))
    return Curves(
        typical.times_h,
        1000 * typical.concentrations[drug][0],
        1000 * site.concentrations[drug][0],
        1000 * typical.concentrations["S-norketamine"][0] if metabolites else None,
        ribbon,
        peaks,
        typical.warnings,
    )


def factors(regimen: Regimen, model_id: str, medicine: str) -> dict[str, float]:
    """Return what a medicine multiplies clearance and way in by, as `simulate` takes them."""
    change = change_by(regimen, medicine)
    if change is None or change.auc_ratio is None:
        return {}
    if model_id == _LIVER:
        return {"clearance_factor": enzyme_factor(regimen, change.auc_ratio)}
    split = next((one for one in change.splits if one.basis == _ENZYMES), change.splits[0])
    if split.bioavailability_factor is None:
        return {"clearance_factor": split.clearance_factor}
    return {
        "clearance_factor": split.clearance_factor,
        "bioavailability_factor": split.bioavailability_factor,
    }


def _times(regimen: Regimen) -> Array:
    """Return times in h, dense where the curve turns, in few different steps: those are cheap."""
    end, last = regimen.over_h, horizon(regimen)
    pieces: list[tuple[float, float, int]] = [(0, 1, 12), (1, 2, 6), (2, last, 8)]
    if end:
        soon, later = end + _SOON, end + 1
        rising: list[tuple[float, float, int]] = [(0, end, 8)]
        if end > _LONG:
            rising = [(0, 2, 8), (2, end, 8)]
        pieces = [*rising, (end, soon, 6), (soon, later, 8), (later, last, 14)]
    parts = [np.linspace(start, stop, steps + 1)[1:] for start, stop, steps in pieces]
    return np.concatenate([[0.0], *parts])


def rows_of(regimen: Regimen) -> tuple[float, ...]:
    """Return the times of the table, h: the end of the infusion among them."""
    end, last = regimen.over_h, horizon(regimen)
    if not end:
        return (0.25, 0.5, 1.0, 2.0, 4.0, last)
    return (end / 2 if end <= _LONG else 2.0, end, end + _SOON, end + 1, (end + 1 + last) / 2, last)


def sampling(model: KineticModel) -> str:
    """Return where the blood of a model was taken, in a word."""
    known = {"arterial": "arterial", "venous": "venous", "venous plasma": "venous"}
    return known.get(model.sampling or "", "arterial or venous not known")


def horizon(regimen: Regimen) -> float:
    """How long is drawn, h."""
    return max(6.0, 1.6 * regimen.over_h) if regimen.over_h > 1 else 6.0


def concentration(ng_per_ml: float) -> str:
    """Return a concentration with as many digits as make sense.

    >>> concentration(149.01), concentration(2.18), concentration(0.0)
    ('149', '2.2', '0.0')
    """
    return fixed(ng_per_ml, 0 if ng_per_ml >= 10 else 1)


def _drawn(value: float) -> float | None:
    return float(f"{value:.3g}") if value >= LOWEST else None


@cache
def enzyme_factor(regimen: Regimen, auc_ratio: float) -> float:
    """Return the factor on what the liver eliminates that changes the AUC as published.

    For perezruixo2021, in which the first pass and later clearance are one process.
    """
    model = kinetic_model(_LIVER)
    pieces = [np.linspace(0, 4, 80), np.linspace(4, 24, 80), np.linspace(24, 240, 108)]
    times = np.unique(np.concatenate(pieces))

    def auc(factor: float) -> float:
        found = model.simulate(regimen.doses(_REFERENCE_KG), times, clearance_factor=factor)
        return float(np.trapezoid(found.concentrations["S-ketamine"][0], times))

    before = auc(1.0)
    return float(brentq(lambda factor: auc(factor) / before - auc_ratio, 0.02, 60, xtol=1e-4))


@cache
def medicines(regimen: Regimen) -> Mapping[str, ExposureChange | None]:
    """Return what may be taken with a regimen; None for nothing and for what has no figure."""
    known = {
        change.interacting_drug: change
        for id, change in exposure_changes().items()
        if change.words is not None
        and library().interactions[id].ketamine_form == regimen.measured_as
    }
    return {NONE: None, **known, OTHER: None}


def change_by(regimen: Regimen, medicine: str) -> ExposureChange | None:
    """Return what is known of one medicine, with warnings for the dose of the regimen."""
    known = medicines(regimen)[medicine]
    if known is None or known.auc_ratio is None or known.form is None or known.route is None:
        return known
    if regimen.unit != "mg/kg":
        return known
    per_kg = regimen.amount
    found = exposure_change(medicine, form=known.form, route=known.route, dose_mg_per_kg=per_kg)
    return found if found.interaction == known.interaction else known


@cache
def courses() -> tuple[Course, ...]:
    """Return every course, the regimen to open with first."""
    return tuple(
        Course(regimen, kinetic_model(model), weights, taken)
        for regimen in regimens().values()
        for model in regimen.models
        for taken in _same(regimen)
        for weights in _weights(regimen, model)
    )


def _weights(regimen: Regimen, model: str) -> list[tuple[int, ...]]:
    return [WEIGHTS] if model == _LIVER and regimen.unit == "mg" else [(kg,) for kg in WEIGHTS]


def _same(regimen: Regimen) -> Iterator[tuple[str, ...]]:
    """Group what may be taken: all that changes nothing together, the others alone."""
    known = medicines(regimen)
    numbers = [name for name, change in known.items() if change and change.auc_ratio is not None]
    yield tuple(name for name in known if name not in numbers)
    for name in numbers:
        yield (name,)


def published_peak(regimen: Regimen) -> tuple[str, float] | None:
    """Return the source and the peak, ng/mL, that was published for a regimen; None without."""
    for mark in benchmarks().values():
        peak = mark.expected.get("Cmax_ng_mL") or mark.expected.get("S_ketamine_Cmax")
        if mark.kind == "published" and peak is not None and _is_of(mark.dose, regimen):
            assert isinstance(peak, float)  # a peak is one number
            return mark.source_key, peak
    return None


def _is_of(dose: str, regimen: Regimen) -> bool:
    """Whether the words of a benchmark are this regimen: "0.5 mg/kg over 40 min racemic"."""
    kind = {"intravenous": "over", "intranasal": "intranasal", "sublingual film": "film"}
    form = "racemic" if regimen.form == "racemic ketamine" else "ketamine"
    wanted = [f"{regimen.amount:g} {regimen.unit} ", kind.get(regimen.route, "?"), form]
    if regimen.over_h:
        wanted.append(f"over {duration(regimen.over_h)} ")
    return dose.startswith(wanted[0]) and all(word in dose for word in wanted[1:])
