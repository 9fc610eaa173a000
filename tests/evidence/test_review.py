"""Systematic reviews, reviews of mechanisms, and disagreements."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.library import library
from ketalab.evidence.review import Disagreement, Review, disagreement_id
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, Review]:
    others = ("mechanism_records", "disagreements")
    return load_table(path, Review, key="records", id_field="id", other_keys=others)


def load_disagreements(path: Path) -> dict[str, Disagreement]:
    others = ("mechanism_records", "records")
    return load_table(
        path, Disagreement, key="disagreements", id_field=disagreement_id, other_keys=others
    )


def test_every_record_loads() -> None:
    assert len(library().reviews) == 23
    assert sum(len(review.pooled) for review in library().reviews.values()) == 33
    assert set(library().mechanism_reviews) == {"latremoliere2009", "windup2000"}
    ferraro = library().reviews["ferraro2025"]
    assert (ferraro.verified, ferraro.n_trials, ferraro.n_trials_ketamine) == ("secondary", 67, 39)
    assert ferraro.pooled[1].certainty == "low"


def test_disagreements_have_readable_ids() -> None:
    assert "antidepressant_effect" in library().disagreements
    for name, record in library().disagreements.items():
        assert record.id == name
        assert len(record.views) >= 2


def test_what_is_only_remembered_is_kept_apart() -> None:
    (remembered,) = library().reviews["orhurhu2019"].memory_only_fields
    assert remembered.startswith("responder rate")
    typed = [r for r in library().results.values() if r.record == "orhurhu2019"]
    assert [result.id for result in typed] == ["orhurhu2019__pain_48h_to_2_weeks"]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("pooled.0.ci", -32.09, "field 'pooled.0.ci': expected text, got -32.09"),
        ("pooled.0.effect", ..., "field 'pooled.0.effect': expected a value, got nothing"),
        ("pooled.0.weight", "x", "field 'pooled.0.weight': expected no such field (known: compar"),
        ("pooled", {}, "field 'pooled': expected a list, got a mapping"),
        ("n_trials", "67", "field 'n_trials': expected a whole number, got '67'"),
        ("pmid", 40819842, "field 'pmid': expected text, got 40819842"),
        ("certainty_overall", " ", "field 'certainty_overall': expected text that is not blank"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "reviews.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"records.0.{place}": value}, load)
    assert line.startswith(f"reviews.yaml: record 'ferraro2025', {message}")


def test_a_topic_used_twice_and_a_topic_missing(tmp_path: Path) -> None:
    file = library().folder / "reviews.yaml"
    changes = {"disagreements.0.topic": "CRPS", "disagreements.2.topic": ...}
    assert complaint(file, tmp_path / file.name, changes, load_disagreements) == [
        "reviews.yaml: record 'crps': expected an id used once, got it a second time",
        "reviews.yaml: record 'number 3', field 'topic': "
        "expected a value, got nothing (the field is missing)",
    ]
    assert disagreement_id({"topic": "…"}) is None
