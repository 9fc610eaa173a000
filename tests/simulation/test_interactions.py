"""Every published change of exposure, run through the kinetics; and silence where there is none."""

from __future__ import annotations

import doctest
import math
import re

import numpy as np
import pytest
from scipy.integrate import quad_vec

from ketalab.evidence.interaction import KetamineForm
from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import pk_models
from ketalab.evidence.result import Change
from ketalab.models.interactions import changed, liver
from ketalab.models.kinetics import Absorbed, Infusion, Mammillary, concentration
from ketalab.simulation import interactions
from ketalab.simulation.interactions import exposure_change, exposure_changes

CHANGES = exposure_changes()
MEASURED = [change for change in CHANGES.values() if change.auc_ratio is not None]
# Read off the words of the table by hand: (what the source says, with over without).
PUBLISHED = {
    "clarithromycin_oral_s_ketamine": ("x2.6", 2.6),
    "ticlopidine_oral_s_ketamine": ("x2.4", 2.4),
    "ticlopidine_nasal_esketamine": ("about +29%", 1.29),
    "rifampicin_oral_s_ketamine": ("-86%", 0.14),
    "rifampicin_intravenous_s_ketamine": ("-14%", 0.86),
    "st_johns_wort_oral_s_ketamine": ("-58%", 0.42),
    "grapefruit_juice_oral_s_ketamine": ("x3.0 (range 2.4-3.6)", 3.0),
}


def s_ketamine(weight_kg: float = 70.0) -> Mammillary:
    """The disposition of otto2021, venous S-ketamine in adults."""
    model = pk_models()["otto2021"]
    relative = weight_kg / 70
    return Mammillary(
        model.number("CL", "L/h/70 kg") * relative**0.75,
        [
            model.number("V1", "L/70 kg") * relative,
            model.number("Vp1", "L"),
            model.number("Vp2", "L"),
        ],
        [model.number("Q1", "L/h"), model.number("Q2", "L/h")],
    )


def area(model: Mammillary, regimen: list, kink_h: float) -> float:
    """The area under the simulated concentrations to infinity, by quadrature over log time."""

    def scaled(x: float) -> np.ndarray:
        return math.exp(x) * concentration(model, regimen, [math.exp(x)])[0]

    ends = [math.log(t) for t in (1e-9, kink_h, 2e3)]
    return quad_vec(scaled, ends[0], ends[-1], epsrel=1e-10, points=ends[1:2])[0].item()


def regimen_of(route: str, bioavailability: float | None) -> tuple[list, float]:
    if route == "intravenous":
        return [Infusion(0, 0.5, 7.0)], 0.5
    # The short constant input before first-order absorption (zero_order) changes no area.
    oral = pk_models()["composite_oral_S"]
    return [Absorbed(0, 14.0, bioavailability, oral.number("ka", "1/h"))], 1.0


@pytest.mark.parametrize("change", MEASURED, ids=lambda change: change.interaction)
def test_the_kinetics_reproduce_every_published_change(change) -> None:
    _, published = PUBLISHED[change.interaction]
    usual, kink = regimen_of(change.route, change.bioavailability)
    model = s_ketamine()
    without = area(model, usual, kink)
    assert change.splits
    for split in change.splits:
        with_it = area(*changed(model, usual, split), kink)
        assert with_it / without == pytest.approx(published, rel=1e-6)


def test_the_reference_area_is_dose_over_clearance() -> None:
    # Otherwise a ratio of two wrong areas could be right.
    usual, kink = regimen_of("oral", 0.08)
    assert area(s_ketamine(), usual, kink) == pytest.approx(0.08 * 14 / 95.2, rel=1e-6)


def test_every_number_of_the_table_is_there_and_no_other() -> None:
    assert {change.interaction for change in MEASURED} == set(PUBLISHED)
    for name, (words, ratio) in PUBLISHED.items():
        assert CHANGES[name].words == words
        assert CHANGES[name].auc_ratio == pytest.approx(ratio)
    assert CHANGES["grapefruit_juice_oral_s_ketamine"].auc_ratio_range == (2.4, 3.6)
    assert set(CHANGES) == set(library().interactions)
    typed = {
        result.record
        for result in library().results.values()
        if result.table == "interactions" and isinstance(result, Change) and result.of == "AUC"
    }
    assert typed == set(PUBLISHED)


def test_source_level_and_study_are_those_of_the_row() -> None:
    for name, change in CHANGES.items():
        row = library().interactions[name]
        assert change.interacting_drug == row.interacting_drug
        assert change.sources == tuple(row.sources)
        assert change.level == row.verified
        assert change.study == row.study
        assert change.mechanism == row.mechanism


@pytest.mark.parametrize("name", sorted(set(CHANGES) - set(PUBLISHED)))
def test_words_without_a_number_give_no_factor(name: str) -> None:
    change = CHANGES[name]
    assert change.splits == ()
    assert change.auc_ratio is change.auc_ratio_range is change.bioavailability is None
    assert len(change.not_known) == 1
    assert (change.words or "no measurement") in change.not_known[0]


def test_no_increase_is_not_taken_for_no_change() -> None:
    assert "no increase" in CHANGES["itraconazole_oral_s_ketamine"].not_known[0]


def test_rifampicin_was_studied_by_both_routes_and_is_split_by_that() -> None:
    by_vein = exposure_change("Rifampicin", form="S-ketamine", route="intravenous")
    by_mouth = exposure_change("Rifampicin", form="S-ketamine", route="oral")
    (vein,), (mouth,) = by_vein.splits, by_mouth.splits
    assert vein.basis == mouth.basis == "intravenous study"
    assert vein.bioavailability_factor is None
    assert mouth.clearance_factor == vein.clearance_factor == pytest.approx(1 / 0.86)
    assert mouth.bioavailability_factor == pytest.approx(0.14 / 0.86)
    assert not any("assumption" in sentence for sentence in by_mouth.not_known)
    assert any("intravenous S-ketamine 0.1 mg/kg" in sentence for sentence in by_mouth.warnings)


