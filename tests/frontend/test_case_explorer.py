"""Explorers whose settings are all worked out beforehand."""

from __future__ import annotations

from typing import ClassVar

import altair as alt
import pytest
from traitlets import TraitError

from ketalab.frontend import Case, CaseExplorer, Choice, Steps


def _case(leaf: str, minutes: float) -> Case:
    shared = [{"term": "Water", "text": "boiling"}]
    return Case(
        reading=f"{leaf} tea, drawn for {minutes:g} minutes.",
        table=[{"leaf": leaf, "minutes": f"{minutes:g}"}],
        details=shared,
        captions=[{"picture": "cup", "title": "A cup", "alt": f"A cup of {leaf} tea."}],
        drawn={"cups": [{"minutes": minutes}]} if minutes > 1 else {},
        record=f"{leaf}{minutes}",
    )


class Teapot(CaseExplorer):
    """Nothing of medicine: black tea is never drawn for one minute."""

    title = "A teapot"
    look_for = "colour."
    columns: ClassVar = {"leaf": "Leaf", "minutes": "Minutes"}
    leaf = Choice("Leaf", ["green", "black"])
    minutes = Steps("Minutes", [1, 2.5, 5], 2.5, unit="min")

    @classmethod
    def cases(cls):
        settings = [("green", 2.5), ("green", 1), ("black", 2.5), ("black", 5)]
        return {(leaf, minutes): _case(leaf, minutes) for leaf, minutes in settings}

    @classmethod
    def pictures(cls):
        return {"cup": alt.Chart(alt.NamedData("cups")).mark_point().encode(x="minutes:Q")}


def flow(name: str) -> dict:
    (found,) = (data for data in Teapot.specification()["flow"] if data["name"] == name)
    return found


def test_it_shows_the_case_of_its_setting():
    pot = Teapot(leaf="black", minutes=5)
    assert pot.reading == "black tea, drawn for 5 minutes."
    assert pot.tabulate() == [{"leaf": "black", "minutes": "5"}]
    assert pot.captions()[0]["alt"] == "A cup of black tea."


def test_a_setting_without_a_case_moves_to_the_nearest_that_has_one():
    pot = Teapot()
    pot.minutes = 1
    pot.leaf = "black"
    assert pot.setting() == ("black", 2.5)


def test_rows_that_several_cases_share_travel_once():
    assert len(flow("cases")["values"]) == 4
    assert flow("all_details")["values"] == [{"term": "Water", "text": "boiling", "rows_of": 0}]
    assert [row["minutes"] for row in flow("all_cups")["values"]] == [2.5, 5]


def test_a_case_that_draws_nothing_has_rows_of_its_own_that_are_none():
    by_reading = {row["text"]: row for row in flow("cases")["values"]}
    empty = by_reading["green tea, drawn for 1 minutes."]["use_cups"]
    assert empty not in {row["rows_of"] for row in flow("all_cups")["values"]}


def test_a_record_behind_a_case_counts_in_the_text_form(monkeypatch):
    before = repr(Teapot())

    class Other(Teapot):
        @classmethod
        def cases(cls):
            known = dict(super().cases())
            known["black", 5] = Case(**{**_fields(known["black", 5]), "record": "changed"})
            return known

    assert repr(Other()).replace("Other", "Teapot") != before


def _fields(case: Case) -> dict:
    return {name: getattr(case, name) for name in Case.__dataclass_fields__}


@pytest.mark.parametrize("value", [2, 0, "5", True, None])
def test_a_number_that_is_not_in_the_list_is_refused_with_the_list(value):
    with pytest.raises(TraitError) as caught:
        Teapot().minutes = value
    assert str(caught.value) == (
        f"Teapot.minutes: {value!r} is not possible; expected one of: 1, 2.5, 5"
    )
