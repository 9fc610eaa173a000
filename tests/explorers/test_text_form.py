"""Whatever changes in the table changes the explorer's text form, which nbval compares."""

from __future__ import annotations

import difflib
from functools import cache

import pytest

from ketalab.evidence import side_effects
from ketalab.evidence.side_effect import Arm, SideEffect
from ketalab.explorers import SideEffectExplorer
from ketalab.frontend import digest

_ARMS = [f"{arm}.{field}" for arm in ("treatment", "control") for field in Arm.model_fields]
_PUBLISHED = [f"published.{f}" for f in ("value", "ci_low", "ci_high", "rd_pct", "rd_low")]
_TEXT = ["regimen", "population", "dose_setting", "design", "time_frame", "note", "source_part"]
_CODED = {
    "verified": "secondary",
    "counts_basis": "inferred from text",
    "overlap_group": "another",
    "soc": "another",
    "unit": "case reports",
}


@cache
def opening() -> tuple[SideEffectExplorer, str]:
    """An explorer and its text form while the evidence is as it is."""
    explorer = SideEffectExplorer()
    return explorer, repr(explorer)


def get(row: SideEffect, column: str):
    head, _, part = column.partition(".")
    value = getattr(row, head)
    return getattr(value, part, None) if part else value


def put(row: SideEffect, column: str, value) -> SideEffect:
    head, _, part = column.partition(".")
    if part:
        value = getattr(row, head).model_copy(update={part: value})
    return row.model_copy(update={head: value})


def examples(column: str) -> list[str]:
    """The first row of the opening picture's other effects, one of the middle and the last."""
    having = [row.id for row in side_effects().values() if get(row, column) is not None]
    assert having, f"no row has {column}"
    return sorted({having[min(1, len(having) - 1)], having[len(having) // 2], having[-1]})


COUNTS = [(row, column) for column in (*_ARMS, *_PUBLISHED) for row in examples(column)]
# Denominators of arms of which only a percentage was printed: nothing is computed from them.
COUNTS += [("sigtermans__01", "treatment.n"), ("podcast__01", "treatment.n")]


def assert_digests_differ(before: str, after: str) -> None:
    changed = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert any(line.startswith("- comparisons: ") and "digest" in line for line in changed)
    assert any(line.startswith("+ comparisons: ") and "digest" in line for line in changed)


@pytest.mark.parametrize(("row_id", "column"), COUNTS)
def test_any_one_count(evidence, row_id, column):
    explorer, before = opening()
    row = side_effects()[row_id]
    old = get(row, column)
    step = -1 if column.endswith("events") and old else 1
    evidence(put(row, column, old + (step if isinstance(old, int) else 0.1)))
    assert_digests_differ(before, repr(explorer))


@pytest.mark.parametrize("column", _TEXT)
def test_any_text(evidence, column):
    explorer, before = opening()
    row = side_effects()[examples(column)[-1]]
    evidence(put(row, column, get(row, column) + " or so"))
    assert_digests_differ(before, repr(explorer))


@pytest.mark.parametrize("column", _CODED)
def test_any_coded_field(evidence, column):
    explorer, before = opening()
    evidence(put(side_effects()["green_em__01"], column, _CODED[column]))
    assert_digests_differ(before, repr(explorer))


def test_every_leaf_of_every_row_is_held():
    """Without drawing anything: the record's own digest differs for each column of each row."""
    columns = [*_ARMS, *_PUBLISHED]
    for row in side_effects().values():
        for column in columns:
            old = get(row, column)
            if old is not None:
                other = put(row, column, old + 1)
                assert digest(other.model_dump()) != digest(row.model_dump()), (row.id, column)


def test_the_text_form_shows_what_is_drawn():
    explorer = SideEffectExplorer()
    lines = repr(explorer).splitlines()
    assert lines[0].startswith("SideEffectExplorer(population='depression', drug='esketamine nasal")
    assert lines[1] == explorer.reading
    effects = explorer.table["Effect"].to_list()
    assert [line.split(" | ")[0] for line in lines[2 : 2 + len(effects)]] == effects
    held = [line.split(":")[0] for line in lines[2 + len(effects) :]]
    assert held[:5] == ["sentences", "all_arms", "kinds", "all_details", "comparisons"]
    assert held[5:] == ["  estimate", "  high", "  low"]  # the sums of the comparisons' numbers
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == repr(explorer)
