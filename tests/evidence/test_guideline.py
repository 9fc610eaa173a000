"""Guidelines and alerts: graded parts, and whom each is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.guideline import Guideline
from ketalab.evidence.library import library
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, Guideline]:
    return load_table(path, Guideline, key="records", id_field="id")


def test_every_record_loads() -> None:
    guidelines = library().guidelines
    assert len(guidelines) == 14
    crps, spinal, other = guidelines["cohen2018"].grades_by_condition
    assert (crps.condition, crps.grade, crps.certainty) == ("CRPS", "B", "low to moderate")
    assert (spinal.grade, other.grade) == ("C", "D")
    assert len(guidelines["cohen2018"].relative_contraindications) == 4


def test_each_document_is_in_the_bibliography() -> None:
    for guideline in library().guidelines.values():
        assert guideline.source_key in library().references
    # The id and the source are not always the same word.
    assert library().guidelines["asa2025"].source_key == "asa_safe_use"


def test_texts_about_depression_say_so() -> None:
    for name in ("fda2022", "fda2023", "spravato2025"):
        scope = library().guidelines[name].scope_note
        assert scope is not None
        assert "not pain" in scope


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (
            "grades_by_condition.0.grade",
            "E",
            "field 'grades_by_condition.0.grade': expected one of 'A', 'B', 'C', 'D', got 'E'",
        ),
        (
            "relative_contraindications.1.certainty",
            "very sure",
            "field 'relative_contraindications.1.certainty': expected one of 'low', "
            "'low to moderate', 'moderate', 'high', got 'very sure'",
        ),
        (
            "relative_contraindications.0.items",
            "x",
            "field 'relative_contraindications.0.items': expected no such field "
            "(known: item, grade, certainty), got 'x'",
        ),
        (
            "grades_by_condition.1",
            "CRPS",
            "field 'grades_by_condition.1': expected a mapping with condition, strength, grade, "
            "certainty, regimens_named, got 'CRPS'",
        ),
        ("home_use", None, "field 'home_use': expected text, got null"),
        (
            "verified",
            "read",
            "field 'verified': expected one of 'label', 'primary-abstract', 'review', "
            "'secondary', got 'read'",
        ),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "guidelines.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"records.0.{place}": value}, load)
    assert line == f"guidelines.yaml: record 'cohen2018', {message}"
