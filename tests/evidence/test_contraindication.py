"""Contraindications: the source's word, and the country and product it holds for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.contraindication import Contraindication, contraindication_id
from ketalab.evidence.library import library
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint

CLASSIFICATIONS = (
    "'absolute', 'absolute (Swiss; US digest)', "
    "'absolute (UK; Swiss text for stroke); caution (US)', 'absolute as sole agent', 'avoid', "
    "'avoid (infusion); not recommended, unstudied (esketamine, Child-Pugh C)', "
    "'avoid as sole agent', 'do not give serial infusions', 'do not use', 'not approved', "
    "'not recommended', 'precaution', 'precaution to avoid', 'should not be used'"
)


def load(path: Path) -> dict[str, Contraindication]:
    return load_table(path, Contraindication, key="contraindications", id_field=contraindication_id)


def test_every_record_loads_under_a_readable_id() -> None:
    records = library().contraindications
    assert len(records) == 33
    assert all(record.id == name for name, record in records.items())
    assert records["uncontrolled_hypertension"].condition == "Uncontrolled hypertension"
    assert records["older_age"].condition == "Older age (65+)"


def test_every_source_is_in_the_bibliography() -> None:
    for record in library().contraindications.values():
        assert set(record.sources) <= set(library().references), record.id


def test_countries_are_kept_apart() -> None:
    records = library().contraindications
    assert records["previous_stroke_or_cerebral_trauma"].classified == (
        ("absolute", "UK; Swiss text for stroke"),
        ("caution", "US"),
    )
    assert records["severe_liver_impairment"].classified == (
        ("avoid", "infusion"),
        ("not recommended, unstudied", "esketamine, Child-Pugh C"),
    )
    assert records["breastfeeding"].classified == (("not recommended", None),)
    for record in records.values():
        words = "".join(part.word for part in record.classified)
        assert not set(words) & set("();"), record.id


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (
            "classification",
            "forbidden",
            f"field 'classification': expected one of {CLASSIFICATIONS}, got 'forbidden'",
        ),
        ("sources", None, "field 'sources': expected a list, got null"),
        (
            "url",
            "www.example.org",
            "field 'url': expected a web address that begins with http:// or https://, "
            "got 'www.example.org'",
        ),
        ("note", ..., "field 'note': expected a value, got nothing (the field is missing)"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "contraindications.yaml"
    change = {f"contraindications.0.{place}": value}
    (line,) = complaint(file, tmp_path / file.name, change, load)
    assert line == f"contraindications.yaml: record 'aneurysmal_vascular_disease', {message}"


def test_two_records_of_one_name_are_a_problem(tmp_path: Path) -> None:
    file = library().folder / "contraindications.yaml"
    change = {"contraindications.1.condition": "Aneurysmal vascular disease (any)"}
    (line,) = complaint(file, tmp_path / file.name, change, load)
    assert line == (
        "contraindications.yaml: record 'aneurysmal_vascular_disease': "
        "expected an id used once, got it a second time"
    )


@pytest.mark.parametrize("condition", [..., None, 7])
def test_a_record_that_cannot_be_named_is_counted(tmp_path: Path, condition: object) -> None:
    file = library().folder / "contraindications.yaml"
    change = {"contraindications.2.condition": condition}
    (line,) = complaint(file, tmp_path / file.name, change, load)
    assert line.startswith("contraindications.yaml: record 'number 3', field 'condition': expected")
