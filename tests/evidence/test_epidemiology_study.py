"""Prevalence and standard medicines: words by name, and groups of words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.epidemiology_study import EpidemiologyStudy
from ketalab.evidence.library import library
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, EpidemiologyStudy]:
    return load_table(path, EpidemiologyStudy, key="records", id_field="id")


def test_every_record_loads() -> None:
    studies = library().epidemiology
    assert len(studies) == 15
    assert studies["lucas2024"].values["chronic_pain"] == "24.3%"
    nnt = studies["finnerup2015"].values["nnt"]
    assert not isinstance(nnt, str)
    assert nnt["tricyclics"] == "3.6 (95% CI 3.0-4.4)"


def test_every_study_is_in_the_bibliography_and_says_how_it_was_read() -> None:
    for study in library().epidemiology.values():
        assert study.source_key in library().references
    assert library().epidemiology["soliman2025"].verified == "secondary"


def test_what_is_only_remembered_is_kept_apart() -> None:
    remembered = {s.id for s in library().epidemiology.values() if s.memory_only_fields}
    assert remembered == {"soliman2025", "krebs2018"}


def test_words_cannot_be_changed_and_can_be_written_out() -> None:
    study = library().epidemiology["finnerup2015"]
    with pytest.raises(TypeError):
        study.values["nnt"] = "3"  # type: ignore[index]
    with pytest.raises(TypeError):
        study.values["nnt"]["tricyclics"] = "3"  # type: ignore[index]
    assert study.model_dump()["values"]["nnt"]["snri"] == "6.4 (5.2-8.4)"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("values.chronic_pain", 24.3, "field 'values.chronic_pain': expected text, got 24.3"),
        (
            "values.nnt",
            {"tricyclics": 3.6},
            "field 'values.nnt.tricyclics': expected text, got 3.6",
        ),
        ("values", "24.3%", "field 'values': expected a mapping, got '24.3%'"),
        ("year", "2024", "field 'year': expected a whole number, got '2024'"),
        (
            "topic",
            "prevalance",
            "field 'topic': expected one of 'prevalence', 'prevalence and impact', "
            "'comorbidity', 'effect of standard medicines', 'opioid benefits and harms', "
            "got 'prevalance'",
        ),
        (
            "definition",
            ...,
            "field 'definition': expected a value, got nothing (the field is missing)",
        ),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "epidemiology.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"records.0.{place}": value}, load)
    assert line == f"epidemiology.yaml: record 'lucas2024', {message}"
