"""A hundred people in groups: no more, no fewer, each group with its own mark and count."""

from __future__ import annotations

import pytest

from ketalab.explorers.hundred_people import hundred_people, in_groups


def test_each_group_follows_the_one_before_and_says_its_count():
    rows = in_groups([("person", 28, "better"), ("diamond", 0, "anyway"), ("ring", 72, "not")])
    assert [(row["first"], row["end"]) for row in rows] == [(0, 28), (28, 28), (28, 100)]
    assert [row["label"] for row in rows] == ["28 better", "0 anyway", "72 not"]
    assert [row["line"] for row in rows] == [0, 1, 2]


@pytest.mark.parametrize("rest", [71, 73])
def test_other_than_a_hundred_people_are_refused(rest):
    with pytest.raises(ValueError, match=f"a hundred people together, got {28 + rest}"):
        in_groups([("person", 28, "better"), ("ring", rest, "not")])


def test_a_mark_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="got 'star'"):
        in_groups([("star", 100, "better")])


def test_no_two_marks_share_a_shape():
    spec = hundred_people("people", 3).to_dict()
    shapes = spec["layer"][0]["encoding"]["shape"]["scale"]
    assert len(set(shapes["range"])) == len(shapes["domain"])
