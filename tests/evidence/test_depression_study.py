"""The evidence on depression, and how the effect may arise."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.depression_study import DepressionStudy, MechanismSummary
from ketalab.evidence.library import library
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.tables import load_record, load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, DepressionStudy]:
    others = ("mechanism_records", "mechanism_summary")
    return load_table(path, DepressionStudy, key="records", id_field="id", other_keys=others)


def load_summary(path: Path) -> MechanismSummary:
    others = ("records", "mechanism_records")
    return load_record(path, MechanismSummary, key="mechanism_summary", other_keys=others)


def test_every_record_loads() -> None:
    assert len(library().depression) == 19
    assert len(library().depression_mechanisms) == 9
    assert library().depression["popova2019"].n == 227
    assert library().mechanism_summary.human_evidence == "indirect"
    assert set(library().mechanism_summary.keys) <= set(library().depression_mechanisms)


def test_the_source_key_need_not_be_the_id() -> None:
    assert library().depression["ekstrand2022"].source_key == "ekstrand2022_ketect"


def test_numbers_read_second_hand_are_told_apart() -> None:
    results = library().results
    first = provenance_of(results["jelovac2025__madrs"], library())
    second = provenance_of(results["jelovac2025__response"], library())
    assert first.verified == "primary-abstract"
    assert second.verified == "secondary"
    assert second.source_keys == ("jelovac2025",)
    assert second.text == "46.9% v 33.3%"


def test_nothing_from_memory_is_typed() -> None:
    typed = [r for r in library().results.values() if r.record == "murrough2013"]
    assert {result.path for result in typed} == {"result.change_at_24h", "derived.difference"}


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("kind", "survey", "field 'kind': expected one of 'trial', 'meta-analysis', "),
        ("n", "17", "field 'n': expected a whole number, got '17'"),
        ("result.one_week", 35, "field 'result.one_week': expected text, got 35"),
        ("adverse_events", "x", "field 'adverse_events': expected a list, got 'x'"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "depression.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"records.0.{place}": value}, load)
    assert line.startswith(f"depression.yaml: record 'zarate2006', {message}")


def test_a_wrong_summary(tmp_path: Path) -> None:
    file = library().folder / "depression.yaml"
    changes: dict[str, object] = {"mechanism_summary.plain": 1}
    assert complaint(file, tmp_path / file.name, changes, load_summary) == [
        "depression.yaml: record 'mechanism_summary', field 'plain': expected text, got 1"
    ]
    changes = {"mechanism_summary": "words"}
    assert complaint(file, tmp_path / file.name, changes, load_summary) == [
        "depression.yaml: record 'mechanism_summary': expected a mapping of fields, got 'words'"
    ]
