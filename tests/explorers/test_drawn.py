"""Every picture draws what it drew when somebody last looked at it."""

from __future__ import annotations

from typing import ClassVar

import altair as alt
import pytest

from ketalab.explorers import WindUpExplorer
from tests.explorers.drawn import HERE, approved, differences, drawn, known, places

_WHAT_TO_DO = (
    "Run `python -m tests.explorers.drawn {0}`, look at build/pictures/, and if they are right, "
    "`python -m tests.explorers.drawn {0} --approve`."
)


@pytest.mark.parametrize("name", known())
def test_pictures_draw_what_was_approved(name):
    changed = differences(approved(name), drawn(known()[name]))
    lines = [f"{place}: {what}" for place, what in changed.items()]
    assert not changed, "\n".join([*lines, _WHAT_TO_DO.format(name)])


def test_no_approval_is_of_an_explorer_that_has_gone():
    assert {path.stem for path in HERE.iterdir()} == set(known())


class OnePoint(WindUpExplorer):
    """A picture of one point, to change in one thing at a time."""

    x: ClassVar[float] = 100.25
    colour: ClassVar[str] = "#0072B2"

    @classmethod
    def flow(cls):
        return [*super().flow(), {"name": "points", "values": [{"x": cls.x}]}]

    @classmethod
    def pictures(cls):
        point = alt.Chart(alt.NamedData("points")).mark_point(color=cls.colour)
        return {"responses": point.encode(alt.X("x:Q").scale(domain=[0, 400]))}


@pytest.mark.parametrize(
    "change", [{"x": 100.27}, {"colour": "#0072B3"}], ids=["a place", "a colour"]
)
def test_a_small_change_is_seen(change):
    # Of the same name, which draws the same settings.
    changed = type("OnePoint", (OnePoint,), change)
    found = differences(drawn(OnePoint), drawn(changed))
    assert any("symbol 1" in what for what in found.values())


def test_the_last_digit_of_a_number_is_not_seen():
    turned = type("OnePoint", (OnePoint,), {"x": 100.25 * (1 + 1e-12)})
    assert differences(drawn(OnePoint), drawn(turned)) == {}


def test_a_picture_that_is_not_drawn_any_more_is_named():
    before = drawn(OnePoint)
    place = next(iter(before))
    after = {key: value for key, value in before.items() if key != place}
    assert differences(before, after) == {place: f"{before[place]} -> not drawn"}


@pytest.mark.parametrize("name", known())
def test_every_picture_is_drawn_and_the_opening_one_first(name):
    explorer = known()[name]
    found = list(places(explorer).values())
    pictures = {entry["name"] for entry in explorer.specification()["pictures"]}
    assert {picture for picture, _ in found} == pictures
    opening = tuple(getattr(explorer, name).default_value for name in explorer.control_names())
    assert found[0][1] == opening
