"""The randomised trials and the studies around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.library import library
from ketalab.evidence.tables import load_table
from ketalab.evidence.trial import ContextStudy, TimedCount, Trial
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, Trial]:
    return load_table(path, Trial, key="records", id_field="id", other_keys=("context_records",))


def load_context(path: Path) -> dict[str, ContextStudy]:
    return load_table(
        path, ContextStudy, key="context_records", id_field="id", other_keys=("records",)
    )


def test_every_record_loads() -> None:
    assert len(library().trials) == 25
    assert len(library().context_studies) == 13
    trial = library().trials["sigtermans2009"]
    assert trial.n_randomised == 60
    assert trial.arms == {"S(+)-ketamine": 30, "placebo": 30}
    assert trial.result["nadir"].startswith("end of week 1: ketamine 2.68")
    assert trial.derived is not None
    assert trial.derived["week1_difference"] == -2.77


def test_lines_of_counts_keep_their_words() -> None:
    lines = library().trials["noppers2011fm"].result["responders_over_50pct"]
    assert lines[3] == TimedCount(
        time="end of week 8", ketamine="2/12", control="2/12", p="not significant"
    )


def test_marks_stay_with_the_record() -> None:
    trials, context = library().trials, library().context_studies
    assert trials["fallon2018"].verified == "secondary"
    assert trials["noppers2011fm"].doi is None
    assert trials["noppers2011fm"].doi_unverified == "10.1016/j.ejpain.2011.03.008"
    assert {t.id for t in trials.values() if t.memory_only_fields} == {"gewandter2014", "lynch2005"}
    assert (context["voute2023"].overlap_group or "").startswith("corriger2022")


def test_who_received_everything_in_turn() -> None:
    crossover = {trial.id for trial in library().trials.values() if trial.is_crossover}
    assert {"eide1994", "carr2004", "haines1999", "pickering2020"} <= crossover
    assert "hardy2012" not in crossover


def test_words_cannot_be_changed_and_can_be_written_out() -> None:
    trial = library().trials["noppers2011fm"]
    with pytest.raises(TypeError):
        trial.result["overall"] = "benefit"  # type: ignore[index]
    assert trial.model_dump()["result"]["responders_over_50pct"][0]["ketamine"] == "8/12"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("route", "rectal", "field 'route': expected one of 'intravenous', 'intravenous (outpa"),
        ("direction", "benefit", "field 'direction': expected one of 'benefit, time-limited', "),
        ("n_randomised", "60", "field 'n_randomised': expected a whole number, got '60'"),
        ("n_randomised", 0, "field 'n_randomised': expected a number above 0, got 0"),
        ("arms.placebo", 30.5, "field 'arms.placebo': expected a whole number, got 30.5"),
        ("result.week12", 0.07, "field 'result.week12': expected text, got 0.07"),
        ("result.week12", [1], "field 'result.week12.0': expected a mapping with time, ketamine, "),
        ("derived.week1_difference", None, "expected a number, got null"),
        ("adverse_events.0.event", ..., "field 'adverse_events.0.event': expected a value, got "),
        ("adverse_events.0.dose", "x", "field 'adverse_events.0.dose': expected no such field "),
        ("verified", "memory", "field 'verified': expected one of 'label', 'primary-abstract', "),
        ("source_key", ..., "field 'source_key': expected a value, got nothing"),
        ("dose", "1 mg", "field 'dose': expected no such field (known: id, source_key, "),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "trials.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"records.0.{place}": value}, load)
    assert line.startswith("trials.yaml: record 'sigtermans2009', ")
    assert message in line


def test_a_wrong_value_in_a_study_without_controls(tmp_path: Path) -> None:
    file = library().folder / "trials.yaml"
    changes = {"context_records.0.n": -1, "context_records.0.route": "by drip"}
    lines = complaint(file, tmp_path / file.name, changes, load_context)
    assert lines[0] == (
        "trials.yaml: record 'corriger2022', field 'n': expected a number above 0, got -1"
    )
    assert lines[1].startswith("trials.yaml: record 'corriger2022', field 'route': expected one of")


def test_a_list_that_is_missing_or_new(tmp_path: Path) -> None:
    file = library().folder / "trials.yaml"
    assert complaint(file, tmp_path / file.name, {"more": []}, load) == [
        "trials.yaml: expected the top-level keys 'context_records', 'records', "
        "got 'records', 'context_records', 'more'"
    ]
