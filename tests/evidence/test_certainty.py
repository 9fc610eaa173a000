"""Marks of certainty and of verification: by shape and by word, never by colour."""

from __future__ import annotations

import doctest
from typing import get_args

import pytest

from ketalab.evidence import certainty, graded, side_effects
from ketalab.evidence.certainty import CERTAINTIES, badge, grade, level
from ketalab.evidence.graded import certainty_of
from ketalab.evidence.side_effect import Verified

LEVELS = get_args(Verified)


def test_grades_fill_as_many_circles_as_they_deserve() -> None:
    assert [grade(word) for word in CERTAINTIES] == [
        "⊕⊕⊕⊕ high",
        "⊕⊕⊕◯ moderate",
        "⊕⊕◯◯ low",
        "⊕◯◯◯ very low",
        "– not graded by the source as read",
    ]


@pytest.mark.parametrize("mark", [badge, level])
def test_levels_differ_by_sign_and_by_word(mark) -> None:
    marks = [mark(one) for one in LEVELS]
    assert len({text[0] for text in marks}) == len({text[2:] for text in marks}) == len(LEVELS)


def test_both_marks_of_a_level_share_their_sign() -> None:
    assert all(badge(one)[0] == level(one)[0] for one in LEVELS)


@pytest.mark.parametrize(("mark", "word"), [(grade, "good"), (badge, "true"), (level, "true")])
def test_another_word_is_refused(mark, word: str) -> None:
    with pytest.raises(KeyError):
        mark(word)


def test_every_printed_grade_of_a_side_effect_is_typed_and_no_other() -> None:
    rows = side_effects().values()
    typed = {row.id: certainty_of(row) for row in rows if certainty_of(row) != "not graded"}
    # A second reading of the notes, by words instead of by pattern.
    printed = {
        row.id: (row.note or "").lower().split(" certainty")[0]
        for row in rows
        if " certainty" in (row.note or "").lower()
    }
    assert (
        typed
        == printed
        == {
            "cochrane25__01": "low",
            "nma__01": "very low",
            "nma__02": "low",
            "nma__03": "low",
        }
    )


@pytest.mark.parametrize("module", [certainty, graded])
def test_examples(module) -> None:
    assert doctest.testmod(module).failed == 0
