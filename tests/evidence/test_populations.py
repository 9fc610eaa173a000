"""The table of populations: every group once, and direct told apart from indirect."""

from __future__ import annotations

from typing import Any

import pytest

from ketalab.evidence import EvidenceError, directness_of, population_of, side_effects
from ketalab.evidence.populations import PopulationTable, populations
from tests.evidence.conftest import Tables


def test_the_five_populations() -> None:
    assert [(p.name, p.directness) for p in populations()] == [
        ("chronic and cancer pain", "direct"),
        ("depression", "indirect"),
        ("anaesthesia, intensive and acute care", "indirect"),
        ("non-medical use", "indirect"),
        ("unsupervised home use", "indirect"),
    ]
    assert "remote support" in populations()[-1].label


def test_every_row_has_a_population() -> None:
    counts: dict[str, int] = {}
    for row in side_effects().values():
        name = population_of(row).name
        counts[name] = counts.get(name, 0) + 1
        _, reason = directness_of(row)
        assert reason.endswith(".")
    assert counts == {
        "depression": 150,
        "chronic and cancer pain": 43,
        "anaesthesia, intensive and acute care": 31,
        "non-medical use": 8,
        "unsupervised home use": 3,
    }


@pytest.mark.parametrize(
    ("record", "population", "directness"),
    [
        ("spravato_trd__01", "depression", "indirect"),
        ("okapi__01", "chronic and cancer pain", "direct"),
        ("hardy__01", "chronic and cancer pain", "direct"),
        # Acute and chronic pain were counted together.
        ("colina__01", "chronic and cancer pain", "partly direct"),
        # Its group is neuropathic pain, its note says acute phase, not chronic pain.
        ("kim_sci__01", "anaesthesia, intensive and acute care", "indirect"),
        ("hull_sl__01", "unsupervised home use", "indirect"),
        ("fda_nasal__01", "unsupervised home use", "indirect"),
        ("winstock__01", "non-medical use", "indirect"),
    ],
)
def test_where_a_row_belongs(record: str, population: str, directness: str) -> None:
    row = side_effects()[record]
    assert population_of(row).name == population
    assert directness_of(row)[0] == directness


def test_the_reason_of_an_exception_is_its_own() -> None:
    rows = side_effects()
    assert directness_of(rows["kim_sci__01"])[1] == (
        "The study treated acute neuropathic pain after spinal cord injury, not chronic pain."
    )
    assert directness_of(rows["colina__01"])[1].startswith("People with acute pain and people")


def test_an_unknown_group_is_an_error() -> None:
    row = side_effects()["okapi__01"].model_copy(update={"population_group": "migraine"})
    for look_up in (population_of, directness_of):
        with pytest.raises(EvidenceError) as error:
            look_up(row)
        (problem,) = error.value.problems
        assert (problem.record, problem.field) == ("okapi__01", "population_group")
        assert problem.message.endswith("(the groups of populations.yaml), got 'migraine'")


def complaint(tables: Tables) -> str:
    with pytest.raises(EvidenceError) as error:
        PopulationTable(tables.folder / "populations.yaml")
    return str(error.value)


def test_a_group_or_a_row_that_stands_twice(tables: Tables) -> None:
    def twice(records: list[dict[str, Any]]) -> None:
        records[1]["groups"].append({"group": "CRPS"})
        records[1]["rows"].append(records[2]["rows"][0])

    tables.change("populations.yaml", twice)
    assert complaint(tables).splitlines() == [
        "populations.yaml: record 'depression', field 'groups': "
        "expected 'CRPS' once in the table, got it a second time",
        "populations.yaml: record 'anaesthesia, intensive and acute care', field 'rows': "
        "expected 'kim_sci__01' once in the table, got it a second time",
    ]


def test_a_directness_needs_its_reason(tables: Tables) -> None:
    def unexplained(records: list[dict[str, Any]]) -> None:
        records[0]["groups"][0]["directness"] = "indirect"

    tables.change("populations.yaml", unexplained)
    assert complaint(tables) == (
        "populations.yaml: record 'chronic and cancer pain', field 'groups': "
        "expected directness and reason together, or neither, in 'CRPS'"
    )


def test_a_population_has_one_of_five_names(tables: Tables) -> None:
    tables.put("populations.yaml", "depression", "directness", "close")
    assert complaint(tables) == (
        "populations.yaml: record 'depression', field 'directness': "
        "expected one of 'direct', 'partly direct', 'indirect', got 'close'"
    )
