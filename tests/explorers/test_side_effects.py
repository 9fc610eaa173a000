"""The side-effect explorer: its settings reach every row, and nothing is mixed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from ketalab.evidence import comparator_kind, population_of, references, side_effects
from ketalab.evidence.populations import populations
from ketalab.explorers import SideEffectExplorer
from ketalab.explorers.side_effect_case import cases, comparison_texts, of_kind, ranking
from ketalab.frontend import digest

NAMES = ("population", "drug", "route", "effect", "comparison", "show")
COMBINATIONS = SideEffectExplorer.combinations()
ROW = dict(zip(COMBINATIONS, COMBINATIONS, strict=True))


def flow(name: str) -> list[dict]:
    (found,) = (d for d in SideEffectExplorer.specification()["flow"] if d["name"] == name)
    return found["values"]


def test_it_opens_on_a_row_that_teaches_and_says_that_it_is_indirect():
    explorer = SideEffectExplorer()
    assert explorer.case().row.id == "spravato_trd__01"
    assert explorer.reading == (
        "Dissociation: 142 of 346 (41%) with esketamine nasal spray, against 21 of 222 (9.5%) with "
        "placebo spray + oral antidepressant: 31.6 more of 100 (95% CI 24.8 to 37.7). Number "
        "needed to harm 4 (95% CI 3 to 5): one more affected for every 4 treated. Indirect "
        "evidence for chronic pain (depression). Verified: ◆ label. Certainty (GRADE): – not "
        "graded by the source as read."
    )


def test_every_row_is_reached_by_exactly_one_setting_in_either_view():
    assert len(COMBINATIONS) == 2 * len(side_effects())
    assert len(set(COMBINATIONS)) == len(COMBINATIONS)
    explorer = SideEffectExplorer()
    reached = {"study": [], "kind": []}
    for combination in COMBINATIONS:
        explorer.set_state(dict(zip(NAMES, combination, strict=True)))
        assert explorer.setting() == combination
        reached[explorer.show].append(explorer.case().row.id)
        row = explorer.case().row
        assert population_of(row).name == explorer.population
        assert (row.drug, row.route, row.effect) == combination[1:4]
        assert explorer.reading.startswith(f"{row.effect}: ")
    assert sorted(reached["study"]) == sorted(reached["kind"]) == sorted(side_effects())


def test_no_option_leads_nowhere():
    for place, name in enumerate(NAMES):
        offered = set(getattr(SideEffectExplorer, name).options)
        assert offered == {combination[place] for combination in COMBINATIONS}


def test_options_offered_together_read_differently():
    offered = defaultdict(set)
    for combination in COMBINATIONS:
        offered[combination[:4]].add(combination[4])
    for choice, names in offered.items():
        texts = [comparison_texts()[name] for name in names]
        assert len(set(texts)) == len(texts), (choice, texts)


def test_a_comparison_is_named_after_the_source_of_its_first_row():
    assert comparison_texts()["spravato_mdsi"].startswith("SPRAVATO label 2021 · placebo spray")


def test_an_option_out_of_the_list_is_refused_with_the_list():
    explorer = SideEffectExplorer()
    with pytest.raises(
        TraitError, match=r"SideEffectExplorer\.route: 'rectal' is not possible"
    ) as e:
        explorer.route = "rectal"
    assert "'oral'" in str(e.value)
    assert explorer.route == "intranasal"


def test_settings_that_no_row_has_are_refused():
    with pytest.raises(TraitError) as caught:
        SideEffectExplorer(population="depression", route="oral")
    assert str(caught.value) == (
        "SideEffectExplorer: nothing has population='depression', route='oral' together"
    )


def test_a_route_settles_the_rest():
    explorer = SideEffectExplorer()
    explorer.route = "oral"
    assert explorer.route == "oral"
    assert explorer.setting() in COMBINATIONS
    assert explorer.case().row.route == "oral"


def test_rows_that_compare_two_arms_are_preferred():
    has_two = [
        SideEffectExplorer(**dict(zip(NAMES, c, strict=True))).case().row.has_two_arms
        for c in (COMBINATIONS[0], COMBINATIONS[-1])
    ]
    assert has_two == [True, False]
    explorer = SideEffectExplorer(population="chronic and cancer pain")
    assert explorer.case().row.has_two_arms


# To make an explorer takes as long as a hundred moves of it.
shared_explorer = cache(SideEffectExplorer)


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(
        st.sampled_from(NAMES).flatmap(
            lambda name: st.tuples(
                st.just(name), st.sampled_from([*getattr(SideEffectExplorer, name).options])
            )
        ),
        max_size=12,
    )
)
def test_any_walk_stays_on_rows_and_keeps_what_was_set_last(steps):
    explorer = shared_explorer()
    explorer.set_state(dict(zip(NAMES, SideEffectExplorer.combinations()[0], strict=True)))
    for name, value in steps:
        setattr(explorer, name, value)
        assert getattr(explorer, name) == value
        assert explorer.setting() in ROW


@settings(max_examples=40, deadline=None)
@given(
    row=st.sampled_from(COMBINATIONS),
    places=st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True),
)
def test_whatever_exists_can_be_asked_for_in_any_order(row, places):
    asked = {NAMES[place]: row[place] for place in places}
    explorer = SideEffectExplorer(**asked)
    assert asked == {name: getattr(explorer, name) for name in asked}
    assert explorer.setting() in ROW


def test_a_ranking_never_mixes_people_regimens_comparators_or_units():
    groups = defaultdict(list)
    for case in cases():
        groups[case.comparison].append(case.row)
    for name, rows in groups.items():
        for field in ("study", "drug", "route", "regimen", "population", "unit"):
            assert len({getattr(row, field) for row in rows}) == 1, (name, field)
        for field in ("comparator", "time_frame"):
            assert len({getattr(row, field) for row in rows}) == 1, (name, field)
        assert len({comparator_kind(row) for row in rows}) == 1, name
        assert len({population_of(row).name for row in rows}) == 1, name


@pytest.mark.parametrize(
    "change",
    [
        {"drug": "S-ketamine"},
        {"route": "oral"},
        {"regimen": "another"},
        {"population": "Other people"},
        {"unit": "treatment sessions"},
        {"comparator": "electroconvulsive therapy"},
        {"comparator": None},
        {"time_frame": "1 year"},
    ],
    ids=repr,
)
def test_one_difference_is_enough_to_leave_the_ranking(evidence, change):
    evidence(side_effects()["spravato_trd__02"].model_copy(update=change))
    comparison = {case.row.id: case.comparison for case in cases()}
    assert comparison["spravato_trd__01"] == comparison["spravato_trd__03"] == "spravato_trd"
    assert comparison["spravato_trd__02"] == "spravato_trd-2"
    assert "Dizziness" not in [line["effect"] for line in ranking("spravato_trd")]


def test_rows_that_belong_together_are_ranked_together():
    """The other half: a group is as large as it may be."""
    seen = {}
    for case in cases():
        row = case.row
        key = (row.study, row.drug, row.route, row.regimen, row.population, row.unit)
        key += (row.comparator, row.time_frame)
        assert seen.setdefault(key, case.comparison) == case.comparison


def test_a_ranking_shows_each_effect_once_the_largest_difference_first():
    for name in comparison_texts():
        lines = ranking(name)
        assert len({line["case"] for line in lines}) == len(lines)
        assert len({line["effect"] for line in lines}) == len(lines)
        drawn = [line["estimate"] for line in lines if line["estimate"] is not None]
        assert drawn == sorted(drawn, reverse=True)
        assert [line["estimate"] for line in lines[: len(drawn)]] == drawn


def test_what_travels_holds_every_row_once_with_its_record():
    records = [record for line in flow("comparisons") for record in line["record"]]
    assert sorted(records) == sorted(digest(row.model_dump()) for row in side_effects().values())
    for line in flow("comparisons"):
        assert line["effect"] == [row["effect"] for row in ranking(line["comparison"])]
    assert [line["comparison"] for line in flow("comparisons")] == list(comparison_texts())


def test_what_many_cases_share_travels_once():
    for name in ("sentences", "all_arms", "all_details"):
        rows = [json.dumps(row, sort_keys=True) for row in flow(name)]
        assert len(set(rows)) == len(rows), name
    assert len(json.dumps(SideEffectExplorer.specification())) < 250_000


def test_numbers_are_drawn_with_four_digits():
    for line in flow("comparisons"):
        exact = ranking(line["comparison"])
        for name in ("estimate", "low", "high"):
            for drawn, row in zip(line[name], exact, strict=True):
                wanted = row[name]
                assert drawn == (wanted if wanted is None else pytest.approx(wanted, rel=5.1e-4))


def test_every_picture_that_is_captioned_is_declared():
    declared = {picture["name"] for picture in SideEffectExplorer.specification()["pictures"]}
    explorer = SideEffectExplorer()
    captioned = set()
    for combination in COMBINATIONS:
        explorer.set_state(dict(zip(NAMES, combination, strict=True)))
        for caption in explorer.captions():
            captioned.add(caption["picture"])
            assert caption["title"]
            assert len(caption["alt"]) > 30
        names = [caption["picture"] for caption in explorer.captions()]
        assert ("ranking" if explorer.show == "kind" else "elsewhere") not in names
    assert captioned == declared


@pytest.mark.parametrize("show", ["study", "kind"])
def test_every_column_of_the_table_is_given_as_text(show):
    for effect in SideEffectExplorer.effect.options:
        for line in SideEffectExplorer(effect=effect, show=show).tabulate():
            for field in SideEffectExplorer.columns:
                assert isinstance(line[field], str), (line["case"], field)
                assert line[field], (line["case"], field)


def test_a_kind_of_effect_stands_beside_itself_in_every_population():
    explorer = SideEffectExplorer(show="kind")
    lines = explorer.tabulate()
    rows = [side_effects()[line["case"]] for line in lines]
    assert {row.id for row in rows} == {
        row.id for row in side_effects().values() if row.effect_group == "dissociation"
    }
    names = [population_of(row).name for row in rows]
    order = [population.name for population in populations()]
    assert names == sorted(names, key=order.index)
    assert names[0] == "chronic and cancer pain"
    for row, line in zip(rows, lines, strict=True):
        assert line["people"] == f"{population_of(row).name}: {row.drug}, {row.route}"
        assert row.regimen in line["regimen"]
        assert row.time_frame in line["regimen"]
        assert line["source"] == references()[row.source].label
    # Nothing is added up: each row has a line of its own, with its own counts.
    assert len({line["case"] for line in lines}) == len(lines)


def test_beside_other_studies_only_shares_of_people_are_drawn():
    undrawn = [case for case in cases() if not case.drawn_elsewhere]
    assert undrawn
    for case in undrawn:
        assert not case.row.counts_patients or not list(case.arms())
    for kind in {case.row.effect_group for case in cases()}:
        drawn = [case for case in of_kind(kind) if case.drawn_elsewhere]
        caption = of_kind(kind)[0].elsewhere_caption()
        assert (caption is not None) is bool(drawn)
        if caption:
            said = [int(n) for n in re.findall(r"in (\d+) rows?", caption["alt"])]
            assert sum(said) == len(drawn)
            assert "definitions differ" in caption["title"]
