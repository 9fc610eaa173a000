"""Every rule between fields and tables: purpose-made faults, one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evidence.conftest import Tables

ROW = "side_effects.yaml: record 'spravato_trd__01', field "


def test_the_tables_are_sound(tables: Tables) -> None:
    assert tables.complaints() == []


def test_rewriting_a_table_unchanged_leaves_it_sound(tables: Tables) -> None:
    tables.change("side_effects.yaml", lambda records: None)
    assert tables.complaints() == []


@pytest.mark.parametrize(
    ("record", "field", "value", "message"),
    [
        (
            "spravato_trd__01",
            "source",
            "spravato",
            "expected a key of references.yaml, got 'spravato'",
        ),
        (
            "spravato_trd__01",
            "treatment",
            {"events": 347, "n": 346, "pct": None},
            "treatment.events: expected at most n = 346, got 347",
        ),
        (
            "spravato_trd__01",
            "control",
            {"events": 223, "n": 222, "pct": None},
            "control.events: expected at most n = 222, got 223",
        ),
        (
            "spravato_trd__01",
            "control",
            {"events": None, "n": None, "pct": None},
            "control: expected a count or a percentage, got none (write null instead)",
        ),
        (
            "spravato_trd__01",
            "comparator",
            None,
            "expected what the control arm received, got null",
        ),
        (
            "spravato_trd__01",
            "treatment.pct",
            41.1,
            "expected 41.0, which is 142 of 346, got 41.1",
        ),
        (
            "spravato_trd__01",
            "treatment.events",
            143,
            "treatment.pct: expected 41.3, which is 143 of 346, got 41",
        ),
        ("spravato_trd__01", "control.n", 223, "control.pct: expected 9.4, which is 21 of 223, "),
        # A source that never prints tenths is held to whole percentages only.
        ("motov__01", "treatment.pct", 93.0, "expected 92, which is 22 of 24, got 93"),
        (
            "winstock__01",
            "treatment.n",
            None,
            "expected the denominator of 340 patients, got null",
        ),
        (
            "sigtermans__01",
            "counts_basis",
            "reported",
            "treatment.events: expected a count on the basis 'reported', got null",
        ),
        (
            "spravato_trd__01",
            "counts_basis",
            "percent only",
            "treatment.events: expected null on the basis 'percent only', got 142",
        ),
        (
            "esk_mono__01",
            "treatment",
            {"events": None, "n": 5, "pct": None},
            "treatment.pct: expected a percentage on the basis 'percent only', got null",
        ),
        (
            "hardy__01",
            "published",
            None,
            "expected a result on the basis 'published ratio only', got null",
        ),
        ("hardy__01", "published.value", 2.62, "expected a value from 1.46 to 2.61, got 2.62"),
        ("hardy__01", "published.ci_low", 1.96, "published.value: expected a value from 1.96 to "),
        ("nma__01", "published.rd_pct", 26, "expected a value from 5 to 25, got 26"),
        (
            "nma__01",
            "published.rd_low",
            None,
            "published.rd_pct: expected rd_pct, rd_low and rd_high together, or none of them",
        ),
        ("rems_first8__01", "treatment.n", 3, "treatment.pct: expected the percentage of a whole "),
    ],
)
def test_one_broken_figure(
    tables: Tables, record: str, field: str, value: object, message: str
) -> None:
    tables.put("side_effects.yaml", record, field, value)
    head, separator, rest = message.partition(": ")
    if separator and " " not in head:
        field, message = head, rest
    complaints = [line for line in tables.complaints() if "known_oddities" not in line]
    assert len(complaints) == 1
    assert complaints[0].startswith(
        f"side_effects.yaml: record {record!r}, field {field!r}: {message}"
    )


@pytest.mark.parametrize("limit", [1.46, 2.61])
def test_a_published_value_may_be_a_limit_of_its_interval(tables: Tables, limit: float) -> None:
    tables.put("side_effects.yaml", "hardy__01", "published.value", limit)
    assert tables.complaints() == []


def test_a_control_arm_needs_a_treatment_arm(tables: Tables) -> None:
    tables.put("side_effects.yaml", "podcast__02", "control", {"events": 1, "n": 222, "pct": None})
    assert tables.complaints() == [
        "side_effects.yaml: record 'podcast__02', field 'treatment': "
        "expected an arm beside the control arm, got null"
    ]


def test_an_effect_group_needs_a_profile(tables: Tables) -> None:
    tables.put("side_effects.yaml", "spravato_trd__01", "effect_group", "disociation")
    (line,) = tables.complaints()
    assert line.startswith(f"{ROW}'effect_group': expected one of 'dissociation', ")
    assert line.endswith(", got 'disociation'")


def test_a_population_group_needs_a_population(tables: Tables) -> None:
    tables.put("side_effects.yaml", "spravato_trd__01", "population_group", "TRD")
    (line,) = tables.complaints()
    assert line.startswith(f"{ROW}'population_group': expected one of 'CRPS', 'neuropathic pain', ")
    assert line.endswith(" (the groups of populations.yaml), got 'TRD'")


def test_a_comparator_needs_a_kind(tables: Tables) -> None:
    tables.put("side_effects.yaml", "spravato_trd__01", "comparator", "sham")
    (line,) = tables.complaints()
    assert line.startswith(f"{ROW}'comparator': expected one of 'placebo', 'placebo infusion', ")
    assert line.endswith(" (the texts of comparators.yaml), got 'sham'")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("sources", ["nobody2020"], "expected a key of references.yaml, got 'nobody2020'"),
        ("compiler_synthesis_fields", ["colour"], "expected the name of a field, got 'colour'"),
    ],
)
def test_a_profile_that_points_nowhere(
    tables: Tables, field: str, value: object, message: str
) -> None:
    tables.put("effect_profiles.yaml", "dissociation", field, value)
    assert tables.complaints() == [
        f"effect_profiles.yaml: record 'dissociation', field {field!r}: {message}"
    ]


def test_an_oddity_is_excused_only_where_it_stands(tables: Tables) -> None:
    key = "side_effects/winstock__01:treatment.pct"

    def forget(records: list[dict[str, Any]]) -> None:
        records[:] = [record for record in records if record["key"] != key]

    tables.change("known_oddities.yaml", forget)
    assert tables.complaints() == [
        "side_effects.yaml: record 'winstock__01', field 'treatment.pct': "
        "expected 26.5, which is 340 of 1285, got 26.6"
    ]


def test_an_oddity_that_no_longer_applies_is_an_error(tables: Tables) -> None:
    tables.put("side_effects.yaml", "winstock__01", "treatment.pct", 26.5)
    assert tables.complaints() == [
        "known_oddities.yaml: record 'side_effects/winstock__01:treatment.pct': "
        "expected a figure that a check objects to, got one that passes or is absent"
    ]


def test_impossible_counts_cannot_be_excused(tables: Tables) -> None:
    tables.put("side_effects.yaml", "spravato_trd__01", "treatment.events", 400)
    for field in ("events", "pct"):
        key = f"side_effects/spravato_trd__01:treatment.{field}"
        tables.change(
            "known_oddities.yaml",
            lambda records, key=key: records.append({"key": key, "reason": "because"}),
        )
    assert f"{ROW}'treatment.events': expected at most n = 346, got 400" in tables.complaints()


def test_what_is_mapped_for_nothing_is_an_error(tables: Tables) -> None:
    def another_group(records: list[dict[str, Any]]) -> None:
        records[0]["groups"].append({"group": "migraine"})
        records[0]["rows"].append({"row": "x__01", "directness": "direct", "reason": "So."})

    tables.change("populations.yaml", another_group)
    tables.change(
        "comparators.yaml",
        lambda records: records.append({"text": "sham", "kind": "active comparator"}),
    )
    assert tables.complaints() == [
        "populations.yaml: expected a group that side_effects.yaml holds, got 'migraine'",
        "populations.yaml: expected a row that side_effects.yaml holds, got 'x__01'",
        "comparators.yaml: expected a text that side_effects.yaml holds, got 'sham'",
    ]


def test_the_problems_of_all_files_come_together(tables: Tables) -> None:
    tables.put("side_effects.yaml", "spravato_trd__01", "effect", 1)
    tables.put("references.yaml", "carr2004", "year", "2004")
    (tables.folder / "comparators.yaml").unlink()
    assert tables.complaints() == [
        f"{ROW}'effect': expected text, got 1",
        "references.yaml: record 'carr2004', field 'year': expected a whole number, got '2004'",
        "comparators.yaml: expected a table, got no such file",
    ]
