"""Routes: words stay words, and the numbers in them are typed each for its own people."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.library import library
from ketalab.evidence.result import Value
from ketalab.evidence.route import Route, route_id
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, Route]:
    return load_table(path, Route, key="routes", id_field=route_id)


def test_every_record_loads_under_a_readable_id() -> None:
    routes = library().routes
    assert list(routes) == [
        "intravenous_bolus",
        "intravenous_infusion_subanaesthetic",
        "intramuscular",
        "subcutaneous",
        "intranasal_licensed_spray",
        "intranasal_racemic",
        "sublingual",
        "oral",
        "rectal",
        "non_medical",
        "compounded_at_home_any_form",
        "topical",
    ]
    assert all(route.id == name for name, route in routes.items())


def test_every_source_is_in_the_bibliography() -> None:
    for route in library().routes.values():
        assert set(route.sources) <= set(library().references), route.id


def test_two_studies_that_disagree_stay_two_numbers() -> None:
    results = library().results
    volunteers = results["intranasal_racemic__bioavailability_volunteers"]
    patients = results["intranasal_racemic__bioavailability_cancer_pain"]
    assert isinstance(volunteers, Value)
    assert isinstance(patients, Value)
    assert (volunteers.estimate, volunteers.unit) == (45, "%")
    assert (patients.estimate, patients.low, patients.high) == (None, 11, 17)
    assert volunteers.population != patients.population


def test_the_licensed_spray_and_racemic_ketamine_are_kept_apart() -> None:
    routes = library().routes
    assert routes["intranasal_licensed_spray"].drug == "esketamine"
    assert routes["intranasal_racemic"].drug == "racemic ketamine"
    assert "not for pain" in routes["intranasal_licensed_spray"].status


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("bioavailability", 100, "field 'bioavailability': expected text, got 100"),
        (
            "drug",
            "ketamine",
            "field 'drug': expected one of 'racemic ketamine', 'racemic or S-ketamine', "
            "'esketamine', 'illicit ketamine', 'racemic ketamine (cream, with amitriptyline)', "
            "got 'ketamine'",
        ),
        ("status", ..., "field 'status': expected a value, got nothing (the field is missing)"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "routes.yaml"
    (line,) = complaint(file, tmp_path / file.name, {f"routes.0.{place}": value}, load)
    assert line == f"routes.yaml: record 'intravenous_bolus', {message}"


def test_two_records_of_one_name_are_a_problem(tmp_path: Path) -> None:
    file = library().folder / "routes.yaml"
    (line,) = complaint(file, tmp_path / file.name, {"routes.1.route": "Intravenous bolus"}, load)
    assert line == (
        "routes.yaml: record 'intravenous_bolus': expected an id used once, got it a second time"
    )
