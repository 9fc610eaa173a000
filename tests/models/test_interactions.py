"""Exposure, clearance and bioavailability: the ratios, their inverses and their bounds."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad_vec, solve_ivp

from ketalab.models.interactions import (
    Split,
    bioavailability_factor_by_mouth,
    changed,
    clearance_factor_by_vein,
    exposure_ratio,
    liver,
    split_of_oral_ratio_in_liver,
    splits_of_oral_ratio,
)
from ketalab.models.kinetics import Absorbed, Bolus, Infusion, Mammillary, concentration

MODEL = Mammillary(75.0, [10.0, 30.0, 150.0], [90.0, 60.0])
RATIO = st.floats(0.02, 50)
FRACTION = st.floats(0.01, 1)


def area(model: Mammillary, regimen: list) -> float:
    """The area under the simulated concentrations to infinity, by quadrature over log time."""

    def scaled(x: float) -> np.ndarray:
        return math.exp(x) * concentration(model, regimen, [math.exp(x)])[0]

    return quad_vec(scaled, math.log(1e-9), math.log(3e3), epsrel=1e-10)[0].item()


def test_hand_worked_ratios() -> None:
    assert exposure_ratio(0.5) == pytest.approx([2.0])
    assert exposure_ratio(1.0, 0.25) == pytest.approx([0.25])
    assert exposure_ratio(1.25, [0.5, 2.0]) == pytest.approx([0.4, 1.6])
    assert clearance_factor_by_vein(0.8) == pytest.approx([1.25])
    assert bioavailability_factor_by_mouth(0.4, 1.25, 0.5) == pytest.approx([0.5])


@given(clearance=RATIO, way_in=RATIO)
def test_both_factors_are_found_again_from_two_studies(clearance: float, way_in: float) -> None:
    before = min(1.0, 1 / way_in)
    by_vein, by_mouth = exposure_ratio(clearance), exposure_ratio(clearance, way_in)
    found = clearance_factor_by_vein(by_vein)
    assert found == pytest.approx(clearance)
    again = bioavailability_factor_by_mouth(by_mouth, found, before)
    assert again == pytest.approx(way_in)
    assert again * before <= 1  # to the last digit, so that `Absorbed` takes it


@given(ratio=RATIO, before=FRACTION)
def test_both_extremes_give_the_ratio_and_get_no_more_in_than_the_dose(ratio, before) -> None:
    first_pass, clearance = splits_of_oral_ratio(ratio, before)
    for split in (first_pass, clearance):
        again = exposure_ratio(split.clearance_factor, split.bioavailability_factor)
        assert again == pytest.approx(ratio)
        assert split.bioavailability_factor * before <= 1 + 1e-12
    assert clearance.bioavailability_factor == 1
    assert first_pass.limited == (ratio * before > 1)
    if first_pass.limited:
        assert first_pass.bioavailability_factor * before == pytest.approx(1)
        assert first_pass.clearance_factor < 1
    else:
        assert first_pass.clearance_factor == 1


def test_extremes_say_what_they_assume() -> None:
    labels = [split.basis for split in splits_of_oral_ratio(2.0, 0.2)]
    assert labels == ["assumed: all in first pass", "assumed: all in clearance"]


def test_more_than_the_whole_dose_cannot_get_in() -> None:
    assert bioavailability_factor_by_mouth(2.5, 1.0, 0.4) == pytest.approx([2.5])
    with pytest.raises(ValueError, match=r"^auc_ratio 2\.6 .*whole dose.*F' = 1\.04"):
        bioavailability_factor_by_mouth(2.6, 1.0, 0.4)


@pytest.mark.parametrize("ratio", [0.14, 0.42, 1.0, 2.6, 9.0])
@pytest.mark.parametrize("before", [0.08, 0.48, 1.0])
def test_the_kinetics_show_the_ratio_that_was_split(ratio: float, before: float) -> None:
    usual = [Absorbed(0, 40, before, 0.97)]
    for split in splits_of_oral_ratio(ratio, before):
        model, regimen = changed(MODEL, usual, split)
        assert area(model, regimen) / area(MODEL, usual) == pytest.approx(ratio, rel=1e-6)


def test_a_dose_by_vein_has_no_way_in_to_change() -> None:
    usual = [Bolus(0, 10), Infusion(0.5, 1, 20)]
    split = Split(1.25, 0.1, "intravenous study")
    model, regimen = changed(MODEL, usual, split)
    assert regimen == usual
    assert model.clearance_l_per_h == pytest.approx(93.75)
    assert np.array_equal(model.volumes_l, MODEL.volumes_l)
    assert np.array_equal(model.intercompartmental_l_per_h, MODEL.intercompartmental_l_per_h)
    assert area(model, [Bolus(0, 10)]) / area(MODEL, [Bolus(0, 10)]) == pytest.approx(0.8, rel=1e-6)


def test_what_is_not_known_of_the_way_in_is_not_made_up() -> None:
    split = Split(1.25, None, "intravenous study")
    with pytest.raises(ValueError, match=r"^bioavailability_factor is not known"):
        changed(MODEL, [Bolus(0, 1), Absorbed(0, 1, 0.5, 1.0)], split)
    with pytest.raises(ValueError, match=r"^bioavailability must not exceed 1"):
        changed(MODEL, [Absorbed(0, 1, 0.5, 1.0)], Split(1.0, 2.1, "intravenous study"))


@given(flow=st.floats(1, 200), intrinsic=st.floats(0.01, 2000))
def test_the_liver_is_the_steady_state_of_its_own_equation(flow: float, intrinsic: float) -> None:
    # Drug flows in at concentration 1 and out as in the liver, which clears what it holds:
    # Q (1 - C) = CLint C.
    clearance, let_through = (values.item() for values in liver(flow, intrinsic))
    assert flow * (1 - let_through) == pytest.approx(intrinsic * let_through)
    assert clearance == pytest.approx(flow * (1 - let_through), abs=1e-9 * flow)
    assert clearance <= min(flow, intrinsic) * (1 + 1e-12)


@given(ratio=RATIO, flow=st.floats(1, 200), intrinsic=st.floats(1, 2000))
def test_one_change_of_the_liver_gives_the_ratio_by_mouth(ratio, flow, intrinsic) -> None:
    split = split_of_oral_ratio_in_liver(ratio, flow, intrinsic)
    again = exposure_ratio(split.clearance_factor, split.bioavailability_factor)
    assert again == pytest.approx(ratio)
    # It lies between the extremes: both factors pull the same way.
    low, high = sorted((1.0, ratio))
    assert low * (1 - 1e-9) <= split.bioavailability_factor <= high * (1 + 1e-9)
    assert low * (1 - 1e-9) <= 1 / split.clearance_factor <= high * (1 + 1e-9)
    assert split.basis == "assumed: one change of the liver's enzymes"


def test_a_simulated_liver_shows_the_same_change_by_mouth_and_by_vein() -> None:
    # One pool of blood and a liver in exchange with it, straight from the equations; a dose by
    # mouth starts in the liver.
    flow, intrinsic, blood, organ = 90.0, 240.0, 60.0, 2.0

    def area_from(start: np.ndarray, clearing: float) -> float:
        matrix = np.array(
            [
                [-flow / blood, flow / organ, 0.0],
                [flow / blood, -(flow + clearing) / organ, 0.0],
                [1 / blood, 0.0, 0.0],
            ]
        )
        answer = solve_ivp(
            lambda _, y: matrix @ y, (0, 200), start, method="Radau", rtol=1e-10, atol=1e-12
        )
        return answer.y[2, -1]

    ratio = 2.6
    split = split_of_oral_ratio_in_liver(ratio, flow, intrinsic)
    mouth, vein = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
    by_mouth = area_from(mouth, intrinsic / ratio) / area_from(mouth, intrinsic)
    by_vein = area_from(vein, intrinsic / ratio) / area_from(vein, intrinsic)
    assert by_mouth == pytest.approx(ratio, rel=1e-6)
    assert 1 / split.clearance_factor == pytest.approx(by_vein, rel=1e-6)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, [1.0, -1.0], [[1.0]], [], "much", None])
@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("clearance_factor", lambda x: exposure_ratio(x)),
        ("bioavailability_factor", lambda x: exposure_ratio(1.0, x)),
        ("auc_ratio", lambda x: clearance_factor_by_vein(x)),
        ("auc_ratio", lambda x: bioavailability_factor_by_mouth(x, 1.0, 0.5)),
        ("clearance_factor", lambda x: bioavailability_factor_by_mouth(1.0, x, 0.5)),
        ("bioavailability", lambda x: bioavailability_factor_by_mouth(1.0, 1.0, x)),
        ("auc_ratio", lambda x: splits_of_oral_ratio(x, 0.5)),
        ("bioavailability", lambda x: splits_of_oral_ratio(1.0, x)),
        ("blood_flow_l_per_h", lambda x: liver(x, 1.0)),
        ("intrinsic_clearance_l_per_h", lambda x: liver(1.0, x)),
        ("auc_ratio", lambda x: split_of_oral_ratio_in_liver(x, 1.0, 1.0)),
        ("blood_flow_l_per_h", lambda x: split_of_oral_ratio_in_liver(1.0, x, 1.0)),
        ("intrinsic_clearance_l_per_h", lambda x: split_of_oral_ratio_in_liver(1.0, 1.0, x)),
        ("clearance_factor", lambda x: Split(x, 1.0, "intravenous study")),
    ],
    ids=count(),
)
def test_a_bad_number_is_named(name, ask, bad) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        ask(bad)


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("clearance_factor", lambda: exposure_ratio(0.0)),
        ("clearance_factor", lambda: Split(0.0, 1.0, "intravenous study")),
        ("clearance_factor", lambda: Split([1.0, 2.0], 1.0, "intravenous study")),
        ("bioavailability_factor", lambda: Split(1.0, [1.0, 2.0], "intravenous study")),
        ("bioavailability_factor", lambda: Split(1.0, -0.1, "intravenous study")),
        ("bioavailability_factor", lambda: exposure_ratio([1, 2], [1, 2, 3])),
        ("auc_ratio", lambda: clearance_factor_by_vein(0.0)),
        ("auc_ratio", lambda: splits_of_oral_ratio(0.0, 0.5)),
        ("auc_ratio", lambda: splits_of_oral_ratio([1.0, 2.0], 0.5)),
        ("bioavailability", lambda: splits_of_oral_ratio(1.0, 0.0)),
        ("bioavailability", lambda: splits_of_oral_ratio(1.0, 1.01)),
        ("bioavailability", lambda: bioavailability_factor_by_mouth(1.0, 1.0, 1.01)),
        ("bioavailability", lambda: bioavailability_factor_by_mouth([1, 2], 1.0, [0.1] * 3)),
        ("blood_flow_l_per_h", lambda: liver(0.0, 1.0)),
        ("blood_flow_l_per_h", lambda: split_of_oral_ratio_in_liver(1.0, [1.0, 2.0], 1.0)),
        ("intrinsic_clearance_l_per_h", lambda: liver([1, 2], [1, 2, 3])),
        ("intrinsic_clearance_l_per_h", lambda: split_of_oral_ratio_in_liver(1.0, 1.0, 0.0)),
        ("intrinsic_clearance_l_per_h", lambda: split_of_oral_ratio_in_liver(1.0, 1.0, [1, 2])),
    ],
    ids=count(),
)
def test_what_cannot_be_computed_is_refused_by_name(name, ask) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        ask()
