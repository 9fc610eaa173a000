"""Standard medicines: the source's difference, the learner's baseline, and nothing made up."""

from __future__ import annotations

import re

import pytest
from traitlets import TraitError

from ketalab.evidence import library
from ketalab.evidence.result import NumberNeeded, Value
from ketalab.explorers import StandardTreatmentExplorer
from ketalab.explorers.standard_medicine import medicines

CASES = StandardTreatmentExplorer.known()
RESULTS = library().results
MEDICINES = {medicine.key: medicine for medicine in medicines()}


def sizes(rows) -> dict[str, int]:
    return {row["mark"]: row["end"] - row["first"] for row in rows}


def test_it_opens_on_a_medicine_with_benefit_and_harm():
    assert StandardTreatmentExplorer().reading == (
        "Of 100 people on tricyclic antidepressants, 28 (95% CI 23 to 33) are better because of "
        "the drug, 20 would be better anyway (your assumption) and 52 are not better. Better means "
        "50% relief of pain; NNT 3.6 (95% CI 3.0 to 4.4). Harm: 7 more stopped treatment (CI 4 to "
        "11); NNH 13.4 (CI 9.3 to 24.4). Direct evidence for chronic pain (neuropathic pain), of "
        "these medicines and not of ketamine. Verified: ● primary. Certainty (GRADE): – not graded "
        "by the source as read."
    )


def test_every_number_needed_and_every_difference_can_be_reached():
    used = {m.benefit.id for m in medicines()} | {m.harm.id for m in medicines() if m.harm}
    studies = library().epidemiology
    topics = ("effect of standard medicines", "opioid benefits and harms")
    wanted = {
        name
        for name, result in RESULTS.items()
        if result.table == "epidemiology"
        and studies[result.record].topic in topics
        and not result.derived
        and (isinstance(result, NumberNeeded | Value) or result.outcome == "adverse event")
    }
    assert used == wanted
    # Sources without a number are quoted beside the medicines that they speak of.
    quoted = {
        row["link_text"]
        for case in CASES.values()
        for row in case.details
        if row["term"] == "Others say"
    }
    assert quoted == {"Soliman 2025", "Birkinshaw 2024", "Krebs 2018"}


def test_the_people_helped_are_the_reciprocal_of_the_number_needed():
    for (key, baseline), case in CASES.items():
        medicine = MEDICINES[key]
        if not isinstance(medicine.benefit, NumberNeeded):
            continue
        groups = sizes(case.drawn["benefit"])
        assert abs(groups["person"] - min(100 / medicine.benefit.estimate, 100 - baseline)) <= 0.5
        assert groups["diamond"] == baseline
        if medicine.harm:
            harmed = sizes(case.drawn["harm"])["cross"]
            assert abs(harmed - 100 / medicine.harm.estimate) <= 0.5


def test_it_agrees_with_the_extra_responders_of_the_record():
    derived = [r for name, r in RESULTS.items() if "__extra_responders_" in name]
    assert len(derived) == 4
    for result in derived:
        (medicine,) = [
            m
            for m in medicines()
            if m.benefit.record == result.record and m.name.partition(",")[0] == result.drug
        ]
        assert medicine.split(20).drug == result.estimate


def test_the_baseline_moves_only_those_who_would_be_better_anyway():
    explorer = StandardTreatmentExplorer(baseline=0)
    helped = sizes(explorer.case().drawn["benefit"])["person"]
    for baseline in StandardTreatmentExplorer.baseline.values:
        explorer.baseline = baseline
        groups = sizes(explorer.case().drawn["benefit"])
        assert groups == {"person": helped, "diamond": baseline, "ring": 100 - helped - baseline}
        assert f"{baseline} would be better anyway (your assumption)" in explorer.reading


