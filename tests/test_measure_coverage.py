"""The measure of coverage fails below its goal."""

from __future__ import annotations

import pytest

from tests.measure_coverage import verdict


@pytest.mark.parametrize(
    ("taken", "branches", "line", "good"),
    [
        (95, 100, "95 of 100 branches taken (95.0%)", True),
        (1_899, 2_000, "1,899 of 2,000 branches taken (95.0%, below the goal of 95%)", False),
        # Nothing was measured: no reason to be content.
        (0, 0, "0 of 0 branches taken (0.0%, below the goal of 95%)", False),
    ],
)
def test_the_goal_is_held_to_the_branch(taken: int, branches: int, line: str, good: bool) -> None:
    assert verdict(taken, branches) == (line, good)
