"""Each broken record is refused with file, record and field, and with the line where it has one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ketalab.evidence
from ketalab.evidence.library import load_library
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import EvidenceError, load_table
from tests.bad_input.conftest import TRACES, fixtures, message_beside

FILE = "side_effects.yaml"
TABLES = Path(ketalab.evidence.__file__).parent


def refusal(load, path: Path) -> str:
    with pytest.raises(EvidenceError) as caught:
        load(path)
    return f"{caught.value}\n"


@pytest.mark.parametrize("broken", fixtures("records", "yaml"))
def test_a_broken_table(broken, tmp_path):
    path = tmp_path / FILE
    shutil.copyfile(broken, path)
    said = refusal(lambda p: load_table(p, SideEffect, key="rows", id_field="id"), path)
    assert said == message_beside(broken)
    assert not any(trace in said for trace in TRACES)


@pytest.mark.parametrize("broken", fixtures("records/among_others", "yaml"))
def test_a_row_that_does_not_fit_the_others(broken, tmp_path):
    for table in TABLES.glob("*.yaml"):
        shutil.copyfile(table, tmp_path / table.name)
    with (tmp_path / FILE).open("a", encoding="utf-8") as table:
        table.write(broken.read_text(encoding="utf-8"))
    assert refusal(load_library, tmp_path) == message_beside(broken)


def test_the_fixtures_differ_from_a_sound_row_by_one_thing(tmp_path):
    """What is broken in them is what the message names: mended, the row is read."""
    path = tmp_path / FILE
    for name, wrong, right in (
        ("out-of-range", "141.0", "41.0"),
        ("direction-mark", "\u202e", ""),
        ("huge-number", "9" * 5000, "142"),
    ):
        broken = next(p.values[0] for p in fixtures("records", "yaml") if p.id == name)
        text = broken.read_text(encoding="utf-8").replace(wrong, right)
        path.write_text(text, encoding="utf-8")
        assert list(load_table(path, SideEffect, key="rows", id_field="id")) == ["made_up__01"]
