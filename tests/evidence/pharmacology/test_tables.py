"""The pharmacology's tables load, fit each other, and say what is wrong with them."""

from __future__ import annotations

import doctest
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from ketalab.evidence.pharmacology import (
    benchmarks,
    load_pharmacology,
    pd_models,
    peers,
    pk_models,
    receptor,
    references,
)

if TYPE_CHECKING:
    from tests.evidence.pharmacology.conftest import Tables


def test_every_record_loads_and_all_fit_each_other() -> None:
    tables = load_pharmacology()
    assert len(tables.pk_models) == 28
    assert len(tables.pd_models) == 12
    assert len(tables.benchmarks) == 19
    assert len(tables.references) == 71
    assert (len(tables.peers.measured), len(tables.peers.features)) == (29, 20)


def test_each_table_is_read_once() -> None:
    for read in (pk_models, pd_models, receptor, benchmarks, peers, references):
        assert read() is read()
    with pytest.raises(TypeError):
        pk_models()["new"] = pk_models()["domino"]  # type: ignore[index]
    with pytest.raises(TypeError):
        pk_models()["domino"].parameters["V1"] = None  # type: ignore[index]


def test_the_copies_start_out_sound(tables: Tables) -> None:
    assert tables.complaints() == []


@pytest.mark.parametrize(
    ("file", "place", "value", "message"),
    [
        # What a record is by itself.
        (
            "pk_models.yaml",
            "models.domino.parameters.V1.value",
            None,
            "record 'domino', field 'parameters.V1.value': expected a number, got null",
        ),
        (
            "pk_models.yaml",
            "models.domino.parameters.V1.value",
            True,
            "record 'domino', field 'parameters.V1.value': expected a number, got true",
        ),
        (
            "pk_models.yaml",
            "models.domino.parameters.V1.value",
            float("nan"),
            "record 'domino', field 'parameters.V1.value': expected a finite number, got nan",
        ),
        (
            "pk_models.yaml",
            "models.domino.parameters.V1.unit",
            ...,
            "record 'domino', field 'parameters.V1.unit': "
            "expected a value, got nothing (the field is missing)",
        ),
        (
            "pk_models.yaml",
            "models.domino.parameters.V1.verified",
            "memory",
            "record 'domino', field 'parameters.V1.verified': expected one of 'primary', "
            "'review', 'code-of-a-peer', 'computed', 'derived', got 'memory'",
        ),
        (
            "pk_models.yaml",
            "models.hijazi.macro_published.CL.sd",
            0,
            "record 'hijazi', field 'macro_published.CL.sd': expected a number above 0, got 0",
        ),
        (
            "pk_models.yaml",
            "models.domino.complete",
            "yes",
            "record 'domino', field 'complete': expected true or false, got 'yes'",
        ),
        (
            "pk_models.yaml",
            "models.domino.form",
            "R",
            "record 'domino', field 'form': expected one of 'racemic', "
            "'racemic and enantiomers pooled', 'S', 'S, R', 'S, R; norketamine, DHNK, HNK', "
            "'S/racemic', '-', got 'R'",
        ),
        (
            "pk_models.yaml",
            "models.otto2021.iiv.sigma_prop_K.value",
            [],
            "record 'otto2021', field 'iiv.sigma_prop_K.value': "
            "expected a list of at least 1, got an empty list",
        ),
        (
            "pd_models.yaml",
            "models.thresholds.parameters.awakening.values",
            2.7,
            "record 'thresholds', field 'parameters.awakening.values': expected no such field "
            "(known: value, unit, species_assay, source_key, where, verified, note, se, sd, "
            "ci90, ci95, range, bsv_cv_pct, bsv_pct, iiv_cv_pct, rse_pct, iiv_sd_logit, omega2, "
            "iov_var), got 2.7",
        ),
        (
            "pd_models.yaml",
            "models.thresholds.id",
            "enantiomers",
            "record 'enantiomers', field 'id': expected an id used once, got it a second time",
        ),
        (
            "receptor.yaml",
            "ketamine_block.kon.value",
            None,
            "record 'ketamine_block', field 'kon.value': expected a number, got null",
        ),
        (
            "receptor.yaml",
            "gating.doubt",
            ...,
            "record 'gating', field 'doubt': expected a value, got nothing (the field is missing)",
        ),
        (
            "receptor.yaml",
            "windup",
            ...,
            "record 'windup': expected a value, got nothing (the field is missing)",
        ),
        (
            "benchmarks.yaml",
            "benchmarks.B01.kind",
            "guess",
            "record 'B01', field 'kind': expected one of 'numeric', 'published', got 'guess'",
        ),
        (
            "benchmarks.yaml",
            "benchmarks.B04.expected.Css_umol_L",
            "9.3",
            "record 'B04', field 'expected.Css_umol_L': expected a number, got '9.3'",
        ),
        (
            "peers.yaml",
            "measured.3.patients_run",
            2000,
            "record 'measured', field '3.patients_run': "
            "expected a number of at most 1000, got 2000",
        ),
        (
            "peers.yaml",
            "physical_limit_median_min_max.eigh_1000_ms",
            [1.44, 2.49, 1.28],
            "record 'physical_limit_median_min_max', field 'eigh_1000_ms': "
            "expected median, minimum and maximum, in this order, got a list",
        ),
        (
            "references.yaml",
            "Otto2021",
            2021,
            "record 'Otto2021': expected a line of text, got 2021",
        ),
        # What must hold between values, models and papers.
        (
            "pk_models.yaml",
            "models.domino.parameters.k10.value",
            -0.4381,
            "record 'domino', field 'parameters.k10.value': "
            "expected a number above 0 1/min, got -0.4381",
        ),
        (
            "pk_models.yaml",
            "models.otto2021.parameters.V1.value",
            0,
            "record 'otto2021', field 'parameters.V1.value': expected a number above 0 L/70 kg, "
            "got 0",
        ),
        (
            "pk_models.yaml",
            "models.fanta2015.parameters.F_oral.value",
            8,
            "record 'fanta2015', field 'parameters.F_oral.value': "
            "expected a fraction from 0 to 1, got 8",
        ),
        (
            "pk_models.yaml",
            "models.domino.parameters.V1.source_key",
            "Domino1984",
            "record 'domino', field 'parameters.V1.source_key': "
            "expected a key of the pharmacology's references.yaml, got 'Domino1984'",
        ),
        (
            "pk_models.yaml",
            "models.kamp2020_meta.meta_analysis.CL.ci95",
            [90, 69],
            "record 'kamp2020_meta', field 'meta_analysis.CL.ci95': "
            "expected the lower end first, got 90 and 69",
        ),
        (
            "pk_models.yaml",
            "models.kamp2020_meta.meta_analysis.CL.value",
            97,
            "record 'kamp2020_meta', field 'meta_analysis.CL.ci95': "
            "expected an interval around 97, got 69 to 90",
        ),
        (
            "pk_models.yaml",
            "models.composite_oral_S.source_key",
            "constructed (Fanta2015, Nobody2020)",
            "record 'composite_oral_S', field 'source_key': "
            "expected a key of the pharmacology's references.yaml, got 'Nobody2020'",
        ),
        (
            "pk_models.yaml",
            "models.composite_oral_S.parameters.F_presystemic_norketamine.source_key",
            "Otto2021",
            "record 'composite_oral_S', field 'parameters.F_presystemic_norketamine.source_key': "
            "expected 'derived' for arithmetic, got 'Otto2021'",
        ),
        (
            "pk_models.yaml",
            "models.composite_oral_S.parameters.disposition",
            "fanta2015",
            "record 'composite_oral_S', field 'parameters.disposition': "
            "expected a parameter or the id of a complete model, got 'fanta2015'",
        ),
        (
            "pk_models.yaml",
            "models.simons2022.parameters.VN1.value",
            "= VK9",
            "record 'simons2022', field 'parameters.VN1.value': "
            "expected '= ' and a parameter with a number, got '= VK9'",
        ),
        (
            "pk_models.yaml",
            "models.otto2021.parameters.CL.value",
            "as in the paper",
            "record 'otto2021', field 'parameters.CL.value': "
            "expected a number in a complete model, got 'as in the paper'",
        ),
        (
            "pk_models.yaml",
            "models.kamp2020_bja.complete",
            True,
            "record 'kamp2020_bja', field 'parameters': "
            "expected parameters in a complete model, got none",
        ),
        (
            "pk_models.yaml",
            "models.otto2021.missing",
            "the volumes",
            "record 'otto2021', field 'missing': "
            "expected nothing missing in a complete model, got 'the volumes'",
        ),
        (
            "pd_models.yaml",
            "models.chronic_pain_dahan2011.parameters.p_response_ketamine.value",
            67,
            "record 'chronic_pain_dahan2011', field 'parameters.p_response_ketamine.value': "
            "expected a probability from 0 to 1, got 67",
        ),
        (
            "receptor.yaml",
            "magnesium_block.K0.value",
            3.75,
            "record 'magnesium_block', field 'values_computed_1mM.-80': "
            "expected 0.025625 from K0 and slope, got 0.024425",
        ),
        (
            "receptor.yaml",
            "comparators.memantine_oocytes_Mg.source_key",
            "Gilling2009",
            None,  # the oddity that excused it no longer applies
        ),
        (
            "benchmarks.yaml",
            "benchmarks.B06.model",
            "kamp2020_meta, clements125",
            "record 'B06', field 'model': expected complete models out of 'domino', 'clements250', "
            "'hijazi', 'herd2007', 'sherwin2015', 'flint2017', 'kamp2020_meta', 'otto2021', "
            "'perezruixo2021', 'simons2022', 'composite_oral_S', got 'clements125'",
        ),
        (
            "benchmarks.yaml",
            "benchmarks.B11.source_key",
            "Otto",
            "record 'B11', field 'source_key': "
            "expected a key of the pharmacology's references.yaml, got 'Otto'",
        ),
        (
            "benchmarks.yaml",
            "benchmarks.B04.expected.Css_umol_L",
            -9.3,
            "record 'B04', field 'expected.Css_umol_L': expected a number above 0, got -9.3",
        ),
    ],
)
def test_what_is_wrong_is_named(
    tables: Tables, file: str, place: str, value: object, message: str | None
) -> None:
    tables.put(file, place, value)
    complaints = tables.complaints()
    if message is None:
        assert complaints == [
            "known_oddities.yaml: record 'receptor/comparators:memantine_oocytes_Mg.source_key': "
            "expected a figure that a check objects to, got one that passes or is absent"
        ]
    else:
        assert complaints[0] == f"{file}: {message}"
        # A changed constant contradicts every value that was computed from it.
        assert len(complaints) == (8 if "K0" in place else 1)


