"""The wind-up explorer: a sketch that says so, beside what was observed in people."""

from __future__ import annotations

import math

import pytest
from traitlets import TraitError

from ketalab.evidence.pharmacology import receptor
from ketalab.explorers import WindUpExplorer
from ketalab.explorers.wind_up import _BLOCKS, _RATES

CASES = WindUpExplorer.known()


def test_it_opens_on_the_rate_that_was_studied_with_most_of_the_growth_gone():
    explorer = WindUpExplorer()
    assert explorer.setting() == (1, 60)
    assert explorer.reading.startswith(
        "Qualitative, a shape without unit: at 1 Hz the response to stimulus 15 is drawn 1.8 times "
        "the first without block, and 1.3 times with 60% of the receptors blocked. The first "
        "response is 1.0 in both."
    )
    assert "Studied: " not in explorer.reading


@pytest.mark.parametrize("rate", _RATES)
def test_the_growth_is_that_of_summing_potentials(rate):
    """The recursion of the model, written down a second time."""
    for block in _BLOCKS:
        slow, left = 0.0, math.exp(-1 / (rate * 5.0))
        for drawn in CASES[rate, block].drawn["responses"]:
            assert drawn["b"] == pytest.approx(1 + slow, rel=1e-3)
            slow = (slow + 0.2 * (1 - block / 100)) * left


def test_block_takes_the_growth_and_leaves_the_first_response():
    for rate in _RATES:
        ends = [CASES[rate, block].drawn["responses"] for block in _BLOCKS]
        assert {rows[0]["b"] for rows in ends} == {1.0}
        last = [rows[-1]["b"] for rows in ends]
        assert last == sorted(last, reverse=True)
        assert last[-1] == 1.0  # without the receptor nothing grows


def test_slower_stimuli_grow_less():
    last = [CASES[rate, 0].drawn["responses"][-1]["b"] for rate in _RATES]
    assert last == sorted(last)


def test_every_setting_says_that_it_is_a_sketch_and_what_was_observed():
    observed = receptor().windup["protocol_guirimand"]
    finding = str(observed.value).partition("; ")[2]
    for (rate, _), case in CASES.items():
        assert case.reading.startswith("Qualitative, a shape without unit")
        assert f"(Guirimand2000, 6 healthy volunteers): {finding}." in case.reading
        assert "Indirect evidence for chronic pain." in case.reading
        assert case.reading.endswith("Certainty (GRADE): – not graded by the source as read.")
        assert ("Studied: 1 Hz only." in case.reading) is (rate != 1)
        (caption,) = case.captions
        assert caption["title"].startswith("Qualitative")
        assert caption["alt"].startswith("Qualitative sketch")
        (source,) = [row for row in case.details if row["term"] == "Observed"]
        assert (source["link"], source["link_text"]) == (observed.where, "Guirimand2000")
        assert str(observed.value) in source["text"]


def test_the_picture_holds_the_word_qualitative():
    (picture,) = WindUpExplorer.specification()["pictures"]
    assert "Qualitative: a shape, no unit" in str(picture["chart"])


def test_no_dose_or_concentration_can_be_set_or_is_drawn():
    assert WindUpExplorer.control_names() == ("rate", "block")
    (picture,) = WindUpExplorer.specification()["pictures"]
    for word in ("µM", "mg", "ng/mL", "oncentration"):
        assert word not in str(picture["chart"])
        assert word not in " ".join(WindUpExplorer.columns.values())


def test_every_record_on_summation_is_named():
    shown = " ".join(row.get("text", "") for row in CASES[1, 60].details)
    for name, record in receptor().windup.items():
        if name != "missing":
            assert str(record.value) in shown, name


def test_the_study_that_does_not_fit_the_sketch_is_called_so():
    (row,) = [row for row in CASES[1, 60].details if row["term"] == "At odds with the sketch"]
    assert "single-pulse pain falls" in row["text"]


@pytest.mark.parametrize(("name", "value"), [("rate", 5), ("block", 101), ("block", -10)])
def test_out_of_range(name, value):
    with pytest.raises(TraitError, match=rf"WindUpExplorer\.{name}: {value} is not possible"):
        WindUpExplorer(**{name: value})
