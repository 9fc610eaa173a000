"""Between records of studies: sources, arms, overlap, and what one names of another."""

from __future__ import annotations

import pytest

from tests.evidence.conftest import Tables

DANGLING = "expected a key of references.yaml, got 'nobody1900'"


@pytest.mark.parametrize(
    ("file", "key", "record", "field", "value", "complaint"),
    [
        ("trials.yaml", "records", "hardy2012", "source_key", "nobody1900", DANGLING),
        ("trials.yaml", "context_records", "cotter2021", "source_key", "nobody1900", DANGLING),
        ("reviews.yaml", "records", "zhao2018", "source_key", "nobody1900", DANGLING),
        ("reviews.yaml", "mechanism_records", "windup2000", "source_key", "nobody1900", DANGLING),
        ("guidelines.yaml", "records", "cohen2018", "source_key", "nobody1900", DANGLING),
        ("epidemiology.yaml", "records", "sa2019", "source_key", "nobody1900", DANGLING),
        ("depression.yaml", "records", "lii2023", "source_key", "nobody1900", DANGLING),
        ("depression.yaml", "mechanism_records", "ma2017", "source_key", "nobody1900", DANGLING),
        ("opioid_sparing.yaml", "records", "loftus2010", "source_key", "nobody1900", DANGLING),
        (
            "trials.yaml",
            "records",
            "hardy2012",
            "arms.placebo",
            93,
            "field 'arms': expected arms that add up to n_randomised = 185, got 186",
        ),
        (
            "reviews.yaml",
            "records",
            "michelet2018",
            "arms.ketamine",
            98,
            "field 'arms': expected arms that add up to n_participants = 195, got 194",
        ),
        (
            "opioid_sparing.yaml",
            "records",
            "nielsen2019",
            "overlap_group",
            "nielsen2016",
            "expected the id of a record of opioid_sparing (a comment may follow), "
            "got 'nielsen2016'",
        ),
        (
            "depression.yaml",
            "records",
            "jelovac2025",
            "secondary_fields.0",
            "answer",
            "expected the name of a result, got 'answer'",
        ),
    ],
)
def test_one_fault(
    tables: Tables, file: str, key: str, record: str, field: str, value: object, complaint: str
) -> None:
    tables.put(file, record, field, value, key)
    complaints = [line for line in tables.complaints() if line.startswith(f"{file}: record ")]
    assert len(complaints) == 1
    assert complaints[0].startswith(f"{file}: record {record!r}, field {field.split('.')[0]!r}: ")
    assert complaints[0].endswith(complaint)


def test_a_view_names_somebody_unknown(tables: Tables) -> None:
    def change(records: list[dict[str, object]]) -> None:
        records[1]["views"] = ["cohen2018: yes", "cohen2028: no"]

    tables.change("reviews.yaml", change, "disagreements")
    assert tables.complaints() == [
        "reviews.yaml: record 'crps', field 'views.1': "
        "expected the id of a record or a source, got 'cohen2028'"
    ]


def test_what_leads_into_a_broken_table_is_not_judged(tables: Tables) -> None:
    tables.put("references.yaml", "hardy2012", "year", "2012")
    tables.put("trials.yaml", "hardy2012", "arms.placebo", 93, "records")
    assert tables.complaints() == [
        "references.yaml: record 'hardy2012', field 'year': expected a whole number, got '2012'",
        "trials.yaml: record 'hardy2012', field 'arms': "
        "expected arms that add up to n_randomised = 185, got 186",
    ]


def test_a_file_of_several_tables_is_told_of_once(tables: Tables) -> None:
    (tables.folder / "depression.yaml").write_text("records: [\n", encoding="utf-8")
    lines = tables.complaints()
    assert lines[0].startswith("depression.yaml: line 2: expected YAML, got ")
    assert sum(line.startswith("depression.yaml") for line in lines) == 1