def test_a_study_by_vein_in_another_paper_settles_nothing() -> None:
    row = library().interactions["rifampicin_oral_s_ketamine"]
    elsewhere = row.model_copy(update={"sources": ("another_paper",)})
    splits = interactions._change(elsewhere).splits
    assert splits
    assert all(split.basis.startswith("assumed: ") for split in splits)


def test_without_a_study_by_vein_every_split_is_called_an_assumption() -> None:
    for change in MEASURED:
        if change.interacting_drug == "Rifampicin":
            continue
        assert all(split.basis.startswith("assumed: ") for split in change.splits)
        assert len(change.splits) == (3 if change.route == "oral" else 2)
        assert any("assumption" in sentence for sentence in change.not_known)
        assert any("perezruixo2021" in text for text in change.warnings) == (change.route == "oral")


def test_no_split_lets_more_in_than_the_dose() -> None:
    for change in MEASURED:
        for split in change.splits:
            if split.bioavailability_factor is not None:
                assert 0 < split.bioavailability_factor * change.bioavailability <= 1


def test_the_bioavailability_is_that_of_the_route_and_has_a_source() -> None:
    oral, nasal = (
        CHANGES[f"ticlopidine_{name}"] for name in ("oral_s_ketamine", "nasal_esketamine")
    )
    assert (oral.bioavailability, oral.bioavailability_source) == (0.08, "Fanta2015")
    assert (nasal.bioavailability, nasal.bioavailability_source) == (0.48, "Spravato")


def test_the_borrowed_liver_is_the_one_that_the_model_states() -> None:
    model = pk_models()["perezruixo2021"]
    rate = model.number("kel", "1/h") + model.number("kmet", "1/h")
    clearance, let_through = liver(model.number("Qh", "L/h"), rate * model.number("Vh", "L"))
    swallowed = model.number("Fgut", "fraction") * let_through.item()
    stated = re.search(r"CL = Qh\*E = (\d+) L/h and swallowed F = (\d\.\d+)", model.doubts)
    assert clearance.item() == pytest.approx(float(stated[1]), abs=0.5)
    assert swallowed == pytest.approx(float(stated[2]), abs=5e-4)
    # And of the factors: CLint' = CLint / 2.6 in the liver's own equation.
    after = liver(model.number("Qh", "L/h"), rate * model.number("Vh", "L") / 2.6)
    split = CHANGES["clarithromycin_oral_s_ketamine"].splits[-1]
    assert split.clearance_factor == pytest.approx((after[0] / clearance).item())
    assert split.bioavailability_factor == pytest.approx((after[1] / let_through).item())


def test_a_change_by_one_route_or_form_is_not_lent_to_another() -> None:
    for form, route in (("S-ketamine", "intravenous"), ("racemic ketamine", "oral")):
        answer = exposure_change("Clarithromycin", form=form, route=route)
        assert answer.interaction is answer.auc_ratio is None
        assert answer.splits == ()
        assert f"Clarithromycin does to {form} by the {route} route" in answer.not_known[0]
        assert "does not carry over" in answer.warnings[0]
    nasal = exposure_change("Ticlopidine", form="S-ketamine", route="intranasal")
    assert nasal.interaction == "ticlopidine_nasal_esketamine"


def test_a_row_for_any_form_answers_every_question() -> None:
    answer = exposure_change("Opioids", form="racemic ketamine", route="intranasal")
    assert answer.interaction == "opioids_any_form"
    assert answer.not_known
    by_vein = exposure_change("Barbiturates", form="racemic ketamine", route="intravenous")
    assert by_vein.interaction == "barbiturates_injection"
    elsewhere = exposure_change("Barbiturates", form="racemic ketamine", route="oral")
    assert elsewhere.interaction is None


def test_every_wording_of_the_table_has_a_form_and_a_route() -> None:
    assert set(interactions._STUDIED) == set(KetamineForm.__args__)
    studied = [(change.interacting_drug, change.form, change.route) for change in CHANGES.values()]
    assert len(studied) == len(set(studied))


def test_a_dose_beyond_the_studies_carries_the_warning_of_the_card() -> None:
    def warnings(dose: float | None) -> tuple[str, ...]:
        return exposure_change(
            "Rifampicin", form="S-ketamine", route="oral", dose_mg_per_kg=dose
        ).warnings

    assert warnings(None) == warnings(0.3)
    (more,) = set(warnings([0.3, 1.5])) - set(warnings(0.3))
    assert "dose_mg_per_kg" in more
    assert "1.5" in more


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("interacting_drug", {"interacting_drug": "Water"}),
        ("form", {"form": "ketamine"}),
        ("route", {"route": "rectal"}),
        ("dose_mg_per_kg", {"dose_mg_per_kg": -0.2}),
        ("dose_mg_per_kg", {"dose_mg_per_kg": math.nan}),
    ],
)
def test_a_bad_argument_is_named(name: str, arguments: dict) -> None:
    usual = {"interacting_drug": "Rifampicin", "form": "S-ketamine", "route": "oral"}
    with pytest.raises(ValueError, match=f"^{name} "):
        exposure_change(**(usual | arguments))


def test_the_example_of_the_module_holds() -> None:
    assert doctest.testmod(interactions).failed == 0
