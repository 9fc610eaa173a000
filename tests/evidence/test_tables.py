"""What is wrong in a table is said in one message: file, record, field, expected and got."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import EvidenceError, Problem, Record, load_table

ROW = "side_effects.yaml: record 'spravato_trd__01', field "
DRUGS = (
    "'esketamine nasal spray', 'S-ketamine', 'racemic ketamine', 'racemic or S-ketamine', "
    "'racemic ketamine + magnesium', 'compounded racemic ketamine', 'ketamine (any form)', "
    "'illicit ketamine'"
)


@pytest.fixture
def row(contents: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(contents["side_effects.yaml"]["rows"][0])


def load(folder: Path, text: str) -> dict[str, SideEffect]:
    path = folder / "side_effects.yaml"
    path.write_text(text, encoding="utf-8")
    return load_table(path, SideEffect, key="rows", id_field="id")


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(EvidenceError) as error:
        load(folder, text)
    return str(error.value)


def dump(*rows: object) -> str:
    return yaml.safe_dump({"rows": list(rows)}, sort_keys=False, allow_unicode=True)


def put(row: dict[str, Any], field: str, value: object) -> None:
    *path, last = field.split(".")
    for step in path:
        row = row[step]
    row[last] = value


def test_a_good_row_passes(tmp_path: Path, row: dict[str, Any]) -> None:
    (loaded,) = load(tmp_path, dump(row)).values()
    assert loaded.treatment is not None
    assert (loaded.treatment.events, loaded.treatment.n, loaded.treatment.pct) == (142, 346, 41.0)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("treatment.events", "142", "expected a whole number, got '142'"),
        ("treatment.events", 142.0, "expected a whole number, got 142.0"),
        ("treatment.events", 142.5, "expected a whole number, got 142.5"),
        ("treatment.events", True, "expected a whole number, got true"),
        ("treatment.events", -1, "expected a number of at least 0, got -1"),
        ("treatment.n", 0, "expected a number above 0, got 0"),
        ("treatment.n", "346", "expected a whole number, got '346'"),
        ("control.pct", "9.5", "expected a number, got '9.5'"),
        ("control.pct", True, "expected a number, got true"),
        ("control.pct", 109.5, "expected a number of at most 100, got 109.5"),
        ("control.pct", -0.1, "expected a number of at least 0, got -0.1"),
        ("control.pct", float("nan"), "expected a finite number, got nan"),
        ("treatment", [142, 346], "expected a mapping with events, n, pct, got a list"),
        ("treatment", 142, "expected a mapping with events, n, pct, got 142"),
        ("effect", 12, "expected text, got 12"),
        ("effect", False, "expected text, got false"),
        ("effect", None, "expected text, got null"),
        ("effect", " ", "expected text that is not blank, got ' '"),
        ("note", ["a"], "expected text, got a list"),
        ("drug", "ketamin", f"expected one of {DRUGS}, got 'ketamin'"),
        (
            "verified",
            "memory",
            "expected one of 'label', 'primary-abstract', 'review', 'secondary', got 'memory'",
        ),
        (
            "unit",
            "people",
            "expected one of 'patients', 'treatment sessions', 'treatment cases (51 patients)', "
            "'sedations', 'deaths', 'case reports', got 'people'",
        ),
        (
            "counts_basis",
            "guessed",
            "expected one of 'reported', 'reported; denominator back-calculated', "
            "'reported; control zero inferred', 'computed from % and N', 'inferred from text', "
            "'percent only', 'percent only (treatment arm)', 'rate only', "
            "'published ratio only', 'published NNH only', 'P value only', got 'guessed'",
        ),
        (
            "route",
            "rectal",
            "expected one of 'intranasal', 'intravenous', 'mixed, mostly intravenous', "
            "'intravenous or intramuscular', 'oral', 'sublingual', 'subcutaneous', "
            "'mostly intranasal (non-medical)', 'non-medical', 'any', got 'rectal'",
        ),
        (
            "url",
            "javascript:alert(1)",
            "expected a web address that begins with http:// or https://, "
            "got 'javascript:alert(1)'",
        ),
    ],
)
def test_a_wrong_value_is_named(
    tmp_path: Path, row: dict[str, Any], field: str, value: object, message: str
) -> None:
    put(row, field, value)
    assert complaint(tmp_path, dump(row)) == f"{ROW}{field!r}: {message}"


def test_a_wrong_value_in_a_published_result(tmp_path: Path, row: dict[str, Any]) -> None:
    row["published"] = {"measure": "risk ratio", "value": 3.26, "ci_low": "1", "ci_high": 10.09}
    assert complaint(tmp_path, dump(row)) == (
        f"{ROW}'published.ci_low': expected a number, got '1'"
    )


def test_the_id_has_a_form(tmp_path: Path, row: dict[str, Any]) -> None:
    row["id"] = "spravato_trd"
    assert complaint(tmp_path, dump(row)) == (
        "side_effects.yaml: record 'spravato_trd', field 'id': "
        "expected an id of the form study__01, got 'spravato_trd'"
    )


@pytest.mark.parametrize("field", sorted(SideEffect.model_fields))
def test_every_field_is_required(tmp_path: Path, row: dict[str, Any], field: str) -> None:
    del row[field]
    name = "number 1" if field == "id" else "spravato_trd__01"
    assert complaint(tmp_path, dump(row)) == (
        f"side_effects.yaml: record {name!r}, field {field!r}: "
        "expected a value, got nothing (the field is missing)"
    )


def test_an_unknown_field_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    row["treatment"]["event"] = 142
    assert complaint(tmp_path, dump(row)) == (
        f"{ROW}'treatment.event': expected no such field (known: events, n, pct), got 142"
    )
    del row["treatment"]["event"]
    row["colour"] = "red"
    assert complaint(tmp_path, dump(row)).startswith(
        f"{ROW}'colour': expected no such field (known: id, effect, soc, "
    )


def test_an_id_used_twice(tmp_path: Path, row: dict[str, Any]) -> None:
    assert complaint(tmp_path, dump(row, row)) == (
        f"{ROW}'id': expected an id used once, got it a second time"
    )


def test_every_problem_is_reported_at_once(tmp_path: Path, row: dict[str, Any]) -> None:
    other = copy.deepcopy(row) | {"id": "spravato_trd__02", "effect": 7}
    put(row, "treatment.events", "142")
    put(row, "control.n", None)
    del row["soc"]
    with pytest.raises(EvidenceError) as error:
        load(tmp_path, dump(row, other, "a word"))
    assert error.value.problems == (
        Problem(
            "side_effects.yaml",
            "spravato_trd__01",
            "soc",
            "expected a value, got nothing (the field is missing)",
        ),
        Problem(
            "side_effects.yaml",
            "spravato_trd__01",
            "treatment.events",
            "expected a whole number, got '142'",
        ),
        Problem("side_effects.yaml", "spravato_trd__02", "effect", "expected text, got 7"),
        Problem(
            "side_effects.yaml",
            None,
            None,
            "entry 3: expected a mapping of fields, got 'a word'",
        ),
    )
    assert str(error.value).splitlines() == [str(p) for p in error.value.problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows:\n- id: [1\n- x: 2\n", "line 3: expected YAML, got did not find expected"),
        ("rows:\n- id: a__1\n  effect: b\n  id: c\n", "line 4: expected each key once in a "),
        ("", "expected the one top-level key 'rows', got null"),
        ("- a\n", "expected the one top-level key 'rows', got a list"),
        ("effects: []\n", "expected the one top-level key 'rows', got 'effects'"),
        ("rows: [a]\nmore: 1\n", "expected the one top-level key 'rows', got 'rows', 'more'"),
        ("rows:\n", "expected a list of records under 'rows', got null"),
        ("rows: []\n", "expected a list of records under 'rows', got an empty list"),
        ("rows: {a: 1}\n", "expected a list of records under 'rows', got a mapping"),
        ("rows: !!python/object:os.system x\n", "line 1: expected YAML, got could not determine"),
        ("rows: \x07\n", "expected YAML, got "),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, text: str, message: str) -> None:
    assert complaint(tmp_path, text).startswith(f"side_effects.yaml: {message}")


def test_every_double_key_is_named(tmp_path: Path) -> None:
    text = "rows:\n- id: a__1\n  id: b__1\n- id: c__1\n  effect: d\n  effect: e\n"
    assert complaint(tmp_path, text).splitlines() == [
        "side_effects.yaml: line 3: expected each key once in a mapping, got 'id' a second time",
        "side_effects.yaml: line 6: expected each key once in a mapping, "
        "got 'effect' a second time",
    ]


def test_a_missing_file_and_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "side_effects.yaml"
    with pytest.raises(EvidenceError) as error:
        load_table(path, SideEffect, key="rows", id_field="id")
    assert str(error.value) == "side_effects.yaml: expected a table, got no such file"
    path.write_bytes(b"rows: \xff\n")
    with pytest.raises(EvidenceError) as error:
        load_table(path, SideEffect, key="rows", id_field="id")
    assert str(error.value) == "side_effects.yaml: byte 6: expected UTF-8 text"


@pytest.mark.parametrize(
    ("file", "record_type", "key", "field", "value", "message"),
    [
        (
            "effect_profiles.yaml",
            EffectProfile,
            "effects",
            "claim_mild_and_short_lived",
            False,  # what YAML makes of a bare no
            "expected one of 'yes', 'usually yes', 'partly', 'no', 'not applicable', got false",
        ),
        (
            "effect_profiles.yaml",
            EffectProfile,
            "effects",
            "sources",
            "jnj_dissociation",
            "expected a list, got 'jnj_dissociation'",
        ),
        ("references.yaml", Reference, "references", "year", "2009", "expected a whole number"),
        ("references.yaml", Reference, "references", "pmid", 19604642, "expected text"),
        (
            "references.yaml",
            Reference,
            "references",
            "bib_partly_from_memory",
            "no",
            "expected true or false",
        ),
        (
            "references.yaml",
            Reference,
            "references",
            "memory_only_fields",
            ["volume"],
            "expected one of 'authors', 'title', 'journal', 'year', 'initials of the first author'",
        ),
        (
            "references.yaml",
            Reference,
            "references",
            "url",
            "ftp://x",
            "expected a web address that begins with http:// or https://",
        ),
    ],
)
def test_the_other_tables_are_as_strict(
    tmp_path: Path,
    contents: dict[str, Any],
    file: str,
    record_type: type[Record],
    key: str,
    field: str,
    value: object,
    message: str,
) -> None:
    record = contents[file][key][0] | {field: value}
    path = tmp_path / file
    path.write_text(yaml.safe_dump({key: [record]}), encoding="utf-8")
    with pytest.raises(EvidenceError) as error:
        load_table(path, record_type, key=key, id_field="key")
    (problem,) = error.value.problems
    assert problem.record == record["key"]
    assert problem.field in (field, f"{field}.0")
    assert problem.message.startswith(message)


def test_a_record_does_not_change(tmp_path: Path, row: dict[str, Any]) -> None:
    (loaded,) = load(tmp_path, dump(row)).values()
    with pytest.raises(ValueError, match="frozen"):
        loaded.effect = "Headache"  # type: ignore[misc]
    assert loaded.treatment is not None
    with pytest.raises(ValueError, match="frozen"):
        loaded.treatment.events = 0  # type: ignore[misc]
