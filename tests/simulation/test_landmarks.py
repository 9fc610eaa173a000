"""What was reported without a curve: complete, in one unit, and never without its warnings."""

from __future__ import annotations

import pytest

from ketalab.evidence.pharmacology import pd_models, references
from ketalab.simulation.effects import effect_models
from ketalab.simulation.landmarks import landmarks, reported_effects


def test_every_landmark_of_the_table_is_there_in_ng_per_ml() -> None:
    found = {landmark.id: landmark for landmark in landmarks()}
    table = pd_models()["thresholds"].parameters
    assert list(found) == list(table)
    for id, parameter in table.items():
        if parameter.base_unit == "ng/mL":
            ends = found[id].low_ng_per_ml, found[id].high_ng_per_ml
            numbers = parameter.numbers
            assert ends == pytest.approx((numbers[0], numbers[-1]))
    awakening = found["awakening"]
    assert f"{awakening.low_ng_per_ml:.0f} ng/mL" in awakening.parameter.unit
    children = found["awakening_children"]
    assert children.low_ng_per_ml == pytest.approx(
        1000 * pd_models()["thresholds"].number("awakening_children", "mg/L")
    )


def test_every_landmark_says_whose_it_is() -> None:
    for landmark in landmarks():
        assert landmark.low_ng_per_ml <= landmark.high_ng_per_ml
        assert landmark.what
        assert landmark.population
        assert landmark.warnings
        assert landmark.parameter.source_key in references()
    # Both papers by Herd are on children, though only one of the lines says so.
    assert [landmark.id for landmark in landmarks() if landmark.in_children] == [
        "analgesia_target",
        "awakening_children",
    ]
    assert {landmark.drug for landmark in landmarks()} == {"racemic ketamine", "not known"}


def test_reported_effects_are_those_that_no_model_runs() -> None:
    running = {
        (model.record, name)
        for model in effect_models().values()
        for name, parameter in pd_models()[model.record].parameters.items()
        if parameter in model.parameters
    }
    found = {(effect.record, effect.name) for effect in reported_effects()}
    assert len(found) == len(reported_effects())
    assert not found & running
    for effect in reported_effects():
        assert effect.parameter == pd_models()[effect.record].parameters[effect.name]
        assert effect.what
        assert effect.warnings


def test_nothing_of_the_table_is_left_out_unseen() -> None:
    shown = {(effect.record, effect.name) for effect in reported_effects()}
    shown |= {("thresholds", landmark.id) for landmark in landmarks()}
    for model in effect_models().values():
        texts = " ".join(model.assumptions)
        for record in pd_models().values():
            for name, parameter in record.parameters.items():
                of_model = record.id in (model.record, "haemodynamics")
                told = isinstance(parameter.value, str) and parameter.value in texts
                if parameter in model.parameters or (of_model and told):
                    shown.add((record.id, name))
    left = {
        (record.id, name) for record in pd_models().values() for name in record.parameters
    } - shown
    # The sum of two others, and how well a pump held its target.
    assert left == {
        ("norketamine_olofsen2012", "net"),
        ("psychedelic_bowdle1998", "R_target_measured"),
    }
