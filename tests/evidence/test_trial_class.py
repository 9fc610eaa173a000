"""Every trial is of one form of the drug, one kind of pain and one kind of comparison."""

from __future__ import annotations

import pytest

from ketalab.evidence.library import library
from ketalab.evidence.trial_class import trial_class
from tests.evidence.conftest import Tables


def test_every_trial_has_a_class() -> None:
    for name in library().trials:
        assert trial_class("trials", name).comparison != "none"
    for name in library().context_studies:
        assert trial_class("context_studies", name).comparison == "none"
    assert trial_class("trials", "sigtermans2009").drug == "S-ketamine"
    with pytest.raises(KeyError):
        trial_class("reviews", "ferraro2025")


@pytest.mark.parametrize(
    ("record", "field", "value", "message"),
    [
        ("trials/hardy2012", "drug", "S-ketamine", "expected a form that the record names, got "),
        ("trials/huge2010", "drug", "ketamine, form not stated", "expected 'S-ketamine', got "),
        ("trials/hardy2012", "comparison", "none", "expected 'none' for a study without controls"),
        ("trials/hardy2012", "pain", "back pain", "expected one of 'complex regional pain"),
    ],
)
def test_one_fault(tables: Tables, record: str, field: str, value: object, message: str) -> None:
    tables.put("trial_class.yaml", record, field, value)
    (line,) = tables.complaints()
    assert line.startswith(f"trial_class.yaml: record {record!r}, field {field!r}: {message}")


def test_a_record_without_a_class_and_a_class_without_a_record(tables: Tables) -> None:
    tables.put("trial_class.yaml", "trials/hardy2012", "key", "trials/hardy2013")
    assert tables.complaints() == [
        "trial_class.yaml: record 'trials/hardy2012': expected a class for this record, got none",
        "trial_class.yaml: record 'trials/hardy2013', field 'key': "
        "expected the key of a record of trials.yaml, got 'trials/hardy2013'",
    ]
