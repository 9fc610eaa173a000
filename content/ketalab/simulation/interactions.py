"""Published changes of exposure by another medicine, as factors that a simulation can use.

The numbers come from the evidence's table of interactions, word for word. Most of its rows have
none: then there are no factors, and ``not_known`` says so. A change holds for the form and the
route of its study and for no other, so `exposure_change` never lends one to another route.

>>> change = exposure_change("Rifampicin", form="S-ketamine", route="intravenous")
>>> change.words, round(change.splits[0].clearance_factor, 3)
('-14%', 1.163)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from ketalab.evidence.interaction import Interaction
from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import Parameter, pk_models
from ketalab.evidence.pharmacology.model_card import model_card
from ketalab.evidence.result import Change
from ketalab.models.interactions import (
    Split,
    bioavailability_factor_by_mouth,
    clearance_factor_by_vein,
    split_of_oral_ratio_in_liver,
    splits_of_oral_ratio,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Form = Literal["S-ketamine", "racemic ketamine"]
Route = Literal["oral", "intravenous", "intranasal"]

# What each wording of the table stands for; None: the row does not narrow it. A label that says
# injection speaks of injection into a vein among others.
_STUDIED: Mapping[str, tuple[Form | None, Route | None]] = MappingProxyType(
    {
        "oral S-ketamine 0.2 mg/kg": ("S-ketamine", "oral"),
        "oral S-ketamine 0.3 mg/kg": ("S-ketamine", "oral"),
        "intravenous S-ketamine 0.1 mg/kg": ("S-ketamine", "intravenous"),
        "nasal esketamine": ("S-ketamine", "intranasal"),
        "injection": (None, "intravenous"),
        "IV infusion": (None, "intravenous"),
        "any": (None, None),
    }
)


@dataclass(frozen=True, slots=True)
class ExposureChange:
    """What is known of the change of ketamine's exposure by one medicine, and what is not.

    interaction: the id of the row in the table of interactions; None where there is none.
    interacting_drug: the medicine. form, route: of ketamine; None where the row does not say.
    words: the change as the source puts it; None where it was not measured.
    auc_ratio: AUC' / AUC of ketamine to infinity, no unit; None where the source has no number.
    auc_ratio_range: its range, where printed.
    mechanism: how it comes about, in the words of the table.
    bioavailability: F without the medicine that the splits rest on, and the key of its source
        among those of the pharmacology; None where none was needed.
    splits: the factors of clearance and bioavailability. One, of ``basis`` "intravenous study",
        where a study by vein settles it; otherwise several, each of them assumed, and all of the
        same ``auc_ratio``; none without a number. `ketalab.models.interactions.changed` uses one.
    sources, level, study: the keys of the references, how they were read, and in whom.
    not_known: what no source says, as sentences. warnings: what to show beside any use.
    """

    interaction: str | None
    interacting_drug: str
    form: Form | None
    route: Route | None
    words: str | None = None
    auc_ratio: float | None = None
    auc_ratio_range: tuple[float, float] | None = None
    mechanism: str | None = None
    bioavailability: float | None = None
    bioavailability_source: str | None = None
    splits: tuple[Split, ...] = ()
    sources: tuple[str, ...] = ()
    level: str | None = None
    study: str | None = None
    not_known: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def exposure_changes() -> Mapping[str, ExposureChange]:
    """Return what is known for every row of the table of interactions, by its id.

    Raises EvidenceError where the tables are not sound.
    """
    table = library().interactions
    return MappingProxyType({row: _change(entry) for row, entry in table.items()})


def exposure_change(
    interacting_drug: str, *, form: Form, route: Route, dose_mg_per_kg: ArrayLike | None = None
) -> ExposureChange:
    """Return what is known of one medicine with this form of ketamine by this route.

    interacting_drug: as the table of interactions names it ("Rifampicin"). Where the table has
    the medicine but not this form and route, the answer has no number and says so.
    dose_mg_per_kg: the dose of ketamine that is simulated, mg/kg, one number or an array; beyond
    the doses of the studies the answer carries the warning of the model card.
    Raises ValueError, naming the argument, for a medicine, form or route that is not known, and
    for a dose that makes no sense.
    """
    for name, value, permitted in (("form", form, Form), ("route", route, Route)):
        if value not in get_args(permitted):
            choices = ", ".join(map(repr, get_args(permitted)))
            raise ValueError(f"{name} must be one of {choices}, got {value!r}")
    of_dose = model_card("interactions").check(route=route, dose_mg_per_kg=dose_mg_per_kg)
    table = library().interactions.values()
    rows = [entry for entry in table if entry.interacting_drug == interacting_drug]
    if not rows:
        names = ", ".join(sorted({entry.interacting_drug for entry in table}))
        raise ValueError(f"interacting_drug must be one of {names}, got {interacting_drug!r}")
    for entry in rows:
        row_form, row_route = _STUDIED[entry.ketamine_form]
        if row_form in (form, None) and row_route in (route, None):
            change = _change(entry)
            if change.auc_ratio is None:
                return change
            return replace(change, warnings=change.warnings + of_dose)
    others = ", ".join(entry.ketamine_form for entry in rows)
    return ExposureChange(
        None,
        interacting_drug,
        form,
        route,
        not_known=(
            f"What {interacting_drug} does to {form} by the {route} route is not known here.",
        ),
        warnings=(f"The table has it for {others}; this does not carry over to another route.",),
    )


def _change(entry: Interaction) -> ExposureChange:
    form, route = _STUDIED[entry.ketamine_form]
    published = _published(entry)
    about: dict[str, Any] = {
        "interaction": entry.id,
        "interacting_drug": entry.interacting_drug,
        "form": form,
        "route": route,
        "words": entry.auc_change,
        "mechanism": entry.mechanism,
        "sources": tuple(entry.sources),
        "level": entry.verified,
        "study": entry.study,
    }
    if published is None:
        said = f"the source says: {entry.auc_change}" if entry.auc_change else "no measurement"
        return ExposureChange(
            **about,
            not_known=(f"By how much the AUC of ketamine changes is not known: {said}.",),
        )

    ratio = _ratio(published, published.estimate)
    warnings = [
        f"Measured with {entry.ketamine_form} ({entry.study}); it does not carry over to another "
        "form, route or dose.",
        "What happens to norketamine, and to volumes and the speed of absorption, is left out.",
    ]
    not_known = []
    if published.low is None or published.high is None:
        span = None
        not_known.append("How much the change differs between people is not known.")
    else:
        span = _ratio(published, published.low), _ratio(published, published.high)

    before = None if route == "intravenous" else _bioavailability(route)
    splits: tuple[Split, ...]
    if before is None:
        splits = (Split(clearance_factor_by_vein(ratio).item(), None, "intravenous study"),)
    elif by_vein := _by_vein(entry):
        other, vein = by_vein
        clearance = clearance_factor_by_vein(_ratio(vein, vein.estimate)).item()
        way_in = bioavailability_factor_by_mouth(ratio, clearance, before.number).item()
        splits = (Split(clearance, way_in, "intravenous study"),)
        warnings.append(
            f"Clearance is that of {other.ketamine_form} with the same medicine; that it holds "
            "by this route too is how the two are told apart."
        )
    else:
        splits = splits_of_oral_ratio(ratio, before.number)
        not_known.append(
            "No study by vein is in the table, so how the change divides between clearance and "
            "the way in is not known: every split is an assumption."
        )
        if route == "oral":
            splits += (_in_liver(ratio),)
            warnings.append(
                "The split by the liver's enzymes borrows the liver of perezruixo2021 (adults up "
                "to 60 years, factor for Asian people left out), whatever model it is used with."
            )
    return ExposureChange(
        **about,
        auc_ratio=ratio,
        auc_ratio_range=span,
        bioavailability=None if before is None else before.number,
        bioavailability_source=None if before is None else before.source_key,
        splits=splits,
        not_known=tuple(not_known),
        warnings=tuple(warnings),
    )


def _published(entry: Interaction) -> Change | None:
    """Return the typed number in the row's ``auc_change``; None where there is no number."""
    for result in library().results.values():
        at = (result.table, result.record, result.path)
        if at == ("interactions", entry.id, "auc_change") and isinstance(result, Change):
            return result
    return None


