"""The receptor explorer: three views of the receptor, and nothing taken from two assays at once."""

from __future__ import annotations

import math
from itertools import product

import pytest
from traitlets import TraitError

from ketalab.evidence.pharmacology import receptor
from ketalab.explorers import ReceptorExplorer
from ketalab.explorers.receptor_cases import (
    BINDING,
    CONCENTRATIONS,
    OPENINGS,
    RATES,
    assay_cases,
    assays,
    measured,
    opening_times,
    use_cases,
)
from ketalab.explorers.receptor_current import FORMS, VOLTAGES, Setting
from tests.explorers.vega_flow import said_by_vega

SPEC = ReceptorExplorer.specification()


def flow(name: str) -> dict:
    (found,) = (data for data in SPEC["flow"] if data["name"] == name)
    return found


def by_hand(setting: Setting, voltage: float) -> tuple[float, float, float]:
    """What magnesium, ketamine and both leave, from the numbers of the table typed here."""
    ic50 = {"racemic": 0.71, "S": 0.71 * 0.3, "R": 0.71 * 1.4}[setting.form]
    if setting.form != "racemic":
        ic50 /= 2 / (1 / 0.3 + 1 / 1.4)
    fold = 8.314462618 * 295.15 / (0.79 * 96485.33212) * 1000
    magnesium = 1 / (1 + setting.magnesium / 3.57 * math.exp(-0.062 * voltage))
    ratio = setting.concentration / (ic50 * math.exp((voltage + 70) / fold))
    drug = 1 / (1 + ratio**0.84)
    if setting.exclusive:
        return magnesium, drug, 1 / (1 / magnesium + 1 / drug - 1)
    return magnesium, drug, magnesium * drug


# --- Voltage and magnesium -----------------------------------------------------------------------


def test_it_opens_near_rest_where_magnesium_blocks_most():
    explorer = ReceptorExplorer()
    assert explorer.view == "voltage"
    assert explorer.reading.startswith(
        "At −60 mV, 1 mM magnesium blocks 92% of the current of open channels; 1 µM racemic "
        "ketamine blocks 51% of what is left. From −80 to 40 mV the block by ketamine alone falls "
        "from 63% to 7%, that by magnesium alone from 98% to 2%."
    )


@pytest.mark.parametrize("exclusive", [False, True])
def test_the_curve_is_the_product_of_the_published_numbers(exclusive):
    for form, concentration, magnesium in product(FORMS, (0, 0.3, 100), (0, 0.5, 2)):
        setting = Setting(concentration, form, -60, magnesium, exclusive)
        for point in setting.points():
            left_by_mg, left_by_drug, both = by_hand(setting, point.voltage)
            assert point.without == pytest.approx(point.voltage * left_by_mg, abs=1e-9)
            assert point.with_drug == pytest.approx(point.voltage * both, abs=1e-6)
            assert point.by_magnesium == pytest.approx(100 * (1 - left_by_mg), abs=1e-9)
            assert point.by_drug == pytest.approx(100 * (1 - left_by_drug), abs=1e-3)
            assert point.of_rest == pytest.approx(100 * (1 - both / left_by_mg), abs=1e-3)


def test_half_is_blocked_at_the_ic50_where_it_was_measured():
    point = Setting(0.71, "racemic", -70, 0, False).chosen()
    assert point.by_drug == pytest.approx(50)


def test_depolarisation_relieves_both_blocks_and_magnesium_more():
    points = Setting(1, "racemic", -60, 1, False).points()
    for field in ("by_drug", "by_magnesium"):
        shares = [getattr(point, field) for point in points]
        assert shares == sorted(shares, reverse=True)
    first, last = points[0], points[-1]
    assert first.by_magnesium / last.by_magnesium > first.by_drug / last.by_drug


def test_the_rule_that_no_source_gives_is_said_with_what_the_other_would_give():
    free = ReceptorExplorer().reading
    one = ReceptorExplorer(exclusive=True).reading
    assert "Assumed: each blocks as if the other were not there; if a channel holds only one, " in (
        free
    )
    assert "ketamine takes 8% of what is left." in free
    assert "1 µM racemic ketamine blocks 8% of what is left." in one
    assert "ketamine takes 51% of what is left." in one
    alone = ReceptorExplorer(magnesium=0).reading
    assert "Assumed" not in alone
    assert "without magnesium, all of the current of open channels flows; 1 µM" in alone


def test_without_ketamine_nothing_is_said_to_be_blocked_by_it():
    explorer = ReceptorExplorer(concentration=0)
    assert "; there is no ketamine. " in explorer.reading
    assert {row["blocked"] for row in explorer.tabulate()} == {"0.0%"}


def test_an_enantiomer_says_where_its_number_is_from():
    assert "scaled from binding to rat brain" in ReceptorExplorer(form="S").reading
    assert "scaled" not in ReceptorExplorer().reading
    rows = flow("all_details")["values"]
    assert [row["text"] for row in rows if row.get("form") == "R" and "1.4 µM" in row["text"]]
    assert any("much smaller S/R ratio" in row["text"] for row in rows if row.get("form") == "S")


def test_the_voltages_stay_where_the_card_of_magnesium_holds():
    assert (VOLTAGES[0], VOLTAGES[-1]) == (-80, 40)


# --- Use -----------------------------------------------------------------------------------------


