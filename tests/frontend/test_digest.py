"""Digests: the same under noise in the last bits, another under any change that counts."""

from __future__ import annotations

import copy

import pytest

from ketalab.frontend import digest

ROWS = [
    {"id": "a", "events": 142, "risk": 0.41042, "text": "142 of 346", "low": None, "on": True},
    {"id": "b", "events": 1486213, "risk": 31.5810, "text": "− 3", "low": [1.5, 2], "on": False},
]


def changed(place, field, value):
    rows = copy.deepcopy(ROWS)
    rows[place][field] = value
    return rows


@pytest.mark.parametrize("noise", [1e-9, -1e-9])
def test_noise_in_the_last_bits_changes_nothing(noise):
    noisy = changed(0, "risk", 0.41042 * (1 + noise))
    noisy[1]["risk"] *= 1 + noise
    noisy[1]["low"] = [1.5 * (1 + noise), 2]
    assert noisy != ROWS
    assert digest(noisy) == digest(ROWS)


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (0, "id", "A"),
        (0, "events", 143),
        (1, "events", 1486214),  # more digits than a rounded float keeps
        (0, "risk", 0.41043),
        (0, "text", "143 of 346"),
        (0, "low", 0),
        (1, "low", [1.5, 3]),
        (1, "low", [2, 1.5]),
        (0, "on", False),
    ],
)
def test_any_change_of_a_value_counts(place, field, value):
    assert digest(changed(place, field, value)) != digest(ROWS)


def test_order_of_rows_counts_and_order_of_fields_does_not():
    assert digest(ROWS[::-1]) != digest(ROWS)
    assert digest([dict(reversed(row.items())) for row in ROWS]) == digest(ROWS)
    assert digest([{**row, "low": tuple(row["low"] or ())} for row in ROWS[1:]]) == digest(ROWS[1:])