def test_where_the_difference_no_longer_fits_it_says_so():
    capped = {}
    for (key, baseline), case in CASES.items():
        if "it cannot hold" in case.reading:
            capped.setdefault(key, []).append(baseline)
            assert sizes(case.drawn["benefit"])["ring"] == 0
            assert "capped" in case.table[0]["basis"]
    assert capped == {"finnerup2015: botulinum toxin A": [50, 60]}


def test_a_range_of_classes_is_not_given_an_estimate():
    explorer = StandardTreatmentExplorer(medicine="soliman2025: first-line medicines")
    groups = sizes(explorer.case().drawn["benefit"])
    # 100 / 8.9 and 100 / 4.6
    assert (groups["person"], groups["person"] + groups["open person"]) == (11, 22)
    assert "11 to 22 are better because of the drug" in explorer.reading
    assert "second-hand" in explorer.reading
    assert "classes" not in {row["picture"] for row in explorer.captions()}


def test_what_was_only_remembered_is_not_shown():
    text = str([case for (key, _), case in CASES.items() if key.startswith(("soliman", "krebs"))])
    for remembered in ("7.4", "5.9", "5.6", "10.9", "20,611"):
        assert remembered not in text


def test_no_number_needed_to_harm_without_an_interval():
    explorer = StandardTreatmentExplorer(medicine="busse2018: opioids")
    assert "NNH 2" not in explorer.reading
    assert "without denominators no NNH" in explorer.reading
    groups = sizes(explorer.case().drawn["harm"])
    assert groups == {"cross": 4, "diamond": 2, "ring": 94}
    # 100 / 11.9 (9.7 to 14.1): the ends change places
    assert "NNT 8.4 (CI 7.1 to 10.3; our arithmetic)" in explorer.reading


def test_missing_harm_is_said_to_be_unknown():
    without = {m.key for m in medicines() if m.harm is None}
    assert without == {
        f"finnerup2015: {drug}"
        for drug in ("plain gabapentin", "capsaicin 8% patch", "botulinum toxin A")
    }
    for (key, _), case in CASES.items():
        pictures = {row["picture"] for row in case.captions}
        assert ("harm" in pictures) == (key not in without)
        assert ("does not mean none" in case.reading) == (key in without)


def test_only_medicines_of_one_review_stand_in_one_picture():
    for (key, _), case in CASES.items():
        lines = case.drawn["classes"]
        if not key.startswith("finnerup2015"):
            assert lines == []
            continue
        assert len(lines) == sum(m.benefit.record == "finnerup2015" for m in medicines())
        assert sum(line["chosen"] for line in lines) == 1
        drawn = [line["better"] for line in lines]
        assert drawn == sorted(drawn, reverse=True)


def test_nothing_is_said_of_ketamine_and_no_advice_is_given():
    for case in CASES.values():
        assert "not of ketamine" in case.reading
        assert not re.search(r"\bsafe\b|should (take|use)|recommend", case.reading)
        assert "(your assumption)" in case.reading
        assert "Certainty (GRADE): – not graded by the source as read" in case.reading
        (assumed,) = [row["text"] for row in case.details if row["term"] == "Assumption"]
        assert "The same difference is kept at every baseline" in assumed


def test_every_cell_is_text_and_every_picture_is_described():
    seen = set()
    for case in CASES.values():
        for row in case.table:
            assert all(row[field] for field in StandardTreatmentExplorer.columns)
            assert all(isinstance(row[field], str) for field in StandardTreatmentExplorer.columns)
        for caption in case.captions:
            assert len(caption["alt"]) > 30
            seen.add(caption["picture"])
    assert seen == set(StandardTreatmentExplorer.pictures())


def test_out_of_range_is_refused():
    explorer = StandardTreatmentExplorer()
    with pytest.raises(
        TraitError, match=r"StandardTreatmentExplorer\.baseline: 70 is not possible"
    ):
        explorer.baseline = 70
    with pytest.raises(TraitError, match=r"\.medicine: 'aspirin' is not possible"):
        explorer.medicine = "aspirin"
    assert explorer.baseline == 20
