"""Four summaries in the layout of GRADE: side by side, never pooled."""

from __future__ import annotations

import doctest
import re
from html import unescape
from typing import get_args

import pytest

from ketalab.evidence import summaries as module
from ketalab.evidence.certainty import CERTAINTIES
from ketalab.evidence.library import library
from ketalab.evidence.paths import numbers_in
from ketalab.evidence.summaries import SummaryName, load_summaries, summary_of_findings

NAMES = get_args(SummaryName)


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_there_are_the_four_that_the_course_needs() -> None:
    assert NAMES == ("pain", "opioid use", "mood", "harms")
    assert tuple(load_summaries(library().folder / "summaries.yaml")) == NAMES
    with pytest.raises(LookupError, match="known: pain, opioid use, mood, harms"):
        summary_of_findings("sleep")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_what_the_layout_asks_for(name: SummaryName) -> None:
    frame = summary_of_findings(name)
    for column in ("outcome", "people", "who", "treatment", "comparator", "absolute", "sources"):
        assert (frame[column].str.len() > 1).all(), column
    assert set(frame.certainty) <= set(CERTAINTIES)
    assert set(frame.directness) <= {"direct", "partly direct", "indirect"}
    assert set(frame.verified) <= {"label", "primary-abstract", "review", "secondary"}
    assert set("; ".join(frame.sources).split("; ")) <= set(frame.links)


@pytest.mark.parametrize("name", NAMES)
def test_certainty_is_the_source_s_own(name: SummaryName) -> None:
    for key, row in summary_of_findings(name).iterrows():
        entry = library().results.get(key)
        if entry is not None:
            assert row.certainty == entry.certainty


def test_absolute_effects_are_of_100_with_an_interval() -> None:
    pain = summary_of_findings("pain")
    # Newcombe's interval of 29/93 - 25/92, computed apart from this code: -9.0 to 16.8.
    assert pain.loc["hardy2012__responders", "absolute"] == (
        "29 of 93 against 25 of 92: 4.0 more of 100 (95% CI 9.0 fewer to 16.8 more)"
    )
    assert pain.loc["michelet2018__pain_week4", "absolute"] == (
        "1.12 points lower of 10 (CI 2.33 lower to 0.09 higher)"
    )


def test_a_ratio_alone_gets_no_invented_absolute_effect() -> None:
    harms = summary_of_findings("harms")
    assert harms.loc["cochrane25__01", "relative"] == "risk ratio: 3.26 (CI 1.05 to 10.09)"
    assert harms.loc["cochrane25__01", "absolute"] == "not printed"
    assert harms.loc["michelet2018__psychedelic_effects", "absolute"] == "not printed"


def test_a_crossover_and_an_odd_percentage_are_said() -> None:
    harms = summary_of_findings("harms")
    assert "the same people stand in both groups" in harms.loc["pickering__01", "absolute"]
    assert harms.loc["sigtermans__01", "absolute"] == "76% against 18%"


@pytest.mark.parametrize("name", NAMES)
def test_people_of_a_whole_review_are_not_passed_off_as_those_of_the_outcome(
    name: SummaryName,
) -> None:
    for people in summary_of_findings(name).people:
        if "trials," in people and "counted" not in people and "in the review" not in people:
            assert people in ("4 trials, 296 people", "4 trials, 297")


@pytest.mark.parametrize("name", NAMES)
def test_rows_share_no_line_and_nothing_is_added_up(name: SummaryName) -> None:
    frame = summary_of_findings(name)
    assert frame.index.is_unique
    assert any("never pooled" in text for text in frame.remarks)


@pytest.mark.parametrize("name", NAMES)
def test_text_and_html_cut_nothing_short(name: SummaryName) -> None:
    frame = summary_of_findings(name)
    text = re.sub(r"\s+", " ", repr(frame))
    html = frame._repr_html_()
    for row in frame.itertuples():
        assert row.absolute in text
        assert re.sub("&", "&amp;", row.absolute) in html
    assert frame.caption in html
    assert "⊕" in text or name == "opioid use"


def test_our_own_words_hold_no_number() -> None:
    for summary in load_summaries(library().folder / "summaries.yaml").values():
        own = [summary.title, summary.caution]
        own += [
            text for row in summary.rows for text in (row.directness_reason, row.population) if text
        ]
        assert not any(numbers_in(text) for text in own)


@pytest.mark.parametrize("name", ["pain", "opioid use", "mood", "harms"])
def test_html_has_the_few_columns_of_grade_and_loses_no_number(name: SummaryName):
    frame = summary_of_findings(name)
    html = frame._repr_html_()
    assert re.findall(r'<th scope="col">(.*?)</th>', html) == [
        "Outcome",
        "People and trials",
        "Effect",
        "Certainty (GRADE)",
        "Directness and source",
    ]
    shown = unescape(html)
    for column in ("outcome", "people", "absolute", "treatment", "reasons"):
        assert all(text in shown for text in frame[column])
    for row in frame.itertuples():
        assert (row.directness_reason in shown) or row.directness == "direct"
