"""All evidence tables: each is read when it is asked for, and all can be checked together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ketalab.evidence.comparators import ComparatorTable
from ketalab.evidence.cross_checks import check_tables
from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.oddity import Oddity
from ketalab.evidence.populations import PopulationTable
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import (
    EvidenceError,
    Problem,
    Record,
    load_kinds,
    load_record,
    load_table,
)

if TYPE_CHECKING:
    from ketalab.evidence.claim import Claim
    from ketalab.evidence.contraindication import Contraindication
    from ketalab.evidence.depression_study import (
        DepressionMechanism,
        DepressionStudy,
        MechanismSummary,
    )
    from ketalab.evidence.epidemiology_study import EpidemiologyStudy
    from ketalab.evidence.guideline import Guideline
    from ketalab.evidence.interaction import Interaction
    from ketalab.evidence.opioid_study import OpioidStudy
    from ketalab.evidence.result import Result
    from ketalab.evidence.review import Disagreement, MechanismReview, Review
    from ketalab.evidence.route import Route
    from ketalab.evidence.trial import ContextStudy, Trial


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table stands: its file and top-level key, and the class that reads a record.

    The class is named, not imported: a kernel imports what it asks for. ``id_field`` is the field
    that names a record; ``make_id``, where it is given, the function of the class's module that
    makes the name out of an entry.
    """

    file: str
    key: str
    module: str
    record_type: str
    other_keys: tuple[str, ...] = ()
    id_field: str = "id"
    make_id: str | None = None


_TRIALS = ("records", "context_records")
_REVIEWS = ("records", "mechanism_records", "disagreements")
_DEPRESSION = ("records", "mechanism_records", "mechanism_summary")


def _beside(keys: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(other for other in keys if other != key)


# By the name that a key such as trials/sigtermans2009 uses.
SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "claims": Source("claims.yaml", "claims", "claim", "Claim"),
        "trials": Source("trials.yaml", "records", "trial", "Trial", _beside(_TRIALS, "records")),
        "context_studies": Source(
            "trials.yaml",
            "context_records",
            "trial",
            "ContextStudy",
            _beside(_TRIALS, "context_records"),
        ),
        "reviews": Source(
            "reviews.yaml", "records", "review", "Review", _beside(_REVIEWS, "records")
        ),
        "mechanism_reviews": Source(
            "reviews.yaml",
            "mechanism_records",
            "review",
            "MechanismReview",
            _beside(_REVIEWS, "mechanism_records"),
        ),
        "disagreements": Source(
            "reviews.yaml",
            "disagreements",
            "review",
            "Disagreement",
            _beside(_REVIEWS, "disagreements"),
            make_id="disagreement_id",
        ),
        "guidelines": Source("guidelines.yaml", "records", "guideline", "Guideline"),
        "epidemiology": Source(
            "epidemiology.yaml", "records", "epidemiology_study", "EpidemiologyStudy"
        ),
        "depression": Source(
            "depression.yaml",
            "records",
            "depression_study",
            "DepressionStudy",
            _beside(_DEPRESSION, "records"),
        ),
        "depression_mechanisms": Source(
            "depression.yaml",
            "mechanism_records",
            "depression_study",
            "DepressionMechanism",
            _beside(_DEPRESSION, "mechanism_records"),
        ),
        "opioid_sparing": Source("opioid_sparing.yaml", "records", "opioid_study", "OpioidStudy"),
        "side_effects": Source("side_effects.yaml", "rows", "side_effect", "SideEffect"),
        "effect_profiles": Source(
            "effect_profiles.yaml", "effects", "effect_profile", "EffectProfile", id_field="key"
        ),
        "contraindications": Source(
            "contraindications.yaml",
            "contraindications",
            "contraindication",
            "Contraindication",
            make_id="contraindication_id",
        ),
        "interactions": Source(
            "interactions.yaml",
            "interactions",
            "interaction",
            "Interaction",
            make_id="interaction_id",
        ),
        "routes": Source("routes.yaml", "routes", "route", "Route", make_id="route_id"),
        "references": Source(
            "references.yaml", "references", "reference", "Reference", id_field="key"
        ),
    }
)
# Results stand in two files of one schema, and are one table.
RESULT_FILES = ("results.yaml", "results_context.yaml")
TABLES: tuple[str, ...] = (*SOURCES, "results")
# These three are checked together whenever one of them is asked for.
_CORE = ("side_effects", "effect_profiles", "references")


