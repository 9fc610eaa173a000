"""Faults in one copy of the tables at once: each is named, and none hides another."""

from __future__ import annotations

from ketalab.evidence.library import library
from ketalab.evidence.tables import Problem
from tests.evidence.conftest import Tables

# file, record, field, value, and what must be said of that field.
FAULTS = [
    (
        "summaries.yaml",
        "pain",
        "caution",
        "Read 3 times.",
        "expected words without a number, which only a record may bring, got a digit",
    ),
    (
        "summaries.yaml",
        "pain",
        "rows.1.key",
        "results/mcmaster2024nma__pain_before_30_min",
        "expected a result once in a summary, got 'results/mcmaster2024nma__pain_before_30_min' "
        "a second time",
    ),
    (
        "summaries.yaml",
        "pain",
        "rows.2.directness",
        None,
        "expected a directness with its reason, got nothing",
    ),
    (
        "summaries.yaml",
        "pain",
        "rows.3.key",
        "trials/noppers2011fm",
        "expected results/<id> or side_effects/<id>, got 'trials/noppers2011fm'",
    ),
    (
        "summaries.yaml",
        "pain",
        "rows.4.directness_reason",
        "All 24 had chronic pain.",
        "expected words without a number, which only a record may bring, got a digit",
    ),
    (
        "summaries.yaml",
        "harms",
        "rows.0.directness",
        "direct",
        "expected none, because a side effect has its own, got one",
    ),
    (
        "results.yaml",
        "noppers2011fm__week8",
        "interval_level",
        95,
        "expected null without an interval, got a level",
    ),
    (
        "results.yaml",
        "guimaraespereira2022__pain_week1",
        "certainty_path",
        "certainty_somewhere",
        "expected one of ",
    ),
    (
        "results.yaml",
        "lynch2005__fall",
        "low",
        None,
        "expected both ends of the interval, got one",
    ),
]


def test_each_of_many_faults_is_named(tables: Tables) -> None:
    by_file: dict[str, list[tuple[str, str, object]]] = {}
    for file, record, field, value, _ in FAULTS:
        by_file.setdefault(file, []).append((record, field, value))
    for file, changes in by_file.items():
        tables.put_all(file, changes)
    said = tables.complaints()
    assert len(said) >= len(FAULTS)
    for file, record, field, _, message in FAULTS:
        wanted = str(Problem(file, record, field, message))
        assert any(line.startswith(wanted) for line in said), (wanted, said)


def test_a_grade_of_no_row_and_a_row_without_its_grade(tables: Tables) -> None:
    def misname(grades: list[dict[str, object]]) -> None:
        (grade,) = (one for one in grades if one["record"] == "nma__01")
        grade["record"] = "nma__99"

    tables.change("graded.yaml", misname)
    ungraded = "expected a grade in graded.yaml, because the note prints a certainty, got none"
    nobody = "expected an id of side_effects.yaml, got 'nma__99'"
    assert tables.complaints() == [
        str(Problem("graded.yaml", "nma__99", "record", nobody)),
        str(Problem("side_effects.yaml", "nma__01", "note", ungraded)),
    ]


def test_neither_an_estimate_nor_a_range(tables: Tables) -> None:
    tables.put_all(
        "results.yaml", [("lynch2005__fall", "low", None), ("lynch2005__fall", "high", None)]
    )
    message = "expected an estimate or a range, got neither"
    said = str(Problem("results.yaml", "lynch2005__fall", "estimate", message))
    assert said in tables.complaints()


def test_the_file_of_a_record_is_known() -> None:
    assert library().file_of("trials", "noppers2011fm") == "trials.yaml"
    assert library().file_of("results", "noppers2011fm__week8") == "results.yaml"
