"""Published effects: their numbers come from the tables, and what is not known is said."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketalab.evidence.pharmacology import (
    benchmarks,
    pd_models,
    pk_models,
    receptor,
    references,
)
from ketalab.evidence.pharmacology.model_card import OutsideValidity, model_card
from ketalab.models.effect import offset_time, onset_time
from ketalab.models.kinetics import Infusion, Mammillary, concentration, effect_site
from ketalab.simulation.concentrations import in_mg_per_l
from ketalab.simulation.effects import effect_models, opposed_pain

MODELS = effect_models()
IDS = list(MODELS)
# Where a straight line was studied, mg/L; elsewhere any concentration will do.
STUDIED = {
    "perception": (0.05, 0.2),
    "pain_by_ketamine": (0.0, 0.1),
    "pain_by_norketamine": (0.0, 0.05),
    "cardiac_output": (0.0, 0.32),
}
MOLAR_MASS = receptor().chemistry["ketamine"].mw.number


def parts(effect) -> list[np.ndarray]:
    return [part for part in effect.curve if part is not None]


# Benchmarks


def test_b18_the_slow_site_halves_in_its_half_time() -> None:
    wanted = benchmarks()["B18"]
    assert wanted.tolerance == ("effect compartment must halve in 10.9 d after washout, 0.1 %")
    model = MODELS["chronic_pain"]
    days = wanted.expected["t_half_days"]
    washout = model.over_time([0.0, 24 * days], [0.0, 0.0], start_mg_per_l=0.2)
    assert washout.site_mg_per_l[0] == pytest.approx([0.2, 0.1], rel=1e-3)
    at_c50 = model.at(wanted.expected["C50_ng_mL"] / 1000)
    assert at_c50.values == pytest.approx(0.5, rel=1e-3)


def test_b19_half_of_the_acute_effect_is_at_its_c50() -> None:
    wanted = benchmarks()["B19"]
    assert wanted.tolerance == "0.1 %"
    (nmol_per_ml,) = map(float, re.findall(r"steady state ([\d.]+) nmol/mL", wanted.dose))
    model = MODELS["pressure_pain"]
    found = model.at(nmol_per_ml * MOLAR_MASS / 1000).values
    assert found == pytest.approx(wanted.expected["effect_fraction_of_max"], rel=1e-3)
    assert model.ke0_per_h / 60 == pytest.approx(wanted.expected["ke0_per_min"], rel=1e-3)


# The numbers


def test_moles_become_grams_of_the_base() -> None:
    for record, name in (
        ("acute_pain_olofsen2022", "C50"),
        ("acute_pain_simons2022", "C50_antinociception"),
        ("acute_pain_simons2022", "C50_drug_high"),
        ("thresholds", "awakening"),
    ):
        parameter = pd_models()[record].parameters[name]
        # The record prints the same in ng/mL, rounded, in its own words.
        (printed,) = re.findall(r"\((?:= )?([\d-]+) ng/mL\)", parameter.unit)
        got = [round(1000 * number) for number in in_mg_per_l(parameter)]
        assert got == [int(number) for number in printed.split("-")]


def test_only_concentrations_become_concentrations() -> None:
    with pytest.raises(ValueError, match=r"^concentration .* got min"):
        in_mg_per_l(pd_models()["acute_pain_olofsen2022"].parameters["t_half_ke0"])


def test_delays_are_those_of_the_records() -> None:
    minutes = {
        "pressure_pain": pd_models()["acute_pain_olofsen2022"].number("t_half_ke0", "min"),
        "cardiac_output": pd_models()["haemodynamics"].number("CO_t_half_ke0", "min"),
        "sedation_of_children": pd_models()["sedation_children_herd2008"].number("t_half_ke0", "s")
        / 60,
        "chronic_pain": pd_models()["chronic_pain_dahan2011"].number("t_half_onset_offset", "days")
        * 1440,
    }
    for id, half_time in minutes.items():
        assert math.log(2) / MODELS[id].ke0_per_h * 60 == pytest.approx(half_time, rel=1e-12)
    # Of pain, not of the mean of all endpoints.
    unit = pd_models()["norketamine_olofsen2012"].parameters["t_half_ke0"].unit
    for id in ("pain_by_ketamine", "pain_by_norketamine"):
        half_time = math.log(2) / MODELS[id].ke0_per_h * 60
        assert f"{half_time:.3g} pain" in unit


def test_sedation_of_children_is_the_published_equation() -> None:
    record = pd_models()["sedation_children_herd2008"]
    number = r"([\d.]+)"
    found = re.fullmatch(
        rf"E = {number}\*\(1 - {number}\*C\^{number}/\(C\^{number}\+{number}\^{number}\)\)",
        record.model,
    )
    score, largest, hill, same, ec50, again = map(float, found.groups())
    assert hill == same == again
    for mg_per_l in (0.0, 0.2, 0.56, 1.0, 3.0):
        share = mg_per_l**hill / (mg_per_l**hill + ec50**hill)
        got = MODELS["sedation_of_children"].at(mg_per_l).values
        assert got == pytest.approx(score * (1 - largest * share), rel=1e-12)
    # The record has no form; the kinetics that the study shares its children with has.
    kinetics = pk_models()["herd2007"]
    assert kinetics.form == "racemic"
    assert kinetics.effect_site["t_half_ke0"].source_key == "Herd2008"


def test_eeg_models_keep_the_three_forms_apart() -> None:
    record = pd_models()["eeg_schuttler1987"]
    for form, drug, largest in zip(
        ("S", "RS", "R"),
        ("S-ketamine", "racemic ketamine", "R-ketamine"),
        record.parameters["Emax_S_RS_R"].numbers,
        strict=True,
    ):
        model = MODELS[f"eeg_{form.lower()}"]
        ic50 = record.number(f"IC50_{form}", "ug/mL")
        assert model.drug == drug
        assert model.at([ic50, 1e9]).values == pytest.approx([largest / 2, largest])


def test_a_band_is_the_interval_of_the_c50() -> None:
    for id, record in (
        ("pressure_pain", "acute_pain_olofsen2022"),
        ("chronic_pain", "chronic_pain_dahan2011"),
    ):
        c50 = pd_models()[record].parameters["C50"]
        least, most = (end / c50.number * in_mg_per_l(c50)[0] for end in c50.ci95)
        assert MODELS[id].at(least).high == pytest.approx(0.5)
        assert MODELS[id].at(most).low == pytest.approx(0.5)


def test_a_range_stays_a_range() -> None:
    least, most = in_mg_per_l(
        pd_models()["acute_pain_simons2022"].parameters["C50_antinociception"]
    )
    model = MODELS["film_antinociception"]
    assert model.at(least).values is None
    assert model.at(least).high == pytest.approx(0.5)
    assert model.at(most).low == pytest.approx(0.5)
    rise = pd_models()["acute_pain_sigtermans2009"].parameters["cardiac_output_increase"]
    assert rise.unit.endswith("over 0-320 ng/mL")
    output = MODELS["cardiac_output"].at([0.0, 0.16, 0.32])
    assert output.values is None
    assert output.low == pytest.approx([0, rise.numbers[0] / 2, rise.numbers[0]])
    assert output.high == pytest.approx([0, rise.numbers[1] / 2, rise.numbers[1]])


def test_perception_is_a_position_and_no_score() -> None:
    low, high = in_mg_per_l(pd_models()["psychedelic_bowdle1998"].parameters["range"])
    effect = MODELS["perception"].at([low, (low + high) / 2, high])
    assert effect.values == pytest.approx([0, 0.5, 1])
    assert any("slopes are not known" in warning for warning in effect.warnings)


def test_norketamine_takes_away_what_the_source_prints() -> None:
    record = pd_models()["norketamine_olofsen2012"]
    pain = opposed_pain(0.1, 0.05)
    assert pain.ketamine.values == record.number("ketamine_at_100ng", "cm VAS")
    assert pain.norketamine.values == record.number("norketamine_at_50ng", "cm VAS")
    assert pain.net == pytest.approx(record.number("net", "cm VAS"))
    course = opposed_pain([0.0, 0.05, 0.1], 0.05)
    assert course.net == pytest.approx([1.5, -0.4, -2.3])


# What goes with a result


@pytest.mark.parametrize("id", IDS)
def test_every_model_says_what_it_is(id: str) -> None:
    model = MODELS[id]
    assert model.id == id
    assert model.what
    assert model.unit
    assert model.population
    assert set(model.source_keys) <= set(references())
    assert model.assumptions
    assert model.record in pd_models()
    assert model_card(model.record).entry.kind == "effect"
    text = " ".join(
        [
            pd_models()[model.record].model or "",
            *(p.unit + p.species_assay for p in model.parameters),
        ]
    )
    # Where blood was taken is said where the record says it, and nowhere else.
    for word in ("arterial", "venous"):
        assert (model.sampling == word) == (word in text)
    assert model.at(STUDIED.get(id, (0.0, 0.1))[1]).warnings[: len(model.assumptions)] == (
        model.assumptions
    )


def test_the_level_is_that_of_the_least_sure_number() -> None:
    assert MODELS["pressure_pain"].level == "primary"
    # Its delay was read in public code.
    assert MODELS["cardiac_output"].level == "code-of-a-peer"


def test_an_assumed_hill_exponent_is_said() -> None:
    for id, model in MODELS.items():
        has_hill = any(name == "Hill" for name in pd_models()[model.record].parameters)
        said = any("Hill exponent" in words for words in model.assumptions)
        straight = id in STUDIED and id != "cardiac_output"
        assert said != (has_hill or straight)


@pytest.mark.parametrize("id", IDS)
def test_children_and_adults_stay_apart(id: str) -> None:
    model = MODELS[id]
    inside = STUDIED.get(id, (0.0, 0.1))[1]
    if id == "sedation_of_children":
        assert len(model.at(inside, age_years=40).warnings) > len(model.assumptions)
        assert model.at(inside, age_years=8).warnings == model.assumptions
    else:
        with pytest.raises(OutsideValidity, match="age_years"):
            model.at(inside, age_years=8)


def test_the_card_warns_of_another_treatment_than_the_one_studied() -> None:
    model = MODELS["chronic_pain"]
    studied = model.at(0.2, duration_h=100, rate_mg_per_h_per_70kg=[5, 20])
    assert studied.warnings == model.assumptions
    (warning,) = model.at(0.2, duration_h=4).warnings[len(model.assumptions) :]
    assert "duration_h" in warning


def test_the_card_is_asked_about_the_substance_that_counts() -> None:
    for id, quantity in (
        ("pain_by_ketamine", "concentration_ng_per_ml"),
        ("pain_by_norketamine", "norketamine_ng_per_ml"),
    ):
        model = MODELS[id]
        (warning,) = model.at(0.03).warnings[len(model.assumptions) :]
        assert f" {quantity} " in warning
        assert " 30 " in warning


# Over time


def test_an_acute_effect_lags_as_the_exact_site_does() -> None:
    model, body = MODELS["pressure_pain"], Mammillary(75.0, [10.0, 30.0, 150.0], [90.0, 60.0])
    times = np.arange(0, 2161) / 360
    regimen = [Infusion(0, 1, 20)]
    effect = model.over_time(times, concentration(body, regimen, times))
    exact = effect_site(body, model.ke0_per_h, regimen, times)
    assert effect.values.shape == (1, times.size)
    assert effect.site_mg_per_l == pytest.approx(exact, abs=1e-4 * exact.max())
    assert effect.values == pytest.approx(model.at(effect.site_mg_per_l).values)


def test_relief_comes_within_the_infusion_and_goes_over_weeks() -> None:
    # Shape only: a constant concentration for as long as the studied infusion ran.
    model, record = MODELS["chronic_pain"], pd_models()["chronic_pain_dahan2011"]
    (hours,) = map(float, re.findall(r"(\d+)-h infusion", model.population))
    c50, half = record.number("C50", "ng/mL"), record.number("t_half_onset_offset", "days")
    level = 200.0
    times = np.append(np.linspace(0, hours, 201), hours + 24 * np.linspace(0.01, 84, 500))
    course = np.where(times <= hours, level, 0.0) / 1000
    relief = model.over_time(times, course).values[0]
    end = np.searchsorted(times, hours)
    assert relief.argmax() in (end, end + 1)
    reached = relief[end]
    assert onset_time(reached, level, c50, half) * 24 == pytest.approx(hours, rel=1e-6)
    # When relief has halved, by the closed form and by the course.
    after = offset_time(reached, reached / 2, half) * 24
    assert after > half * 24
    assert np.interp(hours + after, times, relief) == pytest.approx(reached / 2, rel=0.01)


def test_relief_over_people_is_that_of_responders_times_their_share() -> None:
    effect = MODELS["chronic_pain"].at([0.0, 0.05, 0.2])
    share = pd_models()["chronic_pain_dahan2011"].number("p_response_ketamine", "probability")
    mean, sd = effect.over_people()
    assert mean == pytest.approx(share * effect.values)
    assert sd == pytest.approx(effect.values * math.sqrt(share * (1 - share)))
    placebo = effect.model.responders.placebo.number
    assert 0 < placebo < share
    with pytest.raises(ValueError, match=r"^pressure_pain: how many people respond is not known"):
        MODELS["pressure_pain"].at(0.1).over_people()


@pytest.mark.parametrize("id", [id for id in IDS if MODELS[id].ke0_per_h is None])
def test_without_a_known_delay_there_is_no_course(id: str) -> None:
    with pytest.raises(ValueError, match=f"^{id}: how fast .* is not known"):
        MODELS[id].over_time([0.0, 1.0], [0.1, 0.1])


# Laws and limits


@given(data=st.data(), id=st.sampled_from(IDS))
@settings(deadline=None, max_examples=200)
def test_every_effect_goes_one_way_and_its_band_holds_it(data, id: str) -> None:
    low, high = STUDIED.get(id, (0.0, 50.0))
    points = st.floats(low, high)
    concentrations = sorted(data.draw(st.lists(points, min_size=2, max_size=6)))
    effect = MODELS[id].at(concentrations)
    falling = id in ("sedation_of_children", "pain_by_ketamine")
    for part in parts(effect):
        steps = np.diff(part) * (-1 if falling else 1)
        assert (steps >= -1e-12).all()
        assert part.shape == (len(concentrations),)
    if effect.low is not None:
        assert (effect.low <= effect.high).all()
        if effect.values is not None:
            assert (effect.low <= effect.values).all()
            assert (effect.values <= effect.high).all()
        assert effect.model.band
    else:
        assert effect.model.band is None


@pytest.mark.parametrize("id", [id for id in IDS if id != "perception"])
def test_without_drug_there_is_no_effect(id: str) -> None:
    nothing = 5.0 if id == "sedation_of_children" else 0.0
    for part in parts(MODELS[id].at(0.0)):
        assert part == nothing


@pytest.mark.parametrize("id", STUDIED)
def test_a_line_ends_where_its_study_ended(id: str) -> None:
    low, high = STUDIED[id]
    MODELS[id].at([low, high])
    beyond = [high * 1.01] + ([low * 0.99] if low else [])
    for outside in beyond:
        with pytest.raises(ValueError, match=r"concentration|norketamine"):
            MODELS[id].at([low, outside])


def test_effects_of_several_patients_have_a_row_each() -> None:
    times = np.linspace(0, 2, 30)
    effect = MODELS["pressure_pain"].over_time(times, np.ones((4, 30)) * np.arange(4)[:, None])
    assert effect.values.shape == effect.low.shape == effect.site_mg_per_l.shape == (4, 30)
    assert not effect.values[0].any()


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf, [], "much", None, [0.1, -0.1]])
@pytest.mark.parametrize("id", IDS)
def test_a_bad_concentration_is_named(id: str, bad) -> None:
    with pytest.raises(ValueError, match=r"^concentration_mg_per_l "):
        MODELS[id].at(bad)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("s_ketamine_mg_per_l", lambda: opposed_pain(-0.1, 0.0)),
        ("s_norketamine_mg_per_l", lambda: opposed_pain(0.0, math.nan)),
        ("s_norketamine_mg_per_l", lambda: opposed_pain([0.0, 0.1], [0.0] * 3)),
        ("concentration_mg_per_l of pain_by_norketamine", lambda: opposed_pain(0.0, 0.06)),
        ("concentration_mg_per_l", lambda: MODELS["pressure_pain"].over_time([0.0, 1.0], [0.1])),
        ("concentration_mg_per_l", lambda: MODELS["pressure_pain"].over_time([0.0], 0.1)),
        ("times_h", lambda: MODELS["pressure_pain"].over_time([1.0, 0.0], [0.1, 0.1])),
        (
            "start_mg_per_l",
            lambda: MODELS["pressure_pain"].over_time([0.0], [0.1], start_mg_per_l=-1.0),
        ),
        ("age_years", lambda: MODELS["pressure_pain"].at(0.1, age_years=math.nan)),
        ("shoe_size", lambda: MODELS["pressure_pain"].at(0.1, shoe_size=44)),
    ],
    ids=range(10),
)
def test_what_does_not_fit_is_named(name: str, call) -> None:
    with pytest.raises(ValueError, match=f"^{name}[: ]"):
        call()
