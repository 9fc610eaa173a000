"""The smallest explorer, which contributors copy, is whole: numbers, words, picture, record.

Copy this file too: it tests what every explorer owes.
"""

from __future__ import annotations

import pytest
import vl_convert

from ketalab.evidence import library
from tests.explorers.smallest import SmallestExplorer

CASES = SmallestExplorer.known()


def test_the_opening_says_the_numbers_of_the_record():
    explorer = SmallestExplorer()
    row = library().side_effects[explorer.effect]
    assert f"{row.treatment.events} of {row.treatment.n}" in explorer.reading
    assert f"{row.control.events} of {row.control.n}" in explorer.reading
    assert [line["of_100"] for line in explorer.tabulate()] == [row.treatment.pct, row.control.pct]


@pytest.mark.parametrize("setting", CASES)
def test_every_setting_has_words_and_a_described_picture(setting):
    case = CASES[setting]
    assert "Indirect evidence" in case.reading
    assert {caption["picture"] for caption in case.captions} == set(SmallestExplorer.pictures())
    assert all(len(caption["alt"]) > 30 for caption in case.captions)
    assert {"Source", "Verified on"} <= {detail["term"] for detail in case.details}
    assert all(line.keys() == SmallestExplorer.columns.keys() for line in case.table)


def test_every_setting_stands_for_a_record_of_its_own():
    assert len({case.record for case in CASES.values()}) == len(CASES) > 1


def test_the_picture_can_be_drawn():
    for chart in SmallestExplorer.pictures().values():
        assert vl_convert.vegalite_to_svg(chart.to_dict()).startswith("<svg")
