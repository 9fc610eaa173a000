"""The table of comparators: kinds of comparison are told apart."""

from __future__ import annotations

from collections import Counter

import pytest

from ketalab.evidence import EvidenceError, comparator_kind, side_effects
from ketalab.evidence.comparators import ComparatorTable
from tests.evidence.conftest import Tables


def test_every_row_has_a_kind() -> None:
    assert Counter(map(comparator_kind, side_effects().values())) == {
        "placebo": 126,
        "none": 78,
        "active comparator": 26,
        "ketamine in both arms": 4,
        "mixed comparators": 1,
    }


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ("spravato_trd__01", "placebo"),  # on top of an antidepressant that both arms took
        ("carr__01", "placebo"),  # its count was not printed
        ("ketect__01", "active comparator"),
        ("escape__01", "active comparator"),
        ("eide_phn__01", "active comparator"),
        ("motov__01", "ketamine in both arms"),
        ("seo__01", "mixed comparators"),
        ("rems__01", "none"),
    ],
)
def test_the_kind_of_a_row(record: str, kind: str) -> None:
    assert comparator_kind(side_effects()[record]) == kind


def test_an_unmapped_text_is_an_error() -> None:
    row = side_effects()["okapi__01"].model_copy(update={"comparator": "sham"})
    with pytest.raises(EvidenceError) as error:
        comparator_kind(row)
    (problem,) = error.value.problems
    assert (problem.record, problem.field) == ("okapi__01", "comparator")
    assert problem.message.endswith("(the texts of comparators.yaml), got 'sham'")


def test_a_text_stands_once(tables: Tables) -> None:
    tables.change(
        "comparators.yaml",
        lambda records: records.append({"text": "placebo", "kind": "active comparator"}),
    )
    with pytest.raises(EvidenceError) as error:
        ComparatorTable(tables.folder / "comparators.yaml")
    assert str(error.value) == (
        "comparators.yaml: record 'placebo', field 'text': "
        "expected an id used once, got it a second time"
    )
