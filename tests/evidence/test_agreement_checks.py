"""Where two places of the tables speak of one thing, a change of either is told."""

from __future__ import annotations

import pytest

from tests.evidence.conftest import Tables

FAULTS = [
    (
        "side_effects.yaml",
        None,
        "spravato_trd__03",
        "drug",
        "S-ketamine",
        "expected 'esketamine nasal spray', as in the other rows of spravato_trd, got 'S-ketamine'",
    ),
    (
        "side_effects.yaml",
        None,
        "spravato_trd__03",
        "comparator",
        "placebo infusion",
        "expected 'placebo spray + oral antidepressant', as in the other rows of spravato_trd, "
        "got 'placebo infusion'",
    ),
    (
        "side_effects.yaml",
        None,
        "spravato_trd__03",
        "source",
        "carr2004",
        "expected 'spravato_uspi', as in the other rows of https://www.usmedicine.com/"
        "2021online-dir/inc/html/34.html, got 'carr2004'",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "source_key",
        "schwartzman2009",
        "expected 'sigtermans2009', the source of that name, got 'schwartzman2009'",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "first_author",
        "Schwartzman RJ",
        "expected the first author of sigtermans2009",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "year",
        2019,
        "expected 2009, as references.yaml has it, got 2019",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "participants",
        "48 of 60 women (81%)",
        "expected 80%, which is 48 of 60, got '48 of 60 women (81%'",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "participants",
        "80.5% (48 of 60)",
        "expected 80.0%, which is 48 of 60, got '80.5% (48 of 60)'",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "participants",
        "84 of 60 were women",
        "expected a part of a whole, got '84 of 60'",
    ),
    (
        "trials.yaml",
        "records",
        "sigtermans2009",
        "participants",
        "a gap of 2.3 (95% CI −1.5 to 2.2)",
        "expected an interval around its value, got '2.3 (95% CI −1.5 to 2.2'",
    ),
]


@pytest.mark.parametrize(
    ("file", "key", "record", "field", "value", "message"), FAULTS, ids=[f[5][:40] for f in FAULTS]
)
def test_a_disagreement_is_told_once(tables: Tables, file, key, record, field, value, message):
    tables.put(file, record, field, value, key)
    (line,) = tables.complaints()
    assert line.startswith(f"{file}: record {record!r}, field {field!r}: {message}")


SOUND = (
    "48 of 60 women (80%)",
    "80% (48 of 60)",
    "a difference of 0.78 of 10",
    "1,034 of 12,067 people (8.6%)",
    "−1.1 (95% CI −2.0 to −0.3)",
    "RR 3.26 (95% CI 1.05-10.09)",
)


def test_figures_that_fit_are_let_pass(tables: Tables) -> None:
    tables.put("trials.yaml", "sigtermans2009", "participants", "; ".join(SOUND), "records")
    assert tables.complaints() == []


@pytest.mark.parametrize(
    ("result", "table", "told"),
    [
        ("sigtermans2009__week1", "results.yaml", "got 5.45 for the treatment and 2.68"),
        ("noppers2011fm__min15", "results.yaml", "got 3 for the treatment and 8"),
        # "ECT 63% v ketamine 46%": here the treatment is told second.
        ("ekstrand2022__remission", "results.yaml", "got 63 for the treatment and 46"),
    ],
)
def test_arms_the_other_way_about_are_told(tables: Tables, result, table, told) -> None:
    def swap(records: list[dict]) -> None:
        (row,) = (record for record in records if record["id"] == result)
        for field in ("", "spread_", "range_"):
            one, other = f"{field}treatment", f"{field}control"
            if one in row:
                row[one], row[other] = row[other], row[one]

    tables.change(table, swap)
    (line,) = tables.complaints()
    assert line.startswith(f"{table}: record {result!r}, field 'treatment': expected the arms as")
    assert told in line


def test_a_denominator_is_that_of_the_study(tables: Tables) -> None:
    """A row without a percentage, where nothing else could tell."""
    tables.put("side_effects.yaml", "winstock__02", "treatment.n", 1284)
    assert tables.complaints() == [
        "side_effects.yaml: record 'winstock__02', field 'treatment.n': expected 1285, as in the "
        "other rows of winstock, got 1284"
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("placebo infusion", "active comparator"),
        ("quetiapine extended release + SSRI/SNRI", "placebo"),
        ("placebo, opioid or other control", "placebo"),
        ("same dose as a 15-min infusion (ketamine in both arms)", "active comparator"),
    ],
)
def test_a_comparator_is_of_the_kind_that_it_names(tables: Tables, text, kind) -> None:
    def change(records: list[dict]) -> None:
        (entry,) = (record for record in records if record["text"] == text)
        entry["kind"] = kind

    tables.change("comparators.yaml", change)
    assert tables.complaints() == [
        f"comparators.yaml: record {text!r}, field 'kind': expected the kind of comparison that "
        f"{text!r} makes, got {kind!r}"
    ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("pain", "fibromyalgia", "expected a kind of pain that"),
        ("comparison", "active placebo", "expected a comparison as in"),
        ("comparison", "active", "expected a comparison as in"),
    ],
)
def test_a_class_is_that_of_the_record_s_words(tables: Tables, field, value, message) -> None:
    tables.put("trial_class.yaml", "trials/hardy2012", field, value)
    (line,) = tables.complaints()
    assert line.startswith(
        f"trial_class.yaml: record 'trials/hardy2012', field {field!r}: {message}"
    )
