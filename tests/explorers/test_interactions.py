"""Interactions: every row is reached, routes stay apart, and only a published number is drawn."""

from __future__ import annotations

import re

import numpy as np
import pytest
from traitlets import TraitError

from ketalab.evidence import library
from ketalab.evidence.certainty import NOT_REVIEWED
from ketalab.explorers import InteractionExplorer
from ketalab.explorers.interaction_case import ROUTES, cases, change_words
from ketalab.explorers.interaction_curve import curves
from ketalab.frontend import digest
from ketalab.simulation.interactions import exposure_changes

CASES = cases()
TABLE = library().interactions
# Written down a second time: AUC with the medicine over AUC without it.
RATIOS = {
    ("Grapefruit juice", "oral"): 3.0,
    ("Clarithromycin", "oral"): 2.6,
    ("Ticlopidine", "oral"): 2.4,
    ("Ticlopidine", "intranasal"): 1.29,
    ("Rifampicin", "intravenous"): 0.86,
    ("St John's wort", "oral"): 0.42,
    ("Rifampicin", "oral"): 0.14,
}


def terms(case) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in case.details:
        found.setdefault(row["term"], []).append(row)
    return found


def test_it_opens_on_one_medicine_that_differs_by_route():
    explorer = InteractionExplorer()
    assert "Rifampicin with oral S-ketamine 0.3 mg/kg" in explorer.reading
    assert "−86%" in explorer.reading
    explorer.route = "intravenous"
    assert "Rifampicin with intravenous S-ketamine 0.1 mg/kg" in explorer.reading
    assert "−14%" in explorer.reading
    assert "−86%" not in explorer.reading
    explorer.route = "intranasal"
    assert "the table has nothing on this pair" in explorer.reading


def test_every_row_is_reached_and_told_apart():
    shown = {case.record for case in CASES.values()}
    for row in TABLE.values():
        assert digest(row.model_dump()) in shown, row.id
    medicines = {row.interacting_drug for row in TABLE.values()}
    assert {key[:2] for key in CASES} == {(m, r) for m in medicines for r in ROUTES}


def test_a_curve_only_where_the_source_has_a_number():
    drawn = {key[:2] for key, case in CASES.items() if len(case.captions) == 2}
    assert drawn == set(RATIOS)
    for (medicine, route, basis), case in CASES.items():
        if (medicine, route) not in RATIOS:
            assert basis == "no number"
            assert "simulated" not in case.reading
            assert not any(row["what"].startswith("Simulated") for row in case.table)


@pytest.mark.parametrize("change", exposure_changes().values(), ids=lambda c: c.interaction)
def test_the_curves_keep_the_published_ratio(change):
    drawings = curves(change)
    if change.auc_ratio is None:
        assert drawings == {}
        return
    expected = RATIOS[change.interacting_drug, change.route]
    for basis, drawn in drawings.items():
        case = CASES[change.interacting_drug, change.route, basis]
        (area,) = [row for row in case.table if row["what"].startswith("Simulated AUC")]
        assert area["change"] == f"×{expected:.2f}"
        assert float(area["with"]) / float(area["without"]) == pytest.approx(expected, rel=0.03)
        without, with_it = (np.array(line["c"]) for line in drawn.lines()[:2])
        assert without.max() == pytest.approx(drawn.peak_without, rel=0.02)
        assert with_it.max() == pytest.approx(drawn.peak_with, rel=0.02)
        assert len(drawn.others) == len(drawings) - 1


def test_peaks_by_independent_arithmetic():
    # All in the way in: the curve is a multiple of itself.
    case = CASES["Clarithromycin", "oral", "assumed: all in first pass"]
    assert "the peak comes out at ×2.60" in case.reading
    assert "peak: ×3.6" in case.reading
    # By vein a push starts at dose over the first volume: 7 mg in 133 L.
    (drawn,) = curves(exposure_changes()["rifampicin_intravenous_s_ketamine"]).values()
    assert drawn.peak_without == pytest.approx(0.1 * 70 / 133 * 1000)
    # By mouth without a medicine: 8% of 14 mg at a clearance of 95.2 L/h.
    (area,) = [row for row in case.table if row["what"].startswith("Simulated AUC")]
    assert float(area["without"]) == pytest.approx(0.08 * 14 / 95.2 * 1000, abs=0.05)


def test_an_assumed_split_is_called_assumed():
    for (*_, basis), case in CASES.items():
        assert ("which is an assumption" in case.reading) is basis.startswith("assumed")


def test_the_compilers_grading_is_marked_and_nothing_else_is():
    for case in CASES.values():
        for term, rows in terms(case).items():
            marked = term in ("Severity", "What is done")
            assert all((row.get("mark") == NOT_REVIEWED) is marked for row in rows), term


def test_what_no_reading_claims():
    for case in CASES.values():
        assert not re.search(r"\bsafe|\bdirect evidence|None|nan|  |\.\.", case.reading, re.I)
        assert "not graded by the source as read" in case.reading


def test_form_and_dose_of_the_study_are_named():
    for row in TABLE.values():
        readings = [c.reading for c in CASES.values() if c.record == digest(row.model_dump())]
        named = {"any": "any form", "injection": "by injection", "IV infusion": "by infusion"}
        for reading in readings:
            assert named.get(row.ketamine_form, row.ketamine_form) in reading


def test_signs():
    assert change_words("x3.0 (range 2.4-3.6)") == "×3.0 (range 2.4–3.6)"
    assert change_words("-86%") == "−86%"
    assert change_words("no increase") == "no increase"


def test_out_of_range():
    explorer = InteractionExplorer()
    with pytest.raises(TraitError, match=r"InteractionExplorer\.route.*'intravenous'"):
        explorer.route = "rectal"
    with pytest.raises(TraitError, match="medicine"):
        explorer.medicine = "Aspirin"
    with pytest.raises(TraitError, match="nothing has"):
        InteractionExplorer(medicine="Opioids", assumption="assumed: all in clearance")
