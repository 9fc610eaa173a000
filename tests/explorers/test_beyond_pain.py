"""The explorer beyond pain: every number in its setting, on its scale, with its limits said."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets import TraitError

from ketalab import evidence
from ketalab.evidence.library import library
from ketalab.evidence.summaries import load_summaries
from ketalab.explorers import BeyondPainExplorer
from ketalab.explorers.beyond_pain_case import IN_WORDS, beyond_pain_cases
from ketalab.explorers.beyond_pain_settings import SETTINGS, outcome_of
from ketalab.models.risk import compare_proportions

CASES = beyond_pain_cases()
STUDIES = {study.key: setting for setting in SETTINGS for study in setting.studies}
# Harms of ketamine in depression: they belong to the side effects.
ELSEWHERE = {"depression/short2018"}
# Numbers of these tables that answer neither question.
NOT_ASKED = ("pain", "adverse event")


def test_it_opens_on_the_trial_nearest_to_chronic_pain():
    explorer = BeyondPainExplorer()
    assert explorer.reading == (
        "Surgery, chronic pain; morphine in the first day (mg). Nielsen 2017 (S-ketamine v "
        "placebo; 150 people, 147 analysed), 0-24 h: 79 ± 47 against 121 ± 53 mg morphine (24 h); "
        "42 mg morphine (24 h) lower (CI 25 to 59). The source does not say what ± stands for. "
        "The interval excludes zero. Partly direct evidence for chronic pain. Verified: ● "
        "primary. Certainty (GRADE): – not graded by the source as read."
    )


def test_every_study_stands_in_exactly_one_setting():
    keys = [study.key for setting in SETTINGS for study in setting.studies]
    assert len(keys) == len(set(keys))
    tables = {
        f"{table}/{name}"
        for table in ("opioid_sparing", "depression")
        for name in library().table(table)
    }
    assert tables - ELSEWHERE == {key for key in keys if key in tables}


def test_every_typed_number_can_be_reached_once():
    shown = [
        result.id for setting in SETTINGS for study in setting.studies for result in study.results
    ]
    wanted = [
        result.id
        for result in library().results.values()
        if result.table in ("opioid_sparing", "depression")
        and result.outcome not in NOT_ASKED
        and result.measure != "guessed the allocation correctly"
    ]
    assert sorted(shown) == sorted(wanted)
    for setting in SETTINGS:
        for study in setting.studies:
            for result in study.results:
                outcome = outcome_of(result)
                rows = [
                    row
                    for key, case in CASES.items()
                    if key[1] == setting.name and key[2].split(" (")[0] == outcome.split(" (")[0]
                    for row in case.table
                ]
                assert any(result.measure in row["measure"] for row in rows), result.id


def test_one_case_never_mixes_scales_or_settings():
    for (question, name, outcome), case in CASES.items():
        (setting,) = (s for s in SETTINGS if s.name == name)
        assert setting.question == question
        labels = {study.reference.label for study in setting.studies}
        labels |= {study.reference.key for study in setting.studies}
        assert {row["study"] for row in case.table} <= labels
        if outcome != IN_WORDS:
            scales = {
                getattr(result, "scale", None)
                for study in setting.studies
                for result in study.results
                if outcome_of(result).replace("(of 100)", "(ratio)")
                == outcome.replace("(of 100)", "(ratio)")
            } - {None, "percentage points"}
            assert len(scales) <= 1, (name, outcome, scales)


def test_racemic_ketamine_and_esketamine_stay_apart():
    for setting in SETTINGS:
        forms = {"esketamine" in study.drug for study in setting.studies}
        assert len(forms) == 1, setting.name


def test_the_drawn_numbers_are_those_of_the_tables():
    case = CASES["opioid use", "surgery, chronic pain", "morphine in the first day (mg)"]
    difference = library().results["nielsen2017__morphine_difference"]
    (row,) = case.drawn["differences"]
    assert (row["estimate"], row["low"], row["high"]) == (
        difference.estimate,
        difference.low,
        difference.high,
    )
    means = library().results["nielsen2017__morphine"]
    assert {row["side"]: row["value"] for row in case.drawn["arms"]} == {
        "treated": means.treatment,
        "control": means.control,
    }
    assert means.treatment - means.control == difference.estimate
    # The ± has no label, so it is not drawn as an interval.
    assert all(row["low"] == row["value"] == row["high"] for row in case.drawn["arms"])


def test_the_one_counted_comparison_in_chronic_pain_by_independent_arithmetic():
    explorer = BeyondPainExplorer(outcome="rescue medicine in treated episodes (of 100)")
    assert explorer.people == "ongoing chronic pain"
    risk = compare_proportions(0, 20, 7, 20)
    low, high = (-100 * end for end in risk.risk_difference_interval[::-1])
    assert f"35.0 fewer of 100 (95% CI {low:.1f} to {high:.1f})" in explorer.reading
    assert "not opioid tapering" in explorer.reading


def test_a_programme_without_a_control_group_is_never_called_an_effect():
    alone = [
        case
        for (_, name, outcome), case in CASES.items()
        if name == "ongoing chronic pain" and outcome != IN_WORDS and "rescue" not in outcome
    ]
    assert len(alone) == 4
    for case in alone:
        assert "No control group: what ketamine itself added cannot be told." in case.reading
        assert "no included study reported opioid use" in case.reading
        assert "second-hand" in case.reading
        assert {row["side"] for row in case.drawn["arms"]} == {"treated"}
        assert not case.drawn["differences"]


def test_what_was_only_remembered_is_not_printed():
    for case in CASES.values():
        text = " ".join([case.reading, *(d["text"] for d in case.details), *map(str, case.table)])
        for words in ("7.95", "64% v 28%", " 8 mg morphine", "19%", "from memory", "excerpt"):
            assert words not in text, words


def test_every_reading_says_how_direct_and_how_sure():
    for (_, name, _), case in CASES.items():
        (setting,) = (s for s in SETTINGS if s.name == name)
        said = setting.directness[0].upper() + setting.directness[1:]
        assert f"{said} evidence for chronic pain. Verified: " in case.reading
        assert "Certainty (GRADE): " in case.reading
        for word in ("safe", "you should", "recommend"):
            assert word not in case.reading


def test_directness_is_that_of_the_summaries():
    folder = Path(evidence.__file__).parent
    for summary in load_summaries(folder / "summaries.yaml").values():
        for row in summary.rows:
            table, _, name = row.key.partition("/")
            if table != "results":
                continue
            result = library().results[name]
            setting = STUDIES.get(f"{result.table}/{result.record}")
            if setting and any(result in study.results for study in setting.studies):
                assert row.directness == setting.directness, row.key


def test_the_map_counts_each_study_once():
    for (question, name, _), case in CASES.items():
        mine = [setting for setting in SETTINGS if setting.question == question]
        assert len(case.drawn["map"]) == sum(len(setting.studies) for setting in mine)
        chosen = [row for row in case.drawn["map"] if row["chosen"]]
        assert {row["setting"].rpartition(" (")[0] for row in chosen} == {name}
        assert next(c["picture"] for c in case.captions) == "map"


def test_shapes_follow_the_intervals():
    for case in CASES.values():
        for picture, nothing in (("differences", 0), ("ratios", 1)):
            for row in case.drawn[picture]:
                if row["low"] == row["high"]:
                    assert row["shape"] == "none"
                else:
                    inside = row["low"] <= nothing <= row["high"]
                    assert row["shape"] == ("with" if inside else "without")


def test_an_outcome_out_of_the_list_is_refused_with_the_list():
    explorer = BeyondPainExplorer()
    with pytest.raises(TraitError, match=r"BeyondPainExplorer\.people: 'gout' is not possible"):
        explorer.people = "gout"
    with pytest.raises(TraitError, match="nothing has"):
        BeyondPainExplorer(question="mood", people="cancer pain")


def test_a_question_settles_the_rest():
    explorer = BeyondPainExplorer()
    explorer.question = "mood"
    assert explorer.setting() in CASES
    assert explorer.reading == CASES[explorer.setting()].reading
