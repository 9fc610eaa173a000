"""Controls: what they refuse, how they declare themselves, and that they are traits."""

from __future__ import annotations

import json

import pytest
from ipywidgets import IntSlider, link
from traitlets import TraitError


def refusal(widget, name, value) -> str:
    before = getattr(widget, name)
    with pytest.raises(TraitError) as caught:
        setattr(widget, name, value)
    assert getattr(widget, name) == before
    return str(caught.value)


@pytest.mark.parametrize("value", ["red", "Green", "", None, 3, ("small",)])
def test_a_choice_names_class_control_and_options(kettle, value):
    assert refusal(kettle(None)(), "leaf", value) == (
        f"Kettle.leaf: {value!r} is not possible; expected one of: 'green', 'black', 'mint'"
    )


def test_a_choice_takes_its_value_and_not_its_text(kettle):
    assert refusal(kettle(None)(), "cup", "A small cup").endswith("one of: 'small', 'large'")


@pytest.mark.parametrize("value", [-0.1, 9.1, float("nan"), float("inf"), "3", None, True, [3]])
def test_a_number_names_class_control_range_and_unit(stove, value):
    assert refusal(stove, "heat", value) == (
        f"Stove.heat: {value!r} is not possible; expected a number from 0 to 9 marks"
    )


@pytest.mark.parametrize("value", [0, 9, 4.5])
def test_a_number_takes_both_ends_of_its_range(stove, value):
    stove.heat = value
    assert stove.heat == value


@pytest.mark.parametrize("value", [0, 1, "True", None])
def test_a_switch_is_only_on_or_off(stove, value):
    assert refusal(stove, "lit", value) == (
        f"Stove.lit: {value!r} is not possible; expected True or False"
    )


def test_declarations_are_json_with_label_default_and_kind(kettle, stove):
    controls = stove.specification()["controls"]
    assert json.loads(json.dumps(controls)) == [
        {
            "name": "heat",
            "label": "Heat",
            "help": "How hot.",
            "default": 3,
            "group": "",
            "onlyIf": None,
            "kind": "number",
            "minimum": 0,
            "maximum": 9,
            "step": 0.5,
            "unit": "marks",
        },
        {
            "name": "lit",
            "label": "Lit",
            "help": "",
            "default": True,
            "group": "",
            "onlyIf": None,
            "kind": "switch",
        },
    ]
    cup = kettle(None).specification()["controls"][1]
    assert cup == {
        "name": "cup",
        "label": "Cup",
        "help": "",
        "default": "small",
        "group": "",
        "onlyIf": None,
        "kind": "choice",
        "options": [
            {"value": "small", "text": "A small cup"},
            {"value": "large", "text": "A large cup"},
        ],
    }


def test_controls_are_observed_and_linked_like_any_widget(stove):
    seen = []
    stove.observe(lambda change: seen.append((change["old"], change["new"])), names="heat")
    slider = IntSlider(min=0, max=9, value=5)
    link((slider, "value"), (stove, "heat"))
    assert stove.heat == 5
    stove.heat = 7
    assert slider.value == 7
    assert seen == [(3, 5), (5, 7)]


def test_controls_are_part_of_the_state_that_is_sent(stove):
    stove.heat = 4
    assert {"heat": 4, "lit": True}.items() <= stove.get_state().items()


def test_the_values_to_try_are_permitted_and_reach_both_ends(kettle, stove):
    traits = stove.traits()
    assert traits["heat"].offered == (0, 1, 2, 3.5, 4.5, 5.5, 7, 8, 9)
    assert traits["lit"].offered == (False, True)
    for value in traits["heat"].offered:
        stove.heat = value
        assert stove.heat == value
    assert kettle(None)().traits()["cup"].offered == ("small", "large")
