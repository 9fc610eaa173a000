"""The base class: settings that exist, the text form, and one runtime for all."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from ketalab.frontend import Explorer
from ketalab.frontend.explorer import nearest_combination
from ketalab.frontend.runtime import VegaRuntime, vega_module

ALL = list(itertools.product(["green", "black", "mint"], ["small", "large"], ["none", "some"]))
NAMES = ("leaf", "cup", "milk")
# The class is set up anew for each example, not by the fixture.
relaxed = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def combinations():
    """Any set of combinations that holds the one that the explorer opens with."""
    return st.lists(st.sampled_from(ALL), unique=True).map(
        lambda rows: list(dict.fromkeys([ALL[0], *rows]))
    )


def test_an_unknown_setting_is_refused_with_the_names_of_the_controls(kettle):
    with pytest.raises(TypeError) as caught:
        kettle(None)(sugar="two", leaf="mint", lemon=1)
    assert str(caught.value) == ("Kettle has no control lemon, sugar; it has: leaf, cup, milk")


def test_settings_that_do_not_go_together_are_refused(kettle):
    cls = kettle([ALL[0], ("black", "large", "some")])
    with pytest.raises(TraitError) as caught:
        cls(milk="none", leaf="black")
    assert str(caught.value) == "Kettle: nothing has milk='none', leaf='black' together"


def test_one_choice_settles_the_others(kettle):
    explorer = kettle([ALL[0], ("black", "large", "some"), ("black", "small", "some")])()
    explorer.leaf = "black"
    assert explorer.setting() == ("black", "small", "some")
    explorer.milk = "none"
    assert explorer.setting() == ("green", "small", "none")


@relaxed
@given(data=st.data(), known=combinations())
def test_any_walk_stays_on_combinations_and_keeps_what_was_set_last(kettle, data, known):
    explorer = kettle(known)()
    steps = st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.sampled_from(known)), max_size=8)
    for place, row in data.draw(steps):
        wanted = [*explorer.setting()]
        wanted[place] = row[place]
        setattr(explorer, NAMES[place], row[place])
        assert explorer.setting() in known
        assert explorer.setting()[place] == row[place]
        expected = tuple(wanted)
        if expected not in known:
            expected = nearest_combination(known, wanted, place)
        assert explorer.setting() == expected


@relaxed
@given(data=st.data(), known=combinations())
def test_whatever_exists_can_be_asked_for_in_any_order(kettle, data, known):
    row = data.draw(st.sampled_from(known))
    places = data.draw(st.permutations(range(3)))[: data.draw(st.integers(1, 3))]
    asked = {NAMES[i]: row[i] for i in places}
    explorer = kettle(known)(**asked)
    assert explorer.setting() in known
    assert asked == {name: getattr(explorer, name) for name in asked}


@relaxed
@given(data=st.data(), known=combinations())
def test_the_rule_keeps_the_changed_control_and_most_of_the_first(data, known):
    place = data.draw(st.integers(0, 2))
    wanted = list(data.draw(st.sampled_from(ALL)))
    wanted[place] = data.draw(st.sampled_from(known))[place]
    found = nearest_combination(known, wanted, place)
    assert found in known
    assert found[place] == wanted[place]
    agrees = [a == b for a, b in zip(found, wanted, strict=True)]
    for row in known:
        if row[place] == wanted[place]:
            assert agrees >= [a == b for a, b in zip(row, wanted, strict=True)]


def test_several_controls_from_the_front_end_are_kept_as_they_are(kettle):
    explorer = kettle([ALL[0], ("black", "large", "some"), ("black", "small", "none")])()
    explorer.set_state({"leaf": "black", "cup": "large", "milk": "some"})
    assert explorer.setting() == ("black", "large", "some")


def test_an_observer_never_sees_a_combination_that_does_not_exist(kettle):
    known = [ALL[0], ("black", "large", "some"), ("mint", "large", "none")]
    explorer = kettle(known)()
    seen = []
    explorer.observe(lambda _: seen.append(explorer.setting()), names=list(NAMES))
    explorer.leaf = "black"
    explorer.milk = "none"
    assert seen
    assert set(seen) <= set(known)


def test_the_text_form_is_setting_reading_numbers_and_digests(kettle):
    explorer = kettle(None)(leaf="mint")
    first, reading, row, held, sums = repr(explorer).splitlines()
    assert first == "Kettle(leaf='mint', cup='small', milk='none')"
    assert reading == explorer.reading
    assert row == "mint | 2.5"
    assert held.startswith("table: 1 rows, digest ")
    assert sums.startswith("  minutes: 1 numbers from ")


def test_notebooks_keep_the_whole_text_form(kettle):
    explorer = kettle(None)()
    data, _ = explorer._repr_mimebundle_()
    assert len(repr(explorer)) > 110
    assert data["text/plain"] == repr(explorer)
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_table_has_readable_headings(kettle):
    table = kettle(None)(leaf="black").table
    assert list(table.columns) == ["Leaf", "Minutes"]
    assert table.iloc[0].to_list() == ["black", 2.5]


def test_the_specification_is_json(kettle):
    specification = kettle(None).specification()
    assert json.loads(json.dumps(specification)) == specification
    (picture,) = specification["pictures"]
    assert picture["name"] == "steam"
    assert picture["chart"]["data"] == {"name": "table"}


def test_an_explorer_that_forgot_a_part_says_so():
    with pytest.raises(NotImplementedError):
        Explorer.flow()


def test_one_runtime_serves_all_explorers(kettle, stove):
    explorers = [kettle(None)(), kettle(None)(), stove]
    assert len({id(e._runtime) for e in explorers}) == 1
    assert explorers[0]._runtime is VegaRuntime.shared()


def test_a_closed_runtime_is_made_anew(stove):
    old = VegaRuntime.shared()
    old.close()
    new = VegaRuntime.shared()
    assert new is not old
    assert new.comm is not None
    assert VegaRuntime.shared() is new


def test_the_source_of_vega_is_not_in_an_explorers_own_state(kettle):
    explorer = kettle(None)()
    state = explorer.get_state()
    assert state["_runtime"] == f"anywidget:{explorer._runtime.model_id}"
    assert len(vega_module()) > 500_000
    assert explorer._runtime.get_state()["source"] == vega_module()
    assert len(json.dumps(state)) < 50_000


def test_a_cache_that_cannot_be_written_is_no_error(monkeypatch, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    monkeypatch.setattr("ketalab.frontend.runtime.user_cache_path", lambda _: blocked)
    assert "vegaEmbed" in vega_module.__wrapped__()


def test_a_cache_is_written_whole_and_read_again(monkeypatch, tmp_path):
    monkeypatch.setattr("ketalab.frontend.runtime.user_cache_path", lambda _: tmp_path / "new")
    source = vega_module.__wrapped__()
    (cached,) = (tmp_path / "new").iterdir()
    assert cached.read_text(encoding="utf-8") == source
    cached.write_text("kept", encoding="utf-8")
    assert vega_module.__wrapped__() == "kept"
