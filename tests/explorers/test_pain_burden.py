"""People in pain: every printed count can be reached, and each says what it counts."""

from __future__ import annotations

import re

import pytest
from traitlets import TraitError

from ketalab.evidence import library
from ketalab.evidence.result import Proportion
from ketalab.explorers import PainBurdenExplorer
from ketalab.explorers.prevalence import DEFINITIONS, counts, people_words

NAMES = PainBurdenExplorer.control_names()
CASES = PainBurdenExplorer.known()
RESULTS = library().results


def result(name: str) -> Proportion:
    return RESULTS[name]


def groups(explorer: PainBurdenExplorer) -> list[tuple[str, int]]:
    rows = explorer.case().drawn["groups"]
    return [(row["mark"], row["end"] - row["first"]) for row in rows]


def test_it_opens_on_one_survey_with_two_definitions():
    explorer = PainBurdenExplorer()
    wide, narrow = result("lucas2024__chronic_pain"), result("lucas2024__high_impact")
    assert explorer.reading == (
        f"Chronic pain: 24 of 100 ({wide.pct:g}%). Asked: US adults, NHIS 2023. Counting only "
        f"high-impact chronic pain, the same survey has 9 of 100 ({narrow.pct:g}%). In a place "
        "with 100 million adults who are like these (your assumption) that would be 24.3 million "
        "people. Direct evidence: it counts chronic pain itself. Verified: ● primary. Certainty "
        "(GRADE): – not graded by the source as read."
    )
    assert groups(explorer) == [("person", 9), ("diamond", 15), ("ring", 76)]


def test_a_narrower_definition_leaves_people_out_without_losing_them():
    explorer = PainBurdenExplorer(definition="high-impact")
    assert groups(explorer) == [("person", 9), ("open diamond", 15), ("ring", 76)]
    assert explorer.reading.startswith("High-impact chronic pain: 9 of 100 (8.5%).")


def test_every_printed_share_of_people_in_pain_is_reached_by_one_setting():
    """What is left aside is a share of those in pain (how severe, who lost a job)."""
    studies = library().epidemiology
    printed = {
        name
        for name, found in RESULTS.items()
        if isinstance(found, Proportion)
        and found.table == "epidemiology"
        and found.outcome == "prevalence"
        and studies[found.record].topic.startswith("prevalence")
    }
    reached = {count.result.id for count in counts()}
    aside = printed - reached
    assert {name.partition("__")[0] for name in aside} == {"breivik2006"}
    tails = {name.partition("__")[2] for name in aside}
    assert tails == {
        *("moderate", "severe", "constant", "diagnosed_depression", "lost_job"),
        *("inadequately_managed", "seen_by_pain_specialist"),
    }
    assert len({count.setting for count in counts()}) == len(counts())
    assert {setting[:3] for setting in CASES} == {count.setting for count in counts()}


def test_every_prevalence_study_is_offered():
    studies = library().epidemiology.values()
    wanted = {study.id for study in studies if study.topic.startswith("prevalence")}
    assert set(PainBurdenExplorer.survey.options) == wanted


def test_definitions_are_not_mixed():
    by_definition = {name: set() for name in DEFINITIONS}
    for count in counts():
        by_definition[count.definition].add(count.survey)
    assert by_definition["any"] == {"zimmer2022"}
    assert by_definition["strict"] == {"breivik2006"}
    assert by_definition["high-impact"] == {"lucas2024", "rikard2023", "nchs2019"}
    assert not by_definition["chronic"] & {"zimmer2022", "breivik2006"}


def test_any_pain_is_not_passed_off_as_chronic_pain():
    explorer = PainBurdenExplorer(survey="zimmer2022")
    assert "Indirect evidence for chronic pain" in explorer.reading
    assert "countries 9.9% to 50.3%" in explorer.reading
    (line,) = [row for row in explorer.tabulate() if row["chosen"]]
    assert "low" not in line
    assert (line["lowest"], line["highest"]) == (9.9, 50.3)
    for setting, case in CASES.items():
        assert ("Indirect" in case.reading) == (setting[1] == "any")


