"""Mistakes made on purpose: each is caught, with its file, record and field, all in one run.

The mistakes are sown together, each into a record of its own, and everything is loaded once. A
mistake that hid another, or that was only found alone, would fail here.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import ketalab.evidence
from ketalab.evidence.library import load_library
from ketalab.evidence.pharmacology import load_pharmacology
from ketalab.evidence.tables import EvidenceError, Problem

TABLES = Path(ketalab.evidence.__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# The fields by which a record is found in its file; a record's id may be made from them.
NAMES = ("id", "key", "name", "record", "condition", "interacting_drug", "route", "topic", "text")
GONE = object()
TWICE = object()


@dataclass(frozen=True)
class Mistake:
    """``value`` is put at ``path`` of the record that ``found_by`` finds under ``key``.

    ``GONE`` takes the field away, ``TWICE`` repeats the record. ``record`` and ``field`` are what
    the message has to name, where they are not simply ``found_by`` and ``path``.
    """

    kind: str
    file: str
    key: str
    found_by: str | int
    path: str
    value: Any
    field: str | None = None
    record: str | None = None

    def __str__(self) -> str:
        return f"{self.file.removesuffix('.yaml')}-{self.kind.replace(' ', '_')}"

    @property
    def expected(self) -> tuple[str, str, str]:
        """File, record and field that the message has to name."""
        return self.file, self.record or str(self.found_by), self.field or self.path

    def make(self, content: Any) -> None:
        """Make the mistake in the plain data of the file."""
        records = content[self.key]
        if isinstance(records, list):
            record = next(
                r for r in records if self.found_by in [r[name] for name in NAMES if name in r]
            )
        else:
            record = records  # the one mapping under this key
        if self.value is TWICE:
            records.append(copy.deepcopy(record))
            return
        *steps, last = (int(step) if step.isdigit() else step for step in self.path.split("."))
        for step in steps:
            record = record[step]
        if self.value is GONE:
            del record[last]
        else:
            record[last] = self.value


# What the schema of one record refuses.
IN_A_RECORD = [
    Mistake("unknown verdict", "claims.yaml", "claims", 3, "verdict", "proven"),
    Mistake("no evidence", "claims.yaml", "claims", 5, "keys", []),
    Mistake("missing source", "trials.yaml", "records", "sigtermans2009", "source_key", GONE),
    Mistake("text for a number", "trials.yaml", "records", "amr2010", "n_randomised", "40"),
    Mistake("unknown route", "trials.yaml", "records", "carr2004", "route", "nasal"),
    Mistake("unknown field", "trials.yaml", "records", "haines1999", "dosage", "20 mg"),
    Mistake("duplicate id", "trials.yaml", "records", "hardy2012", "id", TWICE),
    Mistake("fraction of a person", "trials.yaml", "context_records", "goldberg2010", "n", 16.5),
    Mistake(
        "unknown field of a result",
        "reviews.yaml",
        "records",
        "ferraro2025",
        "pooled.0.result",
        "MD -15.79",
    ),
    Mistake(
        "missing certainty", "reviews.yaml", "records", "orhurhu2019", "certainty_overall", GONE
    ),
    Mistake("blank text", "reviews.yaml", "mechanism_records", "latremoliere2009", "finding", " "),
    Mistake(
        "text for a list", "reviews.yaml", "disagreements", "CRPS", "views", "none", record="crps"
    ),
    Mistake(
        "unknown grade",
        "guidelines.yaml",
        "records",
        "cohen2018",
        "grades_by_condition.0.grade",
        "E",
    ),
    Mistake("unknown topic", "epidemiology.yaml", "records", "lucas2024", "topic", "counting"),
    Mistake("text for a year", "depression.yaml", "records", "zarate2006", "year", "2006"),
    Mistake("missing text", "depression.yaml", "mechanism_records", "li2010", "supports", GONE),
    Mistake(
        "missing summary",
        "depression.yaml",
        "mechanism_summary",
        "mechanism_summary",
        "plain",
        GONE,
    ),
    Mistake(
        "text for a truth value",
        "opioid_sparing.yaml",
        "records",
        "boenigk2019",
        "usable_for_numbers",
        "yes",
    ),
    Mistake(
        "negative count", "side_effects.yaml", "rows", "spravato_trd__01", "treatment.events", -1
    ),
    Mistake(
        "percentage above 100",
        "side_effects.yaml",
        "rows",
        "spravato_trd__02",
        "control.pct",
        101.0,
    ),
    Mistake("unknown basis", "side_effects.yaml", "rows", "nma__01", "counts_basis", "a guess"),
    Mistake(
        "unknown verdict",
        "effect_profiles.yaml",
        "effects",
        "dissociation",
        "claim_mild_and_short_lived",
        "maybe",
    ),
    Mistake(
        "unknown classification",
        "contraindications.yaml",
        "contraindications",
        "Uncontrolled hypertension",
        "classification",
        "forbidden",
        record="uncontrolled_hypertension",
    ),
    Mistake(
        "unknown level",
        "interactions.yaml",
        "interactions",
        "Clarithromycin",
        "verified",
        "hearsay",
        record="clarithromycin_oral_s_ketamine",
    ),
    Mistake("missing text", "routes.yaml", "routes", "oral", "bioavailability", GONE),
    Mistake("impossible year", "references.yaml", "references", "carr2004", "year", 204),
    Mistake("no web address", "references.yaml", "references", "hardy2012", "url", "javascript:1"),
    Mistake("unknown kind", "results.yaml", "results", "hardy2012__nnt", "kind", "nnt"),
    Mistake(
        "unknown outcome", "results.yaml", "results", "hardy2012__responders", "outcome", "joy"
    ),
    Mistake(
        "negative count",
        "results.yaml",
        "results",
        "noppers2011fm__week8",
        "treatment.events",
        -1,
    ),
    Mistake(
        "text for a number",
        "results_context.yaml",
        "results",
        "clarithromycin_oral_s_ketamine__auc",
        "estimate",
        "2.6",
    ),
    Mistake("unknown certainty", "graded.yaml", "graded", "nma__02", "certainty", "fair"),
    Mistake(
        "unknown directness", "summaries.yaml", "summaries", "pain", "rows.0.directness", "close"
    ),
    Mistake("unknown drug", "trial_class.yaml", "classes", "trials/huge2010", "drug", "ketamin"),
    Mistake(
        "missing reason",
        "known_oddities.yaml",
        "oddities",
        "side_effects/winstock__01:treatment.pct",
        "reason",
        GONE,
    ),
    Mistake("unknown kind", "comparators.yaml", "comparators", "placebo", "kind", "sham"),
    Mistake(
        "unknown directness", "populations.yaml", "populations", "depression", "directness", "far"
    ),
]

# What no single record shows: it takes the other fields, the other tables or the text.
BETWEEN_RECORDS = [
    Mistake("unknown source", "trials.yaml", "records", "noppers2011fm", "source_key", "nobody"),
    Mistake(
        "arms that do not add up",
        "trials.yaml",
        "records",
        "sigtermans2009",
        "arms.placebo",
        31,
        field="arms",
    ),
    Mistake("unknown source", "reviews.yaml", "records", "azari2012", "source_key", "nobody"),
    Mistake(
        "unknown record in a text",
        "reviews.yaml",
        "disagreements",
        "CRPS",
        "views.0",
        "cohan2018: grade B",
        record="crps",
    ),
    Mistake("unknown evidence", "claims.yaml", "claims", 8, "keys.0", "nobody1", field="keys"),
    Mistake("unknown source", "guidelines.yaml", "records", "asa2023", "source_key", "nobody"),
    Mistake("unknown source", "epidemiology.yaml", "records", "sa2019", "source_key", "nobody"),
    Mistake("unknown source", "depression.yaml", "records", "anand2023", "source_key", "nobody"),
    Mistake(
        "second-hand figure that is not there",
        "depression.yaml",
        "records",
        "jelovac2025",
        "secondary_fields.0",
        "laughter",
        field="secondary_fields",
    ),
    Mistake(
        "unknown evidence",
        "depression.yaml",
        "mechanism_summary",
        "mechanism_summary",
        "keys.0",
        "nobody1",
        field="keys",
    ),
    Mistake(
        "unknown overlap",
        "opioid_sparing.yaml",
        "records",
        "nielsen2019",
        "overlap_group",
        "nobody",
    ),
    Mistake(
        "unknown source",
        "contraindications.yaml",
        "contraindications",
        "Pregnancy",
        "sources.0",
        "nobody",
        field="sources",
        record="pregnancy",
    ),
    Mistake(
        "unknown source",
        "interactions.yaml",
        "interactions",
        "Itraconazole",
        "sources.0",
        "nobody",
        field="sources",
        record="itraconazole_oral_s_ketamine",
    ),
    Mistake(
        "unknown source", "routes.yaml", "routes", "rectal", "sources.0", "nobody", field="sources"
    ),
    Mistake(
        "events above n",
        "side_effects.yaml",
        "rows",
        "spravato_trd__02",
        "treatment.events",
        999,
    ),
    Mistake(
        "percentage against its counts",
        "side_effects.yaml",
        "rows",
        "spravato_trd__04",
        "treatment.pct",
        99.0,
    ),
    Mistake(
        "swapped interval",
        "side_effects.yaml",
        "rows",
        "cochrane25__01",
        "published.ci_low",
        11.0,
        field="published.value",
    ),
    Mistake(
        "interval without its estimate",
        "side_effects.yaml",
        "rows",
        "nma__03",
        "published.value",
        9.0,
    ),
    Mistake("unknown source", "side_effects.yaml", "rows", "carr__01", "source", "nobody"),
    Mistake("unknown profile", "side_effects.yaml", "rows", "carr__02", "effect_group", "nothing"),
    Mistake(
        "unknown source",
        "effect_profiles.yaml",
        "effects",
        "sedation",
        "sources.0",
        "nobody",
        field="sources",
    ),
    Mistake(
        "events above n", "results.yaml", "results", "noppers2011fm__min15", "treatment.events", 13
    ),
    Mistake(
        "swapped interval",
        "results.yaml",
        "results",
        "orhurhu2019__pain_48h_to_2_weeks",
        "low",
        1.31,
    ),
    Mistake(
        "interval without its estimate",
        "results.yaml",
        "results",
        "michelet2018__pain_week4",
        "estimate",
        2.33,
    ),
    Mistake(
        "number that was not printed", "results.yaml", "results", "hardy2012__nnh", "estimate", 7
    ),
    Mistake("unknown record", "results.yaml", "results", "hardy2012__nnt", "record", "nobody"),
    Mistake(
        "path to nowhere",
        "results.yaml",
        "results",
        "kvarnstrom2004__responders_v_placebo",
        "path",
        "result.success",
    ),
    Mistake(
        "path to what is not printed",
        "results.yaml",
        "results",
        "eide1994__any_side_effect",
        "path",
        "memory_only_fields",
    ),
    Mistake(
        "certainty that was not given",
        "results.yaml",
        "results",
        "ferraro2025__adverse_events",
        "certainty",
        "high",
    ),
    Mistake(
        "arithmetic passed off as printed",
        "results.yaml",
        "results",
        "lumanauw2019__nnt",
        "derived",
        False,
    ),
    Mistake(
        "assumed scale passed off as printed",
        "results.yaml",
        "results",
        "guimaraespereira2022__pain_week1",
        "scale",
        "0-10",
    ),
    Mistake(
        "percentage against its counts",
        "results.yaml",
        "results",
        "haines1999__run_in",
        "pct",
        40.0,
    ),
    Mistake(
        "number that was not printed",
        "results_context.yaml",
        "results",
        "ticlopidine_oral_s_ketamine__auc",
        "estimate",
        2.5,
    ),
    Mistake(
        "drug against its words",
        "trial_class.yaml",
        "classes",
        "trials/sigtermans2009",
        "drug",
        "ketamine, form not stated",
    ),
    Mistake("certainty against its words", "graded.yaml", "graded", "nma__03", "certainty", "high"),
    Mistake(
        "words that are not there",
        "graded.yaml",
        "graded",
        "nma__01",
        "quote",
        "Moderate certainty",
    ),
    Mistake(
        "unknown result", "summaries.yaml", "summaries", "pain", "rows.0.key", "results/nothing"
    ),
    Mistake(
        "words that are not there",
        "summaries.yaml",
        "summaries",
        "pain",
        "rows.1.reasons",
        ["It works."],
        field="rows.1.reasons.0",
    ),
    Mistake(
        "number typed by hand", "summaries.yaml", "summaries", "mood", "caution", "Seven of 14."
    ),
]

IN_A_MODEL = [
    Mistake("duplicate id", "pk_models.yaml", "models", "domino", "id", TWICE),
    Mistake("missing model", "benchmarks.yaml", "benchmarks", "B01", "model", GONE),
]
BETWEEN_MODELS = [
    Mistake("negative volume", "pk_models.yaml", "models", "domino", "parameters.V1.value", -0.063),
    Mistake(
        "unknown unit",
        "pd_models.yaml",
        "models",
        "chronic_pain_dahan2011",
        "parameters.C50.unit",
        "spoons",
    ),
    Mistake("unknown source", "benchmarks.yaml", "benchmarks", "B01", "source_key", "Nobody1999"),
]

# What makes a whole file unreadable: the file itself, and words of the message.
FILES: dict[str, tuple[Callable[[str], str | None], str]] = {
    "routes.yaml": (lambda text: text + "- : [\n", "expected YAML"),
    "claims.yaml": (lambda text: text + "  id: 13\n", "expected each key once"),
    "guidelines.yaml": (lambda text: text.replace("\nrecords:", "\nrows:", 1), "top-level key"),
    "opioid_sparing.yaml": (lambda text: "records: []\n", "expected a list of records"),
    "interactions.yaml": (lambda text: None, "no such file"),
}


def sow(folder: Path, tables: Path, mistakes: list[Mistake]) -> None:
    """Copy the tables and make every mistake."""
    for path in tables.glob("*.yaml"):
        shutil.copyfile(path, folder / path.name)
    for file in dict.fromkeys(mistake.file for mistake in mistakes):
        content = yaml.load((tables / file).read_text(encoding="utf-8"), LOADER)
        # Repetitions come last, so that a record is whole when it is repeated.
        for mistake in sorted(mistakes, key=lambda one: one.value is TWICE):
            if mistake.file == file:
                mistake.make(content)
        text = yaml.dump(content, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
        (folder / file).write_text(text, encoding="utf-8")


def problems_of(load: Callable[[Path], object], folder: Path) -> tuple[Problem, ...]:
    """Load once and return everything that was found."""
    with pytest.raises(EvidenceError) as error:
        load(folder)
    return error.value.problems


def places(problems: tuple[Problem, ...]) -> set[tuple[str, str | None, str | None]]:
    """File, record and field of each."""
    return {(problem.file, problem.record, problem.field) for problem in problems}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Problem, ...]]:
    """Everything that four runs found: one for each list of mistakes."""
    result = {}
    for name, tables, mistakes, load in (
        ("in a record", TABLES, IN_A_RECORD, load_library),
        ("between records", TABLES, BETWEEN_RECORDS, load_library),
        ("in a model", TABLES / "pharmacology", IN_A_MODEL, load_pharmacology),
        ("between models", TABLES / "pharmacology", BETWEEN_MODELS, load_pharmacology),
    ):
        folder = tmp_path_factory.mktemp("tables")
        sow(folder, tables, mistakes)
        result[name] = problems_of(load, folder)
    return result


@pytest.mark.parametrize("mistake", IN_A_RECORD, ids=str)
def test_a_record_that_is_wrong_in_itself(mistake: Mistake, found: Mapping[str, Any]) -> None:
    assert mistake.expected in places(found["in a record"])


@pytest.mark.parametrize("mistake", BETWEEN_RECORDS, ids=str)
def test_a_record_that_fits_nothing_else(mistake: Mistake, found: Mapping[str, Any]) -> None:
    assert mistake.expected in places(found["between records"])


@pytest.mark.parametrize("mistake", IN_A_MODEL, ids=str)
def test_a_model_that_is_wrong_in_itself(mistake: Mistake, found: Mapping[str, Any]) -> None:
    assert mistake.expected in places(found["in a model"])


@pytest.mark.parametrize("mistake", BETWEEN_MODELS, ids=str)
def test_a_model_that_fits_nothing_else(mistake: Mistake, found: Mapping[str, Any]) -> None:
    assert mistake.expected in places(found["between models"])


@pytest.mark.parametrize(
    ("name", "mistakes"),
    [
        ("in a record", IN_A_RECORD),
        ("between records", BETWEEN_RECORDS),
        ("in a model", IN_A_MODEL),
        ("between models", BETWEEN_MODELS),
    ],
)
def test_no_sound_record_is_blamed(
    name: str, mistakes: list[Mistake], found: Mapping[str, Any]
) -> None:
    """A mistake may be told of twice, but only where it was made."""
    touched = {mistake.expected[:2] for mistake in mistakes}
    assert {(problem.file, problem.record) for problem in found[name]} <= touched


def test_there_are_more_than_forty_kinds_in_every_table() -> None:
    mistakes = [*IN_A_RECORD, *BETWEEN_RECORDS, *IN_A_MODEL, *BETWEEN_MODELS]
    assert len({str(mistake) for mistake in mistakes}) >= 40
    # What covers the seed text is no table of the evidence; test_seed.py breaks it.
    tables = {path.name for path in TABLES.glob("*.yaml")} - {"seed_coverage.yaml"}
    assert {mistake.file for mistake in mistakes} >= tables


def test_files_that_cannot_be_read_are_all_told_of_at_once(tmp_path: Path) -> None:
    sow(tmp_path, TABLES, [])
    for file, (break_it, _) in FILES.items():
        broken = break_it((tmp_path / file).read_text(encoding="utf-8"))
        if broken is None:
            (tmp_path / file).unlink()
        else:
            (tmp_path / file).write_text(broken, encoding="utf-8")
    problems = problems_of(load_library, tmp_path)
    for file, (_, words) in FILES.items():
        assert any(p.file == file and words in p.message for p in problems), file


def test_what_was_not_touched_is_sound(tmp_path: Path) -> None:
    """The copies that the mistakes are sown into load when nothing is sown."""
    sow(tmp_path, TABLES, [])
    assert load_library(tmp_path).trials
