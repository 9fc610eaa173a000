"""A small explorer with every kind of control, whose combinations a test may choose."""

from __future__ import annotations

from typing import ClassVar

import altair as alt
import pytest

from ketalab.frontend import Choice, Explorer, Number, Switch


class Kettle(Explorer):
    """Nothing of medicine: three choices that depend on one another."""

    title = "A kettle"
    look_for = "steam."
    columns: ClassVar = {"leaf": "Leaf", "minutes": "Minutes"}

    leaf = Choice("Leaf", ["green", "black", "mint"])
    cup = Choice("Cup", [("small", "A small cup"), ("large", "A large cup")])
    milk = Choice("Milk", ["none", "some"])

    known = None

    @classmethod
    def combinations(cls):
        return cls.known

    @classmethod
    def flow(cls):
        return [{"name": "table", "values": [{"leaf": "green", "minutes": 2.5}]}]

    @classmethod
    def pictures(cls):
        return {"steam": alt.Chart(alt.NamedData("table")).mark_point().encode(x="minutes:Q")}

    def read(self):
        return f"{self.leaf} tea in a {self.cup} cup with {self.milk} milk. " + "It is hot. " * 20

    def tabulate(self):
        return [{"leaf": self.leaf, "minutes": 2.5}]


class Stove(Explorer):
    """The other kinds of control, all of whose combinations exist."""

    title = "A stove"
    look_for = "heat."
    columns: ClassVar = {"heat": "Heat"}

    heat = Number("Heat", 0, 9, 3, step=0.5, unit="marks", help="How hot.")
    lit = Switch("Lit", True)

    @classmethod
    def flow(cls):
        return [{"name": "table", "values": [{"heat": 1.0}]}]

    @classmethod
    def pictures(cls):
        return {}

    def read(self):
        return f"Heat {self.heat}, {'lit' if self.lit else 'out'}."

    def tabulate(self):
        return [{"heat": self.heat}]


@pytest.fixture
def kettle(monkeypatch):
    """The class `Kettle`; give it the combinations that exist."""

    def with_combinations(known):
        monkeypatch.setattr(Kettle, "known", known)
        return Kettle

    return with_combinations


@pytest.fixture
def stove():
    return Stove()