def test_a_closed_channel_lets_nothing_in_and_nothing_out():
    for case in use_cases().values():
        (row,) = case.drawn["course"]
        held = row["held"]
        assert held[:16] == [0.0] * 16  # beside the drug, never opened
        # Trapped, but for the end of the last opening, whose glutamate has yet to leave.
        assert held[33] == pytest.approx(held[45], abs=0.5)
        assert held[60] <= held[45]


def test_more_openings_and_more_drug_mean_more_block():
    at_end_of_use = {key: case.drawn["course"][0]["held"][30] for key, case in use_cases().items()}
    for rate in OPENINGS:
        shares = [at_end_of_use[c, rate] for c in CONCENTRATIONS]
        assert shares == sorted(shares)
        assert shares[0] == 0
    assert [at_end_of_use[1, rate] for rate in OPENINGS] == sorted(
        at_end_of_use[1, rate] for rate in OPENINGS
    )


def test_openings_are_ticked_where_the_channels_open():
    assert opening_times(0.2) == [15, 20, 25, 45, 50, 55]
    assert len(opening_times(2)) == 60


def test_use_tells_what_it_took_and_what_other_schemes_give():
    reading = ReceptorExplorer(view="use").reading
    assert reading.startswith(
        "After 15 s beside 1 µM ketamine, while no channel opens, 0.0% of the receptors hold it; "
        "after 15 s with one opening in a second, 37.0%."
    )
    assert "Other published gating schemes (3) give 29% to 39% after use." in reading
    rows = [row["text"] for row in flow("all_details")["values"] if row["view"] == "use"]
    assert any("twice the IC50" in text and "uses the rates" in text for text in rows)


# --- Other blockers ------------------------------------------------------------------------------


def test_every_comparator_and_ligand_is_reached_once_each_in_its_own_assay():
    found = {assay: {name: half for name, half, _ in measured(1, assay)} for assay in assays()}
    table = receptor()
    assert found[BINDING] == {
        "S-ketamine": 0.3,
        "R-ketamine": 1.4,
        "S-norketamine": 1.7,
        "R-norketamine": 13.0,
    }
    assert found[RATES] == pytest.approx({"ketamine": 0.22 / 0.15, "memantine": 0.53 / 0.32})
    assert found["comparators.memantine_IC50"] == {"memantine": 1.4, "amantadine": 39}
    for place in ("memantine_oocytes", "memantine_oocytes_Mg"):
        expected = {
            f"memantine on GluN{unit}": value
            for unit, value in table.comparators[place].value.items()
        }
        assert found[f"comparators.{place}"] == expected
    assert len(found) == 5


def test_shares_follow_the_law_of_mass_action():
    for concentration, assay in product(CONCENTRATIONS, assays()):
        for name, half, share in measured(concentration, assay):
            expected = 100 * concentration / (concentration + half)
            assert share == pytest.approx(expected, abs=1e-6), (assay, name)


def test_nothing_is_ranked_across_assays():
    for (_, assay), case in assay_cases().items():
        assert {row["at"] for row in case.table} == {assays()[assay]}
        assert "this ranks no medicine" in case.reading
        assert not any(word in case.reading for word in ("stronger", "better", "best", "safe"))


# --- All views -----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["voltage", "use", "others"])
def test_every_view_says_how_direct_and_how_sure(view):
    explorer = ReceptorExplorer(view=view)
    assert "Indirect evidence for chronic pain: " in explorer.reading
    assert "Verified: " in explorer.reading
    assert explorer.reading.endswith("Certainty (GRADE): – not graded by the source as read.")
    details = [row for row in flow("all_details")["values"] if row["view"] == view]
    assert details[0]["term"] == "For chronic pain"
    assert details[-1]["term"] == "Certainty (GRADE)"
    for row in explorer.tabulate():
        assert all(isinstance(row[field], str) for field in ReceptorExplorer.columns)
    for caption in explorer.captions():
        assert caption["picture"] in {picture["name"] for picture in SPEC["pictures"]}


def test_rates_and_ic50_never_stand_in_one_view():
    """They disagree by a factor of two."""
    for row in flow("all_details")["values"]:
        if row["view"] == "voltage":
            assert "Binding 150000" not in row["text"]
        if row["view"] == "use":
            assert "IC50 0.71" not in row["text"]


def test_every_section_of_the_table_changes_the_text_form():
    assert [row["section"] for row in flow("records")["values"]] == [
        "magnesium_block",
        "gating",
        "ketamine_block",
        "enantiomers",
        "comparators",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("voltage", 60), ("magnesium", 3), ("concentration", 1000), ("form", "esketamine")],
)
def test_out_of_range(name, value):
    with pytest.raises(TraitError, match=rf"ReceptorExplorer\.{name}: {value!r} is not possible"):
        ReceptorExplorer(**{name: value})


def test_what_is_said_with_or_without_each_drug_is_the_same_in_vega():
    explorer = ReceptorExplorer()
    opening = dict(zip(explorer.control_names(), explorer.setting(), strict=True))
    corners = product((0, 1), (0, 1), (False, True), ("racemic", "S"))
    settings = [
        opening | dict(zip(("concentration", "magnesium", "exclusive", "form"), c, strict=True))
        for c in corners
    ]
    for setting, shown in zip(settings, said_by_vega(ReceptorExplorer, settings), strict=True):
        explorer.set_state(setting)
        assert shown["reading"] == explorer.reading, setting