def _ratio(published: Change, number: float) -> float:
    return number if published.change_in == "fold" else 1 + number / 100


def _by_vein(entry: Interaction) -> tuple[Interaction, Change] | None:
    """Return the row by vein of the same medicine, form and paper, and its number, if any."""
    form, _ = _STUDIED[entry.ketamine_form]
    for other in library().interactions.values():
        if (
            other.interacting_drug == entry.interacting_drug
            and _STUDIED[other.ketamine_form] == (form, "intravenous")
            and set(other.sources) & set(entry.sources)
            and (published := _published(other)) is not None
        ):
            return other, published
    return None


def _bioavailability(route: Route | None) -> Parameter:
    # The nasal study is the label's, and so is its bioavailability: products differ fourfold.
    model, name = {
        "oral": ("composite_oral_S", "F_ketamine"),
        "intranasal": ("physiology", "F_nasal_label"),
    }[str(route)]
    model_record = pk_models()[model]
    model_record.number(name, "fraction")
    return model_record.parameter(name)


def _in_liver(ratio: float) -> Split:
    model = pk_models()["perezruixo2021"]
    rate = model.number("kel", "1/h") + model.number("kmet", "1/h")
    return split_of_oral_ratio_in_liver(
        ratio, model.number("Qh", "L/h"), rate * model.number("Vh", "L")
    )
