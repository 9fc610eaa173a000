"""Suitability: sources are read out, item by item; nobody is cleared."""

from __future__ import annotations

import re

import pytest
from traitlets import TraitError

from ketalab.evidence import library
from ketalab.evidence.certainty import NOT_REVIEWED
from ketalab.explorers import SuitabilityExplorer
from ketalab.explorers.suitability_history import HISTORIES
from ketalab.explorers.suitability_item import PARTS, items
from ketalab.frontend import digest
from tests.explorers.grid import grid

TABLE = library().contraindications
NAMES = SuitabilityExplorer.control_names()[2:]


def with_only(*ticked: str, history: str = "own") -> SuitabilityExplorer:
    return SuitabilityExplorer(history=history, **{name: name in ticked for name in NAMES})


def test_it_opens_on_an_item_that_differs_by_country():
    explorer = SuitabilityExplorer()
    assert "2 of 33 items ticked, 2 of the 5 that this history names." in explorer.reading
    assert "Sources or products differ on: Stroke or head injury in the past." in explorer.reading
    words = [(row["word"], row["where"]) for row in explorer.tabulate()]
    assert words == [
        ("absolute", "esketamine nasal (EU leaflet, read in Portuguese)"),
        ("absolute", "ketamine injection, UK; Swiss text for stroke"),
        ("caution", "ketamine injection, US"),
    ]


def test_every_row_of_the_table_is_one_item():
    assert sorted(NAMES) == sorted(TABLE)
    assert {item.part for item in items()} == set(PARTS)
    labels = [item.label for item in items()]
    assert len(set(labels)) == len(labels) == 33


@pytest.mark.parametrize("name", NAMES)
def test_one_item_says_what_its_row_says(name):
    row = TABLE[name]
    explorer = with_only(name)
    lines = explorer.tabulate()
    assert [line["word"] for line in lines] == [part.word for part in row.classified]
    for line, part in zip(lines, row.classified, strict=True):
        assert line["condition"] == row.condition
        assert line["record"] == digest(row.model_dump())
        if row.applies_to != "all":
            assert row.applies_to in line["where"]
        if part.where:
            assert part.where in line["where"]
    gravest = {
        "with care": "With care",
        "avoid": "To avoid",
        "contraindicated": "Contraindicated by at least one source",
    }
    strengths = {line["strength"] for line in lines}
    top = next(s for s in ("contraindicated", "avoid", "with care") if s in strengths)
    assert f"{gravest[top]}" in explorer.reading
    absolute = any(part.word.startswith("absolute") for part in row.classified)
    assert ("Contraindicated" in explorer.reading) is absolute


def test_as_above_is_spelt_out():
    assert "As above" not in str([list(item.says()) for item in items()])
    (malformation,) = [i for i in items() if i.name == "arteriovenous_malformation"]
    assert next(malformation.says())["reason"] == "A pressure surge could rupture the vessel"


def test_nothing_ticked_is_not_a_clearance():
    explorer = with_only()
    assert "Nothing ticked is not a clearance" in explorer.reading
    assert explorer.tabulate() == []
    assert explorer.captions() == []


def test_no_reading_gives_a_verdict():
    readings = []
    for setting in grid(SuitabilityExplorer):
        values = dict(zip(SuitabilityExplorer.control_names(), setting, strict=True))
        readings.append(SuitabilityExplorer(**values).reading)
    readings += [with_only(*NAMES).reading, with_only().reading]
    forbidden = (
        r"safe|suitable|eligible|\bcan (?:have|take|be given)|\bmay (?:have|take)|recommend "
    )
    for reading in readings:
        assert not re.search(forbidden, reading, re.IGNORECASE), reading
        assert "for the clinician who knows that person" in reading
        assert "not graded by the source as read" in reading


def test_questions_are_marked_as_the_courses_own():
    for item in items():
        rows = list(item.details())
        assert [row["term"] for row in rows if "mark" in row] == ["A clinician would ask"]
        assert rows[0]["mark"] == NOT_REVIEWED
        assert rows[0]["text"].endswith("?")
        linked = [row for row in rows if row["term"] == "Sources"]
        assert len(linked) == len(item.row.sources)


def test_a_note_on_how_a_page_was_read_is_not_shown():
    assert "stored summary" not in str([list(item.details()) for item in items()])


@pytest.mark.parametrize("history", HISTORIES, ids=lambda h: h.key)
def test_histories_hold_items_of_the_table(history):
    assert set(history.holds) <= set(TABLE)
    count = len(history.holds)
    full = with_only(*history.holds, history=history.key).reading
    assert f"{count} of 33 items ticked, {count} of the {count} that this history names" in full
    assert history.text in full
    other = next(name for name in NAMES if name not in history.holds)
    assert f", 0 of the {count} " in with_only(other, history=history.key).reading


def test_a_changed_record_changes_the_text_form():
    rules = next(d for d in SuitabilityExplorer.flow() if d["name"] == "rules")["values"]
    assert {row["record"] for row in rules} == {digest(r.model_dump()) for r in TABLE.values()}
    assert "rules: 35 rows" in repr(SuitabilityExplorer())


def test_out_of_range():
    explorer = SuitabilityExplorer()
    with pytest.raises(TraitError, match=r"SuitabilityExplorer\.pregnancy.*True or False"):
        explorer.pregnancy = "yes"
    with pytest.raises(TraitError, match="history"):
        explorer.history = "nobody"
