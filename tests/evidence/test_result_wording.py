"""Results in words: what no record of today has still reads well, and nothing is left out."""

from __future__ import annotations

import pytest

from ketalab.evidence import side_effects
from ketalab.evidence.library import library
from ketalab.evidence.result import Change, Difference, Percentages, Result, Share
from ketalab.evidence.result_wording import result_words
from ketalab.evidence.wording import published_words


def first_of(kind):
    return next(result for result in library().results.values() if isinstance(result, kind))


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share(pct=30), "30%"),
        (Share(pct=30, events=12), "12 (30%)"),
        (Share(pct=30, events=12, n=40), "12 of 40 (30%)"),
        (Share(pct=30, low=17, high=47), "30% (CI 17% to 47%)"),
        (Share(pct=30, events=1200, n=4000, low=28.6, high=31.4), None),
    ],
)
def test_a_share_is_said_with_all_that_was_printed(share: Share, words: str | None) -> None:
    result = first_of(Percentages).model_copy(update={"treatment": share, "control": Share(pct=5)})
    assert result_words(result) == (
        f"{words or '1,200 of 4,000 (30%) (CI 28.6% to 31.4%)'} against 5%"
    )


@pytest.mark.parametrize(
    ("estimate", "scale", "words"),
    [
        (0.0, "0-10", "0 points of 10 difference (CI 0.50 lower to 0.25 higher)"),
        (0.0, "percentage points", "0 of 100 difference (CI 0.50 fewer to 0.25 more)"),
        (-0.25, "percentage points", "0.25 fewer of 100 (CI 0.50 fewer to 0.25 more)"),
    ],
)
def test_no_difference_is_neither_lower_nor_higher(estimate: float, scale: str, words: str) -> None:
    result = first_of(Difference).model_copy(
        update={
            "estimate": estimate,
            "low": -0.5,
            "high": 0.25,
            "interval_level": None,
            "scale": scale,
            "standardised": False,
        }
    )
    assert result_words(result) == words


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"change_in": "pct", "estimate": -86.0}, "AUC 86% lower"),
        ({"change_in": "pct", "estimate": 12.0}, "AUC 12% higher"),
        (
            {"change_in": "pct", "estimate": -20.0, "low": -32.5, "high": 4.0},
            "AUC 20% lower (32.5% lower to 4.0% higher)",
        ),
        (
            {"change_in": "fold", "estimate": 2.6, "low": 2.0, "high": 3.25},
            "AUC 2.6 times as large (2.00 to 3.25)",
        ),
    ],
)
def test_a_change_of_an_exposure(update: dict[str, object], words: str) -> None:
    base = {"of": "AUC", "low": None, "high": None, "interval_level": None}
    assert result_words(first_of(Change).model_copy(update=base | update)) == words


def test_a_kind_without_words_is_an_error_and_no_empty_text() -> None:
    # A new kind of result must be given its words.
    plain = Result.model_construct(kind="count")
    with pytest.raises(TypeError, match="no words for a result of kind 'count'"):
        result_words(plain)


def test_a_published_difference_of_nothing_has_no_direction() -> None:
    published = next(row.published for row in side_effects().values() if row.published)
    zero = published.model_copy(
        update={
            "measure": "risk ratio",
            "value": 1.0,
            "ci_low": 0.5,
            "ci_high": 2.0,
            "rd_pct": 0.0,
            "rd_low": -2.0,
            "rd_high": 3.0,
        }
    )
    assert published_words(zero) == ("risk ratio: 1 (CI 0.5 to 2); 0 of 100 (CI 2 fewer to 3 more)")
