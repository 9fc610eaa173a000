"""The relief-over-time explorer: each review on its own scale, at its own times."""

from __future__ import annotations

import re

import pytest
from traitlets import TraitError

from ketalab.evidence.library import library
from ketalab.evidence.result import Difference, Proportion
from ketalab.explorers import ReliefOverTimeExplorer, relief_over_time

ALL = ReliefOverTimeExplorer.known()


def of(record):
    return [
        r
        for r in library().results.values()
        if r.table == "reviews" and r.record == record and r.outcome == "pain"
    ]


def test_opens_on_the_review_that_spans_minutes_to_months():
    explorer = ReliefOverTimeExplorer()
    times = [line["when"] for line in explorer.tabulate()]
    assert times == ["before 30 min", "1-3 h", "3-7 days", "3-5 weeks", "after 5 weeks"]
    assert "moderate, that there is probably no reduction" in explorer.reading
    assert "reaches zero (3-5 weeks)" in explorer.reading


def test_every_pooled_result_on_pain_can_be_reached():
    shown = {(line["review"], line["when"]) for case in ALL.values() for line in case.table}
    belongs = [
        r
        for r in library().results.values()
        if r.table == "reviews"
        and r.outcome == "pain"
        and isinstance(r, Difference | Proportion)
        and r.drug != "bisphosphonates"
    ]
    assert len(shown) == len(belongs)


def test_points_are_drawn_where_the_source_puts_them():
    for (source, *_), case in ALL.items():
        if "points" not in case.drawn:
            continue
        printed = [r for r in of(source) if r.drug != "bisphosphonates"]
        printed.sort(key=lambda result: result.time_days)
        for point, result in zip(case.drawn["points"], printed, strict=True):
            assert point["days"] == pytest.approx(result.time_days, rel=1e-3)
            assert point["estimate"] == result.estimate
            assert (point["low"], point["high"]) == (result.low, result.high)


def test_another_scale_and_no_day_stay_off_the_time_axis():
    for source, picture in (
        ("ferraro2025", "own_scale"),
        ("ivmeta2024", "untimed"),
        ("zhao2018", "shares"),
    ):
        for others in (False, True):
            case = ReliefOverTimeExplorer(source=source, others=others).case()
            assert [caption["picture"] for caption in case.captions] == [picture]
            assert list(case.drawn) == [picture]
    behind = ReliefOverTimeExplorer(others=True).case().drawn["behind"]
    assert all(-4 < point["low"] < point["high"] < 1 for point in behind)


def test_shares_without_a_control_are_not_called_an_effect():
    explorer = ReliefOverTimeExplorer(source="zhao2018")
    assert "no control group" in explorer.reading
    assert "important" not in explorer.reading


def test_the_threshold_is_the_one_that_a_source_states():
    definition = library().epidemiology["busse2018"].definition
    assert "10-cm scale (minimally important 1 cm)" in definition
    explorer = ReliefOverTimeExplorer()
    assert [row["at"] for row in explorer.case().drawn["threshold"]] == [-1]
    assert "no ketamine review that was read states one" in explorer.reading
    explorer.threshold = False
    assert explorer.case().drawn["threshold"] == []
    assert "opioids" not in explorer.reading


def test_where_an_interval_lies_beside_the_threshold():
    cells = {}
    for source, name in (("guimaraespereira2022", "all"), ("orhurhu2019", "all")):
        cells[source] = {
            line["important"] for line in ReliefOverTimeExplorer(source=source).tabulate()
        }
        assert cells[source] == {f"{name} of the interval reaches it"}
    last = ReliefOverTimeExplorer(source="michelet2018").tabulate()[-1]
    # −1.42 to −0.23: on both sides of −1.
    assert last["important"] == "part of the interval reaches it"
    assert ReliefOverTimeExplorer(source="ferraro2025").tabulate()[0]["important"] == "–"


def test_certainty_is_drawn_as_the_source_grades_it():
    for (source, *_), case in ALL.items():
        for result in of(source):
            if result.certainty == "not graded" or "points" not in case.drawn:
                continue
            full = {"high": 4, "moderate": 3, "low": 2, "very low": 1}[result.certainty]
            if result.drug == "bisphosphonates":
                continue
            marks = [
                mark["kind"]
                for mark in case.drawn["certainty"]
                if mark["days"] == pytest.approx(result.time_days, rel=1e-3)
            ]
            assert (marks.count("yes"), len(marks)) == (full, 4)


def test_what_is_said_is_clean_prose():
    for case in ALL.values():
        for text in (case.reading, *(d["text"] for d in case.details)):
            assert not re.search(r"\bNone\b|\bnan\b|  |\.\.|excerpt|page read|\bsafe\b", text), text
        assert len({caption["alt"] for caption in case.captions}) == len(case.captions)


def test_a_setting_that_does_not_exist_is_refused():
    with pytest.raises(TraitError, match="expected one of"):
        ReliefOverTimeExplorer(source="brunamejias2024")
    with pytest.raises(TraitError, match="True or False"):
        ReliefOverTimeExplorer(others="yes")


@pytest.mark.parametrize(
    ("low", "high", "how_much"),
    [(-2, -1, "all"), (-2, -0.9, "part"), (-1, 0, "part"), (-0.9, -0.1, "none")],
)
def test_an_interval_that_ends_at_the_threshold_reaches_it(low, high, how_much, monkeypatch):
    monkeypatch.setattr(relief_over_time, "_threshold", lambda: (1.0, "of 10"))
    point = next(r for r in library().results.values() if isinstance(r, Difference))
    words = relief_over_time._against_threshold(point.model_copy(update={"low": low, "high": high}))
    assert words == f"{how_much} of the interval reaches it"
