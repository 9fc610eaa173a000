"""The evidence on the use of opioids."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.library import library
from ketalab.evidence.opioid_study import OpioidStudy
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, OpioidStudy]:
    return load_table(path, OpioidStudy, key="records", id_field="id")


def test_every_record_loads() -> None:
    studies = library().opioid_sparing
    assert len(studies) == 13
    assert studies["brinck2018"].arms == {"ketamine": 4588, "control": 3753}


def test_the_size_that_nobody_read_is_not_typed() -> None:
    assert len(library().opioid_sparing["brinck2018"].memory_only_fields) == 3
    assert not [r for r in library().results.values() if r.record == "brinck2018"]


def test_shared_people_are_told_with_the_number() -> None:
    later = provenance_of(library().results["nielsen2019__daily_opioid"], library())
    assert later.overlap_group == "nielsen2017"
    relative = provenance_of(library().results["nielsen2017__morphine_reduction"], library())
    assert relative.derived


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("setting", ..., "field 'setting': expected a value, got nothing (the field is missing)"),
        ("n_trials", 0, "field 'n_trials': expected a number above 0, got 0"),
        ("arms.control", "3753", "field 'arms.control': expected a whole number, got '3753'"),
        ("usable_for_numbers", "yes", "field 'usable_for_numbers': expected true or false"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "opioid_sparing.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"records.0.{place}": value}, load)
    assert line.startswith(f"opioid_sparing.yaml: record 'brinck2018', {message}")
