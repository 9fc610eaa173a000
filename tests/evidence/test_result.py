"""Typed results: each is held to the words that it was typed from."""

from __future__ import annotations

from collections import Counter

import pytest

from ketalab.evidence.library import library, load_library
from ketalab.evidence.paths import PathError, numbers_in, text_at
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import RESULT_KINDS, Difference, NumberNeeded, Responders
from tests.evidence.conftest import Tables

FIRST = "results.yaml: record 'noppers2011fm__week8', field "


def test_all_results_are_sound_and_have_a_source() -> None:
    checked = load_library(library().folder)
    for result in checked.results.values():
        where = provenance_of(result, checked)
        assert where.text
        assert set(where.source_keys) <= set(checked.references)


def test_what_the_explorers_need_is_there() -> None:
    results = library().results.values()
    assert set(Counter(result.kind for result in results)) == set(RESULT_KINDS)
    pooled = [
        r
        for r in results
        if r.table == "reviews" and isinstance(r, Difference) and r.outcome == "pain"
    ]
    assert len(pooled) == 17
    counted = [
        r
        for r in results
        if r.table == "trials"
        and isinstance(r, Responders)
        and r.outcome == "pain"
        and r.control is not None
    ]
    assert len({result.record for result in counted}) == 6
    over_time = sorted((r.time_days or 0, r.estimate) for r in pooled if r.record == "michelet2018")
    assert over_time == [(7, -1.42), (14, -1.66), (28, -1.12), (56, -1.11), (84, -0.82)]


def test_every_pooled_effect_with_an_interval_is_typed() -> None:
    typed = {(r.record, r.path) for r in library().results.values() if r.table == "reviews"}
    for review in library().reviews.values():
        for index, pooled in enumerate(review.pooled):
            if pooled.ci is not None:
                assert (review.id, f"pooled[{index}]") in typed


def test_a_result_reads_as_numbers() -> None:
    needed = library().results["hardy2012__nnt"]
    assert isinstance(needed, NumberNeeded)
    assert (needed.estimate, needed.low, needed.high, needed.high_is_infinite) == (
        25,
        6,
        None,
        True,
    )
    eight = library().results["noppers2011fm__week8"]
    assert isinstance(eight, Responders)
    assert (eight.treatment.events, eight.treatment.n) == (2, 12)
    assert eight.treatment.pct == pytest.approx(16.667, abs=1e-3)


def test_every_typed_number_is_held_to_its_text(tables: Tables) -> None:
    """No number of any result can change by one without a complaint that names it."""
    loaded = library()
    wrong = []

    def change(records: list[dict[str, object]]) -> None:
        for record in records:
            for field in ("estimate", "treatment", "pct"):
                value = record.get(field)
                if isinstance(value, int | float):
                    record[field] = value + 1234.5 if field != "pct" else 99.987
                    wrong.append(record["id"])
                    break

    tables.change("results.yaml", change)
    blamed = {
        line.split("'")[1]
        for line in tables.complaints()
        if line.startswith("results.yaml") and "expected a number that occurs in" in line
    }
    assert len(wrong) > 130
    assert blamed == set(wrong)
    assert blamed <= set(loaded.results)


