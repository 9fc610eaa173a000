"""Data in a few lines: nothing but noise goes unseen, and noise moves the sums by no more."""

from __future__ import annotations

import copy
import itertools
import random
from functools import cache

import pytest

from ketalab import explorers
from ketalab.frontend.text_form import text_form
from tests.notebooks.within_tolerance import same

ROWS = [
    {"id": "a", "events": 142, "risk": 0.41042, "curve": [0.0, 1.5, -2.5], "low": None, "on": True},
    {"id": "b", "events": 21, "risk": 31.581, "curve": [1e-6], "low": -4.0, "on": False},
    {"id": "c", "events": 1_486_213, "risk": 0.002, "curve": [], "low": {"at": 7.0}, "on": False},
]


def form(rows) -> str:
    return "\n".join(text_form("rows", rows))


def with_floats(value, change):
    """The data with each float changed by a function of the float."""
    if isinstance(value, dict):
        return {key: with_floats(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_floats(item, change) for item in value]
    return change(value) if isinstance(value, float) else value


@cache
def data_sets() -> list[tuple[str, list]]:
    """Data of explorers that hold floats, and a column longer than any of theirs."""
    found = [("long", [{"value": place / 7 + 0.01} for place in range(8000)])]
    for name in ("ClaimAudit", "Interaction", "Receptor", "SideEffect"):
        for data in getattr(explorers, f"{name}Explorer").specification()["flow"]:
            values = data.get("values", [])
            if values != with_floats(values, lambda _: None):
                found.append((f"{name}.{data['name']}", values))
    return found


def test_a_digest_and_a_line_of_sums_for_each_column():
    first, curve, low, at, risk = text_form("rows", ROWS)
    assert first.startswith("rows: 3 rows, digest ")
    # 1.5, 2.5 and a millionth, with the weights 1, 1.618 and 1.236.
    assert curve == "  curve: 3 numbers from 1.0e-06 to 2.5, mean 1.33333367, by place 0.0194295844"
    assert low.startswith("  low: 1 numbers from 4.0 to 4.0, mean 4.0, by place ")
    assert at.startswith("  low.at: 1 numbers from 7.0 to 7.0, mean 7.0, by place ")
    assert risk.startswith("  risk: 3 numbers from 0.002 to 31.581, mean 10.6644733, by place ")


@pytest.mark.parametrize(
    ("place", "field", "value"),
    [
        (0, "id", "A"),
        (0, "events", 143),
        (2, "events", 1_486_214),
        (0, "risk", 0.41043),
        (0, "risk", -0.41042),
        (0, "risk", 0),
        (0, "curve", [0.0, -2.5, 1.5]),
        (0, "curve", [1e-3, 1.5, -2.5]),
        (1, "curve", [1.001e-6]),
        (1, "curve", []),
        (1, "low", -4),
        (0, "low", 0.0),
        (2, "low", {"at": float("nan")}),
        (0, "on", 1),
    ],
)
def test_any_change_counts(place, field, value):
    rows = copy.deepcopy(ROWS)
    rows[place][field] = value
    assert not same(form(ROWS), form(rows))


def test_two_numbers_that_change_places_count():
    rows = copy.deepcopy(ROWS)
    rows[0]["risk"], rows[2]["risk"] = rows[2]["risk"], rows[0]["risk"]
    first, *sums = text_form("rows", ROWS)
    swapped, *other = text_form("rows", rows)
    assert first == swapped
    assert not same("\n".join(sums), "\n".join(other))


def test_the_order_of_fields_does_not_count():
    assert form([dict(reversed(row.items())) for row in ROWS]) == form(ROWS)


def test_noise_in_the_last_digits_does_not_count():
    """A digest of the same numbers, rounded, would break now and then, and as a whole."""
    noise = random.Random(1)
    for name, values in data_sets():
        noisy = with_floats(values, lambda x: x * (1 + noise.uniform(-1e-9, 1e-9)) + 1e-18)
        assert noisy != values
        assert same(form(values), form(noisy)), name


def test_one_number_that_changes_by_two_thousandths_counts():
    pick = random.Random(2)
    for name, values in data_sets():
        floats: list[float] = []
        with_floats(values, floats.append)
        chosen = pick.choice([place for place, value in enumerate(floats) if value])
        factors = itertools.chain(itertools.repeat(1, chosen), [1.002], itertools.repeat(1))
        changed = with_floats(values, lambda x, factors=factors: x * next(factors))
        assert changed != values
        assert not same(form(values), form(changed)), name