def test_an_unknown_unit_lists_the_known_ones(tables: Tables) -> None:
    tables.put("pk_models.yaml", "models.domino.parameters.V1.unit", "gallons")
    (line,) = tables.complaints()
    assert line.startswith(
        "pk_models.yaml: record 'domino', field 'parameters.V1.unit': "
        "expected a unit that begins with one of '-', '1/(M s)', "
    )
    assert line.endswith(", got 'gallons'")


def test_mistakes_in_several_files_are_told_in_one_run(tables: Tables) -> None:
    tables.put("pk_models.yaml", "models.domino.title", 7)
    tables.put("receptor.yaml", "gating.scheme", None)
    tables.put("benchmarks.yaml", "benchmarks.B02.dose", "")
    (tables.folder / "pd_models.yaml").write_text("models: [\n", encoding="utf-8")
    (tables.folder / "peers.yaml").unlink()
    assert [line.partition(":")[0] for line in tables.complaints()] == [
        "pk_models.yaml",
        "pd_models.yaml",
        "receptor.yaml",
        "benchmarks.yaml",
        "peers.yaml",
    ]


@pytest.mark.parametrize("content", ["", "- a\n", "{}\n"])
def test_a_bibliography_that_is_none(tables: Tables, content: str) -> None:
    (tables.folder / "references.yaml").write_text(content, encoding="utf-8")
    (line,) = tables.complaints()
    assert line == "references.yaml: expected a line of text for each key"


def test_reading_a_table_imports_no_arrays() -> None:
    code = (
        "import sys; from ketalab.evidence.pharmacology import pk_models; pk_models();"
        "sys.exit(any(name in sys.modules for name in ('scipy', 'pandas', 'numpy')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("module", ["", ".parameter", ".tables"])
def test_the_examples_are_true(module: str) -> None:
    result = doctest.testmod(import_module(f"ketalab.evidence.pharmacology{module}"))
    assert (result.attempted > 0, result.failed) == (True, 0)
