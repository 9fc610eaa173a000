"""Numbers that stand in the words of a record."""

from __future__ import annotations

import pytest

from ketalab.simulation.numbers_in_words import numbers_in_words


def test_each_group_of_the_pattern_is_a_number() -> None:
    assert numbers_in_words(r"over ([\d.]+)-([\d.]+) ng/mL", "fold over 10-100.5 ng/mL") == (
        10.0,
        100.5,
    )


def test_words_that_changed_are_an_error_and_no_guess() -> None:
    with pytest.raises(ValueError, match=r"expected 'at \(\\\\d\+\) Hz' in '20 stimuli'"):
        numbers_in_words(r"at (\d+) Hz", "20 stimuli")