def test_a_standard_deviation_is_not_drawn_as_an_interval():
    explorer = PainBurdenExplorer(survey="elzahaf2012")
    (line,) = [row for row in explorer.tabulate() if row["chosen"]]
    assert not {"low", "high", "lowest"} & line.keys()
    assert line["interval"] == "–"
    printed = [row["text"] for row in explorer.case().details if row["term"] == "As printed"]
    assert "not a confidence interval" in printed[0]


def test_millions_are_those_of_the_source_or_an_assumption_that_says_so():
    sources = {}
    for setting, case in CASES.items():
        assert f"In a place with {setting[3]:g} million adults" in case.reading
        assert "(your assumption)" in case.reading
        found = re.search(r"The source itself counts ([\d.]+) million", case.reading)
        if found:
            sources[setting[:2]] = float(found[1])
    assert sources == {
        ("rikard2023", "chronic"): RESULTS["rikard2023__people_chronic_pain"].estimate,
        ("rikard2023", "high-impact"): RESULTS["rikard2023__people_high_impact"].estimate,
    }


@pytest.mark.parametrize(
    ("adults", "words"), [(1, "260,000 to 400,000"), (250, "65 million to 100 million")]
)
def test_an_interval_is_scaled_with_its_estimate(adults, words):
    explorer = PainBurdenExplorer(survey="jackson2015", adults=adults)
    assert f"({words})" in explorer.reading


def test_people_are_counted_without_false_exactness():
    assert people_words(24.3) == "24.3 million"
    assert people_words(0.085) == "85,000"
    assert people_words(1) == "1 million"


def test_sexes_stand_beside_each_other():
    explorer = PainBurdenExplorer(people="women")
    assert "Among men: 23 of 100 (23.2%)." in explorer.reading
    assert {"women", "men"} <= {row["who"] for row in explorer.tabulate()}


def test_everyone_of_all_surveys_is_in_every_picture_and_one_line_is_chosen():
    everyone = {c.result.id for c in counts() if c.people == "everyone"}
    for case in CASES.values():
        assert sum(row["chosen"] for row in case.table) == 1
        assert sum(row["who"] == "everyone" for row in case.table) == len(everyone)
        assert [row["line"] for row in case.table] == list(range(len(case.table)))


def test_the_groups_are_the_printed_shares_rounded():
    for count in counts():
        rows = CASES[(*count.setting, 1)].drawn["groups"]
        counted = [row for row in rows if row["mark"] in ("person", "diamond")]
        assert abs(counted[-1]["end"] - count.result.pct) <= 0.5


def test_every_cell_is_text_and_every_picture_is_described():
    seen = set()
    for case in CASES.values():
        for row in case.table:
            assert all(isinstance(row[field], str) for field in PainBurdenExplorer.columns)
        for caption in case.captions:
            assert len(caption["alt"]) > 30
            seen.add(caption["picture"])
        assert "not graded" in case.reading
        assert not re.search(r"\bsafe\b|should (take|use)", case.reading)
    assert seen == set(PainBurdenExplorer.pictures())


def test_every_case_has_a_source_with_a_link():
    for case in CASES.values():
        (source,) = [row for row in case.details if row["term"] == "Source"]
        assert source["link_text"]
        if "link" in source:
            assert source["link"].startswith("https://") or source["link"].startswith("http://")


def test_out_of_range_is_refused():
    explorer = PainBurdenExplorer()
    with pytest.raises(TraitError, match=r"PainBurdenExplorer\.adults: 7 is not possible"):
        explorer.adults = 7
    with pytest.raises(TraitError, match=r"PainBurdenExplorer\.definition: 'mild' is not possible"):
        explorer.definition = "mild"
    with pytest.raises(TraitError, match="nothing has survey='sa2019', people='women' together"):
        PainBurdenExplorer(survey="sa2019", people="women")
