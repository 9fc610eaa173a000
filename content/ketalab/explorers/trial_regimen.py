"""Regimens that published studies gave, with dose and time read from the words of their records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from ketalab.evidence import library
from ketalab.evidence.certainty import badge
from ketalab.evidence.pharmacology import pk_models
from ketalab.evidence.pharmacology import references as papers
from ketalab.evidence.study import Study
from ketalab.frontend import digest
from ketalab.frontend.numerals import fixed
from ketalab.simulation.kinetics import Dose, Route

Form = Literal["racemic ketamine", "S-ketamine"]

_ROUTES = {
    "intravenous": "by vein",
    "intranasal": "by nose",
    "oral": "by mouth",
    "sublingual film": "as a film in the mouth",
}
_BY_VEIN = {
    "racemic ketamine": ("kamp2020_meta", "domino", "hijazi", "clements250"),
    "S-ketamine": ("otto2021", "simons2022", "perezruixo2021"),
}
_AS_RACEMIC = "The record says ketamine without a form; it is run as racemic ketamine. "


@dataclass(frozen=True, slots=True)
class Source:
    """Where a regimen stands: who took part, how direct it is, how it was read, with a link.

    record: a digest of the record, so that whatever changes in it changes the explorer's text.
    """

    people: str
    evidence: str
    label: str
    link: str | None
    as_recorded: str
    record: str


@dataclass(frozen=True, slots=True)
class Regimen:
    """One regimen. amount: in ``unit``, per kg, per 70 kg and hour, or whole.

    over_h: how long it runs by vein; 0 for other routes. models: the kinetic models that can run
    it, the preferred first. measured_as: how the table of interactions names this form and route;
    None where it has none. run_as: what was simplified.
    """

    id: str
    form: Form
    route: Route
    amount: float
    unit: Literal["mg/kg", "mg", "mg/h per 70 kg"]
    over_h: float
    models: tuple[str, ...]
    source: Source
    run_as: str
    measured_as: str | None = None

    @property
    def words(self) -> str:
        """The regimen in short: "0.5 mg/kg S-ketamine by vein over 30 min"."""
        given = f"{self.amount:g} {self.unit} {self.form} {_ROUTES[self.route]}"
        return f"{given} over {duration(self.over_h)}" if self.over_h else given

    def mg(self, weight_kg: float) -> float:
        """The dose of a person, mg."""
        factors = {"mg/kg": weight_kg, "mg": 1.0, "mg/h per 70 kg": self.over_h * weight_kg / 70}
        return self.amount * factors[self.unit]

    def doses(self, weight_kg: float) -> list[Dose]:
        """What a simulation is given."""
        return [Dose(self.route, self.mg(weight_kg), over_h=self.over_h)]


def duration(hours: float) -> str:
    """Return a time as words: "40 min", "5 h", "4.2 days"."""
    if hours < 2:
        return f"{fixed(hours * 60)} min"
    return f"{hours / 24:.3g} days" if hours > 48 else f"{hours:.2g} h"


@cache
def regimens() -> dict[str, Regimen]:
    """Return every regimen by id, the one to open with first."""
    return {regimen.id: regimen for regimen in _regimens()}


def _regimens() -> Iterator[Regimen]:
    trials, depression = library().trials, library().depression
    fibromyalgia, crps = trials["noppers2011fm"], trials["sigtermans2009"]
    yield _infusion(
        fibromyalgia,
        "S-ketamine",
        _number(r"([\d.]+) mg/kg", fibromyalgia.dose_as_given_in_trial),
        _number(r"(\d+)-minute", fibromyalgia.duration_as_given) / 60,
        run_as="At an even rate.",
    )
    yield _infusion(
        crps,
        "S-ketamine",
        _number(r"([\d.]+) ± [\d.]+ mg/h per 70 kg", crps.dose_as_given_in_trial),
        _number(r"([\d.]+) days", crps.duration_as_given) * 24,
        unit="mg/h per 70 kg",
        run_as="The trial raised the rate step by step for each person. Here the mean rate at the "
        "end runs from the start, so the first days are too high.",
    )
    for id, dose, time in (
        ("kvarnstrom2004", r"([\d.]+) mg/kg", r"(\d+)-minute"),
        ("lumanauw2019", r"^([\d.]+) or [\d.]+ mg/kg", r"(\d+)-minute"),
    ):
        yield _infusion(
            trials[id],
            "racemic ketamine",
            _number(dose, trials[id].dose_as_given_in_trial),
            _number(time, trials[id].duration_as_given) / 60,
            run_as=f"{_AS_RACEMIC}At an even rate.",
        )
    week = trials["amr2010"]
    yield _infusion(
        week,
        "racemic ketamine",
        _number(r"([\d.]+) mg in", week.dose_as_given_in_trial),
        _number(r"over (\d+) hours", week.dose_as_given_in_trial),
        unit="mg",
        run_as=f"{_AS_RACEMIC}The first of seven days.",
    )
    midazolam = depression["murrough2013"]
    yield _infusion(
        midazolam,
        "racemic ketamine",
        _number(r"([\d.]+) mg/kg over", midazolam.dose_as_given or ""),
        _number(r"over (\d+) min", midazolam.dose_as_given or "") / 60,
        run_as=f"{_AS_RACEMIC}At an even rate.",
    )
    yield from _sprays()
    yield from _by_mouth()
    yield _film()


def _infusion(
    study: Study,
    form: Form,
    amount: float,
    over_h: float,
    *,
    run_as: str,
    unit: Literal["mg/kg", "mg", "mg/h per 70 kg"] = "mg/kg",
) -> Regimen:
    of_form = "intravenous S-ketamine 0.1 mg/kg" if form == "S-ketamine" else None
    return Regimen(
        study.id,
        form,
        "intravenous",
        amount,
        unit,
        over_h,
        _BY_VEIN[form],
        _of_study(study),
        run_as,
        of_form,
    )


def _sprays() -> Iterator[Regimen]:
    study = library().depression["takahashi2021"]
    words = study.result["day28_madrs_change"]
    found = re.search(r"\((\d+), (\d+), (\d+) mg\)", str(words))
    if found is None:
        raise ValueError(f"expected three doses in {words!r}")
    for dose in found.groups():
        yield Regimen(
            f"{study.id}_{dose}",
            "S-ketamine",
            "intranasal",
            float(dose),
            "mg",
            0.0,
            ("perezruixo2021",),
            replace(_of_study(study), as_recorded=f"arms of the trial: {found[0][1:-1]}"),
            "One session; all devices at time zero.",
            "nasal esketamine",
        )


def _by_mouth() -> Iterator[Regimen]:
    rows = library().interactions.values()
    for form in dict.fromkeys(r.ketamine_form for r in rows if r.ketamine_form.startswith("oral")):
        measured = [r for r in rows if r.ketamine_form == form]
        first = library().references[measured[0].sources[0]]
        keys = dict.fromkeys(key for row in measured for key in row.sources)
        label = ", ".join(library().references[key].label for key in keys)
        yield Regimen(
            form.replace(" ", "_"),
            "S-ketamine",
            "oral",
            _number(r"([\d.]+) mg/kg", form),
            "mg/kg",
            0.0,
            ("composite_oral_S", "perezruixo2021"),
            Source(
                "healthy people in studies of other medicines",
                f"indirect evidence for chronic pain, {badge(measured[0].verified)}",
                label,
                first.links[0][1] if first.links else None,
                form,
                digest([row.model_dump(mode="json") for row in measured]),
            ),
            "One dose, swallowed at time zero.",
            form,
        )


def _film() -> Regimen:
    record = pk_models()["simons2022"]
    healthy = _number(r"(\d+) healthy", record.parameter("VK1").species_assay or "")
    paper = papers()[record.source_key]
    return Regimen(
        "simons2022_film",
        "S-ketamine",
        "sublingual film",
        _number(r"film (\d+)/", record.route or ""),
        "mg",
        0.0,
        ("simons2022",),
        Source(
            f"{healthy:g} healthy people",
            "indirect evidence for chronic pain, ○ second-hand",
            paper.label,
            paper.links[0][1] if paper.links else None,
            record.route or "",
            digest(record.model_dump(mode="json")),
        ),
        "One film at time zero.",
    )


def _of_study(study: Study) -> Source:
    reference = library().references[study.source_key]
    chronic_pain = study.id in library().trials
    people = library().trials[study.id].condition if chronic_pain else "depression"
    directness = "direct" if chronic_pain else "indirect"
    recorded = [
        getattr(study, name, None)
        for name in ("dose_as_given_in_trial", "dose_as_given", "duration_as_given")
    ]
    return Source(
        people[0].lower() + people[1:] if people[:2].istitle() else people,
        f"{directness} evidence for chronic pain, {badge(study.verified)}",
        reference.label,
        reference.links[0][1] if reference.links else None,
        "; ".join(text for text in recorded if text),
        digest(study.model_dump(mode="json")),
    )


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"expected {pattern!r} in {text!r}")
    return float(found[1])
