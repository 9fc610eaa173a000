"""The dose-to-brain explorer: published regimens, published models, nothing mixed or invented."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from traitlets import TraitError

from ketalab.evidence import library
from ketalab.evidence.pharmacology import benchmarks
from ketalab.explorers import DoseToBrainExplorer
from ketalab.explorers.dose_to_brain import _warning_rows, _warnings
from ketalab.explorers.dose_to_brain_course import (
    NONE,
    OTHER,
    PATIENTS,
    SEED,
    WEIGHTS,
    bands,
    bands_of,
    courses,
    factors,
    medicines,
    published_peak,
)
from ketalab.explorers.trial_regimen import regimens
from ketalab.models.patients import draw
from ketalab.simulation.interactions import exposure_changes
from ketalab.simulation.kinetics import kinetic_model
from tests.explorers.vega_flow import said_by_vega

RACEMIC = ("kvarnstrom2004", "lumanauw2019", "amr2010", "murrough2013")


@pytest.fixture(scope="module")
def explorer():
    return DoseToBrainExplorer()


def set_to(explorer, *setting):
    explorer.set_state(dict(zip(explorer.control_names(), setting, strict=True)))
    assert explorer.setting() == setting
    return explorer


def test_it_opens_on_chronic_pain_with_a_ribbon_a_metabolite_and_models_that_disagree(explorer):
    assert explorer.setting() == ("noppers2011fm", "otto2021", "none", 70, True)
    assert explorer.reading.startswith(
        "0.5 mg/kg S-ketamine by vein over 30 min, 70 kg (35 mg): in this model the blood peaks at "
        "175 ng/mL after 30 min, the effect site at 138 after 40 min, S-norketamine at 75. Of 200 "
        "virtual patients 90% peak between "
    )
    assert (
        "indirect evidence. Outside the model's range: dose 35 (up to 10 mg)." in explorer.reading
    )
    assert (
        "Regimen (fibromyalgia): direct evidence for chronic pain, ● primary." in explorer.reading
    )
    assert explorer.reading.endswith("Certainty (GRADE): – not graded by the source as read.")
    assert "Simons2022pk, arterial: 353" in explorer.captions()[1]["alt"]


@pytest.mark.parametrize(
    ("id", "mg_at_70_kg", "hours", "recorded"),
    [
        ("noppers2011fm", 35, 0.5, "0.5 mg/kg in total"),
        ("sigtermans2009", 22.2 * 24 * 4.2, 100.8, "22.2 ± 2.0 mg/h per 70 kg"),
        ("kvarnstrom2004", 28, 40 / 60, "0.4 mg/kg"),
        ("lumanauw2019", 35, 20 / 60, "0.5 or 0.25 mg/kg"),
        ("amr2010", 80, 5, "80 mg in 500 mL saline over 5 hours"),
        ("murrough2013", 35, 40 / 60, "0.5 mg/kg over 40 min"),
        ("takahashi2021_28", 28, 0, "28, 56, 84 mg"),
        ("takahashi2021_84", 84, 0, "28, 56, 84 mg"),
        ("oral_S-ketamine_0.2_mg/kg", 14, 0, "oral S-ketamine 0.2 mg/kg"),
        ("oral_S-ketamine_0.3_mg/kg", 21, 0, "oral S-ketamine 0.3 mg/kg"),
        ("simons2022_film", 50, 0, "film 50/100 mg"),
    ],
)
def test_a_regimen_is_what_its_record_says(id, mg_at_70_kg, hours, recorded):
    regimen = regimens()[id]
    assert regimen.mg(70) == pytest.approx(mg_at_70_kg)
    assert regimen.over_h == pytest.approx(hours)
    assert recorded in regimen.source.as_recorded
    assert regimen.source.evidence.startswith("direct") == (id in library().trials)


def test_the_models_of_one_racemic_regimen_disagree_as_the_benchmark_says(explorer):
    given = benchmarks()["B06"].model_gives
    for model in ("kamp2020_meta", "clements250", "hijazi", "domino"):
        set_to(explorer, "murrough2013", model, NONE, 70, True)
        assert explorer.course().peak == pytest.approx(given[model], rel=2e-3)
        assert "published (Zanos2018): 185" in explorer.captions()[1]["alt"]
    at_the_end = benchmarks()["B01"].expected["ng_per_mL_at_min"]
    course = set_to(explorer, "murrough2013", "domino", NONE, 70, True).course()
    assert course.peak == pytest.approx(dict(at_the_end.items())[40.0], rel=1e-3)


def test_nasal_peaks_are_those_of_the_published_table(explorer):
    for dose in (28, 56, 84):
        set_to(explorer, f"takahashi2021_{dose}", "perezruixo2021", NONE, 70, False)
        source, peak = published_peak(explorer.course().regimen)
        assert source == "PerezRuixo2021"
        assert explorer.course().peak == pytest.approx(peak, rel=0.02)


def test_the_ribbon_is_that_of_the_drawn_patients_and_only_where_the_source_has_a_spread(explorer):
    course = set_to(explorer, "noppers2011fm", "simons2022", NONE, 85, True).course()
    model = kinetic_model("simons2022")
    people = draw(model.variability.population(), PATIENTS, SEED)
    found = model.simulate(
        course.regimen.doses(85), course.times, weight_kg=85, individuals=people
    ).concentrations["S-ketamine"]
    for share, row in zip((5, 95), course.ribbon, strict=True):
        np.testing.assert_allclose(row, 1000 * np.percentile(found, share, axis=0), rtol=1e-9)
    for other in courses():
        reports = other.model.variability.note is None
        assert (other.ribbon is not None) == reports
        assert bool(other.drawn()["low"]) == reports
        assert ("no ribbon" in other.spread()) != reports


def test_without_variability_no_spread_is_shown(explorer):
    set_to(explorer, "noppers2011fm", "otto2021", NONE, 70, False)
    assert {row["spread"] for row in explorer.tabulate()} == {"–"}
    assert "virtual patients" not in explorer.reading
    assert "ribbon" not in explorer.captions()[0]["alt"]


def test_a_published_change_of_the_auc_comes_back_in_every_model():
    times = np.unique(np.concatenate([np.linspace(0, 110, 4401), np.linspace(110, 400, 1000)]))
    checked = 0
    for course in courses():
        change = medicines(course.regimen)[course.taken[0]]
        if change is None or course.weight_kg not in (WEIGHTS[0], 70):
            continue
        assert change.auc_ratio is not None
        areas = []
        for more in ({}, factors(course.regimen, course.model.id, course.taken[0])):
            doses = course.regimen.doses(70)
            found = course.model.simulate(doses, times, **more).concentrations["S-ketamine"][0]
            areas.append(np.trapezoid(found, times))
        assert areas[1] / areas[0] == pytest.approx(change.auc_ratio, rel=0.01), course
        checked += 1
    assert checked >= 15


def test_every_published_change_can_be_reached_and_no_other_is_made_up(explorer):
    reached = {
        change.interaction
        for regimen in regimens().values()
        for change in medicines(regimen).values()
        if change
    }
    measured = {id for id, change in exposure_changes().items() if change.words is not None}
    assert reached == measured
    for id in (*RACEMIC, "simons2022_film"):
        assert list(medicines(regimens()[id])) == [NONE, OTHER]
    without = set_to(explorer, "murrough2013", "domino", NONE, 70, True).tabulate()
    other = set_to(explorer, "murrough2013", "domino", OTHER, 70, True)
    assert other.tabulate() == without
    assert "the tables have no figure: nothing is changed" in other.reading
    set_to(explorer, "oral_S-ketamine_0.2_mg/kg", "composite_oral_S", "Itraconazole", 70, True)
    assert "“no increase” and no number to run" in explorer.reading


def test_forms_stay_apart(explorer):
    for regimen in regimens().values():
        assert (regimen.form == "racemic ketamine") == (regimen.id in RACEMIC)
        for model in regimen.models:
            substance = kinetic_model(model).substances[0]
            assert (substance == "ketamine") == (regimen.form == "racemic ketamine")
    assert {band.what for band in bands_of("racemic ketamine")} == {
        "pain relief",
        "dissociation",
        "anaesthesia",
    }
    assert len(bands()) == 6
    set_to(explorer, "noppers2011fm", "otto2021", NONE, 70, True)
    assert "anaesthesia" not in explorer.captions()[0]["alt"]


def test_bands_are_the_published_numbers():
    found = {band.what: (round(band.low), round(band.high)) for band in bands()}
    molar_mass = 237.73
    assert found == {
        "pain relief": (70, 160),
        "dissociation": (100, 250),
        "anaesthesia": (1200, 2400),
        "feeling high": (round(0.3 * molar_mass),) * 2,
        "relief of pressure pain": (round(0.38 * molar_mass), round(0.66 * molar_mass)),
        "relief of test pain after a film": (round(1.2 * molar_mass), round(1.7 * molar_mass)),
    }


def test_nothing_advises_or_calls_a_dose_safe():
    texts = json.dumps(DoseToBrainExplorer.specification()["flow"], ensure_ascii=False)
    claimed = re.compile(r"\bsafe(?:ly)?\b|\brecommend|\bshould (?:take|give|receive)\b")
    assert not claimed.search(texts.replace("that a pair of medicines is safe", ""))
    assert "Choosing a dose for a person." in texts
    assert "no advice on doses" in DoseToBrainExplorer.look_for


def test_its_data_stay_small():
    assert len(json.dumps(DoseToBrainExplorer.specification())) < 600_000


@pytest.mark.parametrize(
    ("control", "value"),
    [("weight", 65), ("regimen", "domino"), ("co_medication", "Aspirin"), ("variability", 1)],
)
def test_a_value_that_does_not_exist_is_refused(explorer, control, value):
    with pytest.raises(TraitError, match=f"DoseToBrainExplorer.{control}"):
        setattr(explorer, control, value)


def test_what_does_not_exist_together_is_refused():
    with pytest.raises(TraitError, match="nothing has"):
        DoseToBrainExplorer(regimen="murrough2013", co_medication="Rifampicin")


def test_every_warning_of_a_course_stands_in_its_details_and_no_other():
    course_with = {warning: course for course in courses() for warning in course.warnings}
    words = dict(zip(_warnings(), [row["text"] for row in _warning_rows()], strict=True))
    names = DoseToBrainExplorer.control_names()
    chosen = [
        (c.regimen.id, c.model.id, c.taken[0], c.weights[0], True) for c in course_with.values()
    ]
    settings = [dict(zip(names, setting, strict=True)) for setting in chosen]
    shown = said_by_vega(DoseToBrainExplorer, settings)
    for course, at in zip(course_with.values(), shown, strict=True):
        said = {row["text"] for row in at["details"] if row["term"] == "Warning"}
        assert said == {words[warning] for warning in course.warnings}
