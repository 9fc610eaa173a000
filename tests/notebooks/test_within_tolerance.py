"""What is the same, and what is not, when two texts are compared."""

from __future__ import annotations

import operator

import pytest

from tests.notebooks.within_tolerance import TOLERANCE, Text, same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("142 of 346 (41%)", "142 of 346 (41%)"),
        ("0.41040462427745664", "0.41040462427745670"),
        ("mean 1.23456789, by place 2.5e-07", "mean 1.23456790, by place 2.50000001e-07"),
        ("(99.9999999, 'words')", "(100.0000001, 'words')"),
    ],
)
def test_the_same(left, right):
    assert same(left, right)
    assert Text(left) == Text(right)
    assert not operator.ne(Text(left), Text(right))  # what nbval asks


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("142 of 346", "143 of 346"),
        ("1486213 of", "1486214 of"),
        ("1,486,213.5", "1,486,214.5"),
        ("31.6 more of 100", "31.7 more of 100"),
        ("(95% CI 24.8 to 37.7)", "(95% CI 24.8 to 37.8)"),
        ("99.9999", "100.0000"),
        ("1.234567", "1.234568"),
        ("-1.25", "1.25"),
        ("−1.25", "1.25"),
        ("1.25", "1.25 or so"),
        ("1.25 2.5", "1.25"),
        ("1.25", "1"),
        ("0.0", "1e-30"),
        ("0.0", "0.0000001"),
        ("version 1.2.3", "version 1.2.4"),
        ("digest 1c7ab25cd628", "digest 1c7ab25cd629"),
        ("", "0.5"),
    ],
)
def test_not_the_same(left, right):
    assert not same(left, right)
    assert Text(left) != Text(right)
    assert not operator.eq(Text(left), Text(right))


def test_the_tolerance_is_where_it_is_said_to_be():
    assert same("10.0", f"{10 * (1 + TOLERANCE / 2):.12f}")
    assert not same("10.0", f"{10 * (1 + TOLERANCE * 2):.12f}")


def test_what_is_no_text_differs():
    assert Text("1.5") != 1.5
