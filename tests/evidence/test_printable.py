"""What students never read: how a page was read, what rests on memory, what a note forbids."""

from __future__ import annotations

import pytest

from ketalab.evidence import FactError, fact, side_effects
from ketalab.evidence.printable import printable_part, why_withheld


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("Second half of the label table, read on the manufacturer page", ""),
        ("A composite. (Footnote read on the manufacturer page.)", "A composite."),
        ("First half, read on a mirror; terms are combined", "Terms are combined"),
        ("Open label, no control arm", "Open label, no control arm"),
        ("Per patient. Page read is a staging copy.", "Per patient."),
    ],
)
def test_a_note_loses_only_its_clauses_on_reading(note: str, shown: str):
    assert printable_part(note) == shown


def test_no_note_that_an_explorer_shows_tells_how_a_page_was_read():
    for row in side_effects().values():
        if row.note:
            assert why_withheld("note", printable_part(row.note)) is None, row.id


def test_arms_that_a_note_doubts_are_not_printed():
    with pytest.raises(FactError, match="which arm is which was not checked"):
        fact("trials/gewandter2014:arms")
    assert why_withheld("arms", record="trials/noppers2011fm") is None