class Library:
    """The read-only tables in ``folder``, each by id in the order of its file.

    A table is read when it is first asked for, and EvidenceError is raised then when its records
    are not sound. Side effects, effect profiles and references are also held against each other;
    everything else between the tables is checked by ``load_library``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, Mapping[str, Any]] = {}
        self._result_files: dict[str, str] = {}
        self._summary: MechanismSummary | None = None

    def table(self, name: str) -> Mapping[str, Record]:
        """Return a table by its name. KeyError: not one of ``TABLES``. Raises EvidenceError."""
        if name not in TABLES:
            raise KeyError(name)
        if name not in self._tables:
            self._tables.update(self._read_core() if name in _CORE else {name: self._read(name)})
        return self._tables[name]

    def file_of(self, table: str, record: str) -> str:
        """Return the name of the file in which a record stands. KeyError: no such record."""
        if record not in self.table(table):
            raise KeyError(record)
        if table != "results":
            return SOURCES[table].file
        return self._result_files[record]

    # The name of a table says of which type its records are, which no checker of types can know.

    @property
    def side_effects(self) -> Mapping[str, SideEffect]:
        """One study or label and one effect a row."""
        return self.table("side_effects")  # type: ignore[return-value]

    @property
    def effect_profiles(self) -> Mapping[str, EffectProfile]:
        """One profile per group of effects."""
        return self.table("effect_profiles")  # type: ignore[return-value]

    @property
    def references(self) -> Mapping[str, Reference]:
        """The bibliography."""
        return self.table("references")  # type: ignore[return-value]

    @property
    def claims(self) -> Mapping[str, Claim]:
        """The claims of the seed text with their verdicts, by number ("1")."""
        return self.table("claims")  # type: ignore[return-value]

    @property
    def trials(self) -> Mapping[str, Trial]:
        """The randomised trials of ketamine for chronic pain."""
        return self.table("trials")  # type: ignore[return-value]

    @property
    def context_studies(self) -> Mapping[str, ContextStudy]:
        """The uncontrolled studies of ketamine for chronic pain."""
        return self.table("context_studies")  # type: ignore[return-value]

    @property
    def reviews(self) -> Mapping[str, Review]:
        """The systematic reviews and meta-analyses."""
        return self.table("reviews")  # type: ignore[return-value]

    @property
    def mechanism_reviews(self) -> Mapping[str, MechanismReview]:
        """The reviews of pain mechanisms."""
        return self.table("mechanism_reviews")  # type: ignore[return-value]

    @property
    def disagreements(self) -> Mapping[str, Disagreement]:
        """The questions that sources answer differently."""
        return self.table("disagreements")  # type: ignore[return-value]

    @property
    def guidelines(self) -> Mapping[str, Guideline]:
        """Consensus statements, position statements and regulators' alerts."""
        return self.table("guidelines")  # type: ignore[return-value]

    @property
    def epidemiology(self) -> Mapping[str, EpidemiologyStudy]:
        """Prevalence, comorbidity, and what standard medicines achieve."""
        return self.table("epidemiology")  # type: ignore[return-value]

    @property
    def depression(self) -> Mapping[str, DepressionStudy]:
        """The evidence on depression and anxiety."""
        return self.table("depression")  # type: ignore[return-value]

    @property
    def depression_mechanisms(self) -> Mapping[str, DepressionMechanism]:
        """How the antidepressant effect may arise."""
        return self.table("depression_mechanisms")  # type: ignore[return-value]

    @property
    def mechanism_summary(self) -> MechanismSummary:
        """What the mechanism studies establish together. Raises EvidenceError."""
        if self._summary is None:
            from ketalab.evidence.depression_study import MechanismSummary

            key = "mechanism_summary"
            self._summary = load_record(
                self.folder / "depression.yaml",
                MechanismSummary,
                key=key,
                other_keys=_beside(_DEPRESSION, key),
            )
        return self._summary

    @property
    def opioid_sparing(self) -> Mapping[str, OpioidStudy]:
        """The evidence on the use of opioids."""
        return self.table("opioid_sparing")  # type: ignore[return-value]

    @property
    def contraindications(self) -> Mapping[str, Contraindication]:
        """Contraindications by source."""
        return self.table("contraindications")  # type: ignore[return-value]

    @property
    def interactions(self) -> Mapping[str, Interaction]:
        """Interactions with other medicines."""
        return self.table("interactions")  # type: ignore[return-value]

    @property
    def routes(self) -> Mapping[str, Route]:
        """Routes of administration."""
        return self.table("routes")  # type: ignore[return-value]

    @property
    def results(self) -> Mapping[str, Result]:
        """The typed numbers that stand in the records' text."""
        return self.table("results")  # type: ignore[return-value]

    def _read(self, name: str) -> Mapping[str, Any]:
        if name == "results":
            return MappingProxyType(self._read_results())
        source = SOURCES[name]
        module = import_module(f"ketalab.evidence.{source.module}")
        return MappingProxyType(
            load_table(
                self.folder / source.file,
                getattr(module, source.record_type),
                key=source.key,
                id_field=getattr(module, source.make_id) if source.make_id else source.id_field,
                other_keys=source.other_keys,
            )
        )

    def _read_results(self) -> dict[str, Result]:
        from ketalab.evidence.result import RESULT_KINDS

        problems: list[Problem] = []
        results: dict[str, Result] = {}
        for file in RESULT_FILES:
            with _collecting(problems):
                loaded = load_kinds(self.folder / file, RESULT_KINDS, key="results", id_field="id")
                for name in loaded:
                    if name in results:
                        message = f"expected an id used once, got it in {RESULT_FILES[0]} too"
                        problems.append(Problem(file, name, "id", message))
                results.update(loaded)
                self._result_files.update(dict.fromkeys(loaded, file))
        if problems:
            raise EvidenceError(problems)
        return results

    def _read_core(self) -> dict[str, Mapping[str, Any]]:
        """Read side effects, profiles and references, and hold them against each other."""
        problems: list[Problem] = []
        tables: dict[str, Mapping[str, Any]] = {}
        for name in _CORE:
            with _collecting(problems):
                tables[name] = self._read(name)
        problems.extend(_core_problems(self.folder, tables))
        if problems:
            raise EvidenceError(problems)
        return tables


