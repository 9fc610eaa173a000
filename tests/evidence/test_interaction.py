"""Interactions: measured changes in the source's words, grading in the compiler's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.interaction import Interaction, interaction_id
from ketalab.evidence.library import library
from ketalab.evidence.result import Change
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, Interaction]:
    return load_table(path, Interaction, key="interactions", id_field=interaction_id)


def test_every_record_loads_under_a_readable_id() -> None:
    records = library().interactions
    assert len(records) == 28
    assert all(record.id == name for name, record in records.items())
    assert {"st_johns_wort_oral_s_ketamine", "benzodiazepines_any_form"} <= set(records)


def test_the_same_medicine_by_mouth_and_by_nose_are_two_records() -> None:
    records = library().interactions
    assert records["ticlopidine_oral_s_ketamine"].auc_change == "x2.4"
    assert records["ticlopidine_nasal_esketamine"].auc_change == "about +29%"


def test_every_source_is_in_the_bibliography() -> None:
    for record in library().interactions.values():
        assert set(record.sources) <= set(library().references), record.id


def test_grading_and_advice_are_the_compilers() -> None:
    record = library().interactions["opioids_any_form"]
    synthesis = {name for name in Interaction.model_fields if record.is_synthesis(name)}
    assert synthesis == {"severity", "what_is_done"}
    with pytest.raises(KeyError, match="severities"):
        record.is_synthesis("severities")


def test_every_measured_change_is_typed() -> None:
    typed = {
        (result.record, result.path)
        for result in library().results.values()
        if isinstance(result, Change) and result.table == "interactions"
    }
    for record in library().interactions.values():
        for field in ("auc_change", "cmax_change"):
            words = getattr(record, field)
            has_number = words is not None and any(letter.isdigit() for letter in words)
            assert ((record.id, field) in typed) == has_number, (record.id, field)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("auc_change", 2.6, "field 'auc_change': expected text, got 2.6"),
        (
            "severity",
            "severe",
            "field 'severity': expected one of 'major', 'major for oral use', "
            "'major for oral use (loss of effect)', 'major (compatibility)', 'moderate', "
            "'minor', 'uncertain', got 'severe'",
        ),
        (
            "dose",
            "x",
            "field 'dose': expected no such field (known: interacting_drug, drug_class, "
            "ketamine_form, mechanism, auc_change, cmax_change, study, severity, what_is_done, "
            "sources, verified, note), got 'x'",
        ),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "interactions.yaml"
    change = {f"interactions.0.{place}": value}
    (line,) = complaint(file, tmp_path / file.name, change, load)
    assert line == f"interactions.yaml: record 'clarithromycin_oral_s_ketamine', {message}"


def test_two_records_of_one_name_are_a_problem(tmp_path: Path) -> None:
    file = library().folder / "interactions.yaml"
    # The dose is not part of the name.
    change = {
        "interactions.3.interacting_drug": "Clarithromycin (again)",
        "interactions.3.ketamine_form": "oral S-ketamine 0.3 mg/kg",
    }
    (line,) = complaint(file, tmp_path / file.name, change, load)
    assert line == (
        "interactions.yaml: record 'clarithromycin_oral_s_ketamine': "
        "expected an id used once, got it a second time"
    )