@pytest.mark.parametrize(
    ("record", "field", "value", "message"),
    [
        ("noppers2011fm__week8", "treatment.events", 13, "expected at most n = 12, got 13"),
        ("noppers2011fm__week8", "treatment.n", "12", "expected a whole number, got '12'"),
        ("noppers2011fm__week8", "treatment.events", 1, "expected a number that occurs in "),
        ("noppers2011fm__week8", "time_days", 55, "expected 56 for 'end of week 8', got 55"),
        ("noppers2011fm__week8", "time", "end of week 7", "only numbers that the record holds"),
        ("noppers2011fm__week8", "outcome", "sleep", "expected one of 'pain', 'opioid use', "),
        ("noppers2011fm__week8", "certainty", "poor", "expected one of 'high', 'moderate', "),
        ("noppers2011fm__week8", "certainty", "low", "expected a grade that "),
        ("noppers2011fm__week8", "kind", "count", "expected one of 'responders', 'percentages'"),
        ("noppers2011fm__week8", "kind", "ratio", "expected "),
        ("noppers2011fm__week8", "table", "trial", "expected one of 'claims', 'trials', "),
        ("noppers2011fm__week8", "record", "noppers2012", "expected the id of a record of trials"),
        ("noppers2011fm__week8", "record", "hardy2012", "expected an id that begins with hardy20"),
        ("noppers2011fm__week8", "path", "result.responders_over_50pct[4]", "an index below 4"),
        (
            "noppers2011fm__week8",
            "path",
            "result.answer",
            "expected one of 'responders_over_50pct'",
        ),
        ("noppers2011fm__week8", "path", "result", "expected a path to one text or one entry of"),
        ("noppers2011fm__week8", "path", "result..x", "expected a path such as result.overall"),
        ("noppers2011fm__week8", "path", "year[0]", "expected a list at year, got none"),
        ("noppers2011fm__week8", "path", "doi_unverified", "expected words that may be printed"),
        ("noppers2011fm__week8", "derived", True, "expected false at 'result.responders_over"),
        ("orhurhu2019__pain_48h_to_2_weeks", "path", "memory_only_fields[0]", "may be printed"),
        ("orhurhu2019__pain_48h_to_2_weeks", "low", -1.30, "expected at most high = -1.31"),
        ("orhurhu2019__pain_48h_to_2_weeks", "low", None, "expected both ends of the interval"),
        ("orhurhu2019__pain_48h_to_2_weeks", "estimate", -2.4, "expected a value from -2.35 to"),
        ("orhurhu2019__pain_48h_to_2_weeks", "scale", "0-10 (assumed)", "a scale not marked as"),
        ("orhurhu2019__pain_48h_to_2_weeks", "scale", "0 to 10", "expected one of '0-10', "),
        ("orhurhu2019__pain_48h_to_2_weeks", "interval_level", 95, "expected a level that "),
        ("ivmeta2024__pain", "scale", "0-10", "expected a scale marked as assumed"),
        ("ivmeta2024__pain", "time_days", 7, "expected null where no time is printed, got 7"),
        ("michelet2018__pain_week4", "certainty", "low", "expected a grade that "),
        ("michelet2018__pain_week1", "certainty_path", "note", "expected null where nothing is"),
        ("hardy2012__nnt", "high", 30, "expected null beside high_is_infinite, got 30"),
        ("hardy2012__nnh", "high_is_infinite", True, "expected infinity in "),
        ("sigtermans2009__week1", "spread_label", None, "expected a label where there is a spread"),
        ("huge2010__pain_low_dose", "spread_control", 10, "expected null where there is no contr"),
        ("corriger2022__any_adverse_event", "pct", 51, "expected 50, which is 108 of 218, got 51"),
        ("zhao2018__relief_immediately", "pct", 52, "expected a value from 53 to 84, got 52"),
        (
            "nielsen2019__daily_opioid",
            "range_control",
            [62, 0],
            "expected at most high = 0, got 62",
        ),
        ("nielsen2019__daily_opioid", "control", 63, "expected a value from 0 to 62, got 63"),
        ("nielsen2017__morphine_reduction", "derived", False, "expected true at 'derived.relative"),
    ],
)
def test_one_fault(tables: Tables, record: str, field: str, value: object, message: str) -> None:
    tables.put("results.yaml", record, field, value)
    complaints = tables.complaints()
    named = [
        line for line in complaints if line.startswith(f"results.yaml: record {record!r}, field ")
    ]
    assert any(message in line for line in named), complaints


def test_results_of_both_files_share_their_ids(tables: Tables) -> None:
    tables.put("results_context.yaml", _first(tables), "id", "noppers2011fm__week8")
    assert (
        "results_context.yaml: record 'noppers2011fm__week8', field 'id': "
        "expected an id used once, got it in results.yaml too"
    ) in tables.complaints()


def _first(tables: Tables) -> str:
    context = [
        name
        for name in library().results
        if library().file_of("results", name) == "results_context.yaml"
    ]
    return context[0]


def test_an_oddity_that_excuses_nothing(tables: Tables) -> None:
    def change(records: list[dict[str, object]]) -> None:
        records.append({"key": "results/hardy2012__nnt:pct", "reason": "none"})

    tables.change("known_oddities.yaml", change)
    assert tables.complaints() == [
        "known_oddities.yaml: record 'results/hardy2012__nnt:pct': expected a figure that a check "
        "objects to, got one that passes or is absent"
    ]


def test_an_oddity_excuses_a_percentage(tables: Tables) -> None:
    # The words of the record are changed too, so that only the arithmetic is wrong.
    tables.put(
        "trials.yaml",
        "corriger2022",
        "adverse_events.0.ketamine",
        "108/218 (51%)",
        "context_records",
    )
    tables.put("results.yaml", "corriger2022__any_adverse_event", "pct", 51)
    (line,) = tables.complaints()
    assert line.endswith("'pct': expected 50, which is 108 of 218, got 51")

    def change(records: list[dict[str, object]]) -> None:
        records.append({"key": "results/corriger2022__any_adverse_event:pct", "reason": "printed"})

    tables.change("known_oddities.yaml", change)
    assert tables.complaints() == []


def test_paths() -> None:
    trial = library().trials["noppers2011fm"]
    line = text_at(trial, "result.responders_over_50pct[0]")
    assert line == "15 min after infusion; 8/12; 3/12; <0.05"
    assert text_at(trial, "arms.midazolam") == "12"
    with pytest.raises(PathError, match="expected one of 'S"):
        text_at(trial, "arms.placebo")


def test_numbers_in_words() -> None:
    assert numbers_in("31,997 (2019), -2.40 to .5; 28, 56 mg; x2.6") == {
        31997,
        2019,
        2.4,
        5,
        28,
        56,
        2.6,
    }