def load_library(folder: Path) -> Library:
    """Read every table in ``folder`` and check them together.

    Raises one EvidenceError with every problem of every file. Whether tables fit each other is
    asked of all those that are sound by themselves; whether two places agree, when all are.
    """
    from ketalab.evidence.agreement_checks import check_agreement
    from ketalab.evidence.graded import check_grades, load_grades
    from ketalab.evidence.result_checks import check_results
    from ketalab.evidence.study_checks import check_studies
    from ketalab.evidence.summaries import check_summaries, load_summaries
    from ketalab.evidence.trial_class import check_trial_classes, load_trial_classes

    problems: list[Problem] = []
    loaded = Library(folder)
    tables = loaded._tables
    for name in TABLES:
        with _collecting(problems):
            tables[name] = loaded._read(name)
    sound = set(tables)
    with _collecting(problems):
        _ = loaded.mechanism_summary
        sound.add("mechanism_summary")
    problems.extend(_core_problems(folder, tables))
    problems.extend(check_studies(loaded, sound))
    with _collecting(problems):
        problems.extend(check_results(loaded, sound, _oddities(folder)))
    with _collecting(problems):
        problems.extend(check_grades(load_grades(folder / "graded.yaml"), loaded.side_effects))
    with _collecting(problems):
        problems.extend(check_summaries(load_summaries(folder / "summaries.yaml"), loaded))
    with _collecting(problems):
        classes = load_trial_classes(folder / "trial_class.yaml")
        problems.extend(check_trial_classes(classes, loaded.trials, loaded.context_studies))
    if not problems:  # a figure that is wrong by itself is told of once
        problems.extend(check_agreement(loaded, _oddities(folder)))
    if problems:
        # dict: a file that holds several tables is read for each, and told of once.
        raise EvidenceError(dict.fromkeys(problems))
    return loaded


@cache
def library() -> Library:
    """Return the course's own tables. A table that is not sound raises EvidenceError."""
    return Library(Path(__file__).parent)


@contextmanager
def _collecting(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except EvidenceError as error:
        problems.extend(error.problems)


def _oddities(folder: Path) -> dict[str, Oddity]:
    return load_table(folder / "known_oddities.yaml", Oddity, key="oddities", id_field="key")


def _core_problems(folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Return what is wrong between the three tables; nothing more when one could not be read."""
    problems: list[Problem] = []
    with _collecting(problems):
        oddities = _oddities(folder)
    with _collecting(problems):
        populations = PopulationTable(folder / "populations.yaml")
    with _collecting(problems):
        comparators = ComparatorTable(folder / "comparators.yaml")
    if problems or not all(name in tables for name in _CORE):
        return problems
    side_effects, effect_profiles, references = (tables[name] for name in _CORE)
    return check_tables(
        side_effects,
        effect_profiles,
        references,
        populations,
        comparators,
        # Those of results are told apart by their keys; check_results holds them to it.
        {key: odd for key, odd in oddities.items() if not key.startswith("results/")},
    )
