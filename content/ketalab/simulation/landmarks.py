"""What was reported at a concentration, or of an effect, without a curve to run through it.

Nothing here may be joined up: forms, routes, people and measures differ from line to line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ketalab.evidence.pharmacology import Parameter, pd_models, pk_models
from ketalab.evidence.pharmacology.model_card import model_card
from ketalab.simulation.concentrations import in_mg_per_l

# Names of ``thresholds`` in plain words.
_LANDMARKS: Mapping[str, str] = MappingProxyType(
    {
        "analgesia_IV": "pain relief after an intravenous dose",
        "analgesia_target": "pain relief, as a study assumed it for its simulations",
        "analgesia_oral": "pain relief after an oral dose",
        "dissociation": "dissociation",
        "anaesthesia": "anaesthesia",
        "awakening": "waking after anaesthesia",
        "awakening_children": "waking of children",
    }
)
# Record and parameter, the drug, and in plain words what was reported.
_REPORTED: tuple[tuple[str, str, str, str], ...] = (
    ("haemodynamics", "anaesthesia_rise", "not known", "rise of pressure, heart rate and output"),
    ("haemodynamics", "S_CBF_159", "S-ketamine", "rise of blood flow in the whole brain"),
    (
        "acute_pain_sigtermans2009",
        "potency_ratio_heat_vs_electrical",
        "S-ketamine",
        "potency against heat pain, compared with electrical pain",
    ),
    (
        "crps_acute_sigtermans2010",
        "VAS_before_after",
        "not known",
        "chronic pain before and after seven short infusions",
    ),
    ("crps_acute_sigtermans2010", "VAS_5h", "not known", "chronic pain 5 h after the infusions"),
    (
        "crps_acute_sigtermans2010",
        "experimental_pain",
        "not known",
        "relief of experimental pain in the same patients",
    ),
    (
        "chronic_pain_dahan2011",
        "outlasting",
        "S-ketamine",
        "how long relief of chronic pain outlasted one infusion",
    ),
    ("enantiomers", "S_vs_R", "S-ketamine", "potency, compared with R-ketamine"),
    ("enantiomers", "S_vs_racemic", "S-ketamine", "potency, compared with racemic ketamine"),
)


@dataclass(frozen=True, slots=True)
class Landmark:
    """A concentration, or a range, at which something was reported.

    low_ng_per_ml, high_ng_per_ml: ng/mL; equal where one number was printed.
    drug: "racemic ketamine" or "not known": what was given or measured.
    in_children: whether the source studied children.
    parameter: the number itself, whose unit tells what it is, with source and level.
    warnings: what the model card says that this must not be used for.
    """

    id: str
    what: str
    low_ng_per_ml: float
    high_ng_per_ml: float
    drug: str
    in_children: bool
    parameter: Parameter
    warnings: tuple[str, ...]

    @property
    def population(self) -> str:
        """In whom it was reported."""
        return self.parameter.species_assay or "not known"


@dataclass(frozen=True, slots=True)
class Reported:
    """An effect that was reported and has no relation to concentration that could be run.

    record, name: where it stands in ``pd_models``. what: the effect, in plain words.
    drug: what was given, "not known" where the record does not say.
    parameter: the number or the words, with unit, people, source and level.
    warnings: what the model card says that this must not be used for.
    """

    record: str
    name: str
    what: str
    drug: str
    parameter: Parameter
    warnings: tuple[str, ...]


@cache
def landmarks() -> tuple[Landmark, ...]:
    """Return every landmark of concentration, in the order of the table.

    Raises EvidenceError when the tables are not sound.
    """
    warnings = model_card("thresholds").entry.not_for
    of_children = {
        model.source_key for model in pk_models().values() if "children" in (model.subjects or "")
    }
    found = []
    for id, parameter in pd_models()["thresholds"].parameters.items():
        ends = [1000 * number for number in in_mg_per_l(parameter)]
        found.append(
            Landmark(
                id=id,
                what=_LANDMARKS[id],
                low_ng_per_ml=min(ends),
                high_ng_per_ml=max(ends),
                drug="racemic ketamine" if "racemic" in parameter.unit else "not known",
                in_children=parameter.source_key in of_children
                or "children" in (parameter.species_assay or ""),
                parameter=parameter,
                warnings=tuple(warnings),
            )
        )
    return tuple(found)


@cache
def reported_effects() -> tuple[Reported, ...]:
    """Return what was reported of effects that no model here runs, blood pressure among them.

    Raises EvidenceError when the tables are not sound.
    """
    return tuple(
        Reported(
            record=record,
            name=name,
            what=what,
            drug=drug,
            parameter=pd_models()[record].parameters[name],
            warnings=tuple(model_card(record).entry.not_for),
        )
        for record, name, drug, what in _REPORTED
    )
