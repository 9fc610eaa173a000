"""What must hold between fields, between rows and between tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ketalab.evidence.comparators import ComparatorTable
from ketalab.evidence.effect_profile import EffectProfile
from ketalab.evidence.oddity import Oddity, unexcused
from ketalab.evidence.populations import PopulationTable
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Arm, Published, SideEffect
from ketalab.evidence.tables import EvidenceError, Problem

_ROWS = "side_effects.yaml"
_ARMS = ("treatment", "control")


def check_tables(
    side_effects: Mapping[str, SideEffect],
    effect_profiles: Mapping[str, EffectProfile],
    references: Mapping[str, Reference],
    populations: PopulationTable,
    comparators: ComparatorTable,
    oddities: Mapping[str, Oddity],
) -> list[Problem]:
    """Return everything that is wrong between the tables; an empty list when they are sound.

    What a source got wrong itself is excused by an entry in ``oddities``; an entry that excuses
    nothing is a problem too. Mistakes in linking and impossible counts cannot be excused.
    """
    problems: list[Problem] = []
    for row in side_effects.values():
        problems.extend(_impossible(row))
        problems.extend(_unmapped(row, populations, comparators))
        if row.source not in references:
            problems.append(_dangling(_ROWS, row.id, "source", row.source))
        if row.effect_group not in effect_profiles:
            permitted = ", ".join(map(repr, effect_profiles))
            message = f"expected one of {permitted}, got {row.effect_group!r}"
            problems.append(Problem(_ROWS, row.id, "effect_group", message))
    for profile in effect_profiles.values():
        for field in profile.compiler_synthesis_fields:
            if field not in EffectProfile.model_fields:
                message = f"expected the name of a field, got {field!r}"
                name = "compiler_synthesis_fields"
                problems.append(Problem("effect_profiles.yaml", profile.key, name, message))
        for source in profile.sources:
            if source not in references:
                problems.append(_dangling("effect_profiles.yaml", profile.key, "sources", source))
    problems.extend(_mapped_for_nothing(side_effects, populations, comparators))
    problems.extend(_mapped_wrongly(comparators))

    problems.extend(unexcused(_printed_oddly(side_effects), oddities))
    return problems


def _arms(row: SideEffect) -> Iterator[tuple[str, Arm]]:
    for name in _ARMS:
        arm = getattr(row, name)
        if arm is not None:
            yield name, arm


def _impossible(row: SideEffect) -> Iterator[Problem]:
    """Yield what no source could mean."""

    def problem(field: str, message: str) -> Problem:
        return Problem(_ROWS, row.id, field, message)

    for name, arm in _arms(row):
        if arm.events is not None and arm.n is not None and arm.events > arm.n:
            yield problem(f"{name}.events", f"expected at most n = {arm.n}, got {arm.events}")
        if (arm.events, arm.n, arm.pct) == (None, None, None):
            yield problem(name, "expected a count or a percentage, got none (write null instead)")
    if row.control is not None:
        if row.treatment is None:
            yield problem("treatment", "expected an arm beside the control arm, got null")
        if row.comparator is None:
            yield problem("comparator", "expected what the control arm received, got null")

    events = row.treatment.events if row.treatment else None
    basis = row.counts_basis
    counted = basis.startswith(("reported", "computed", "inferred"))
    if counted and events is None:
        yield problem("treatment.events", f"expected a count on the basis {basis!r}, got null")
    if not counted and events is not None:
        yield problem("treatment.events", f"expected null on the basis {basis!r}, got {events}")
    if basis.startswith("published") and row.published is None:
        yield problem("published", f"expected a result on the basis {basis!r}, got null")

    if row.published is not None:
        yield from _impossible_result(row.id, row.published)


def _impossible_result(record: str, result: Published) -> Iterator[Problem]:
    difference = (result.rd_low, result.rd_pct, result.rd_high)
    known = [value for value in difference if value is not None]
    if len(known) not in (0, 3):
        message = "expected rd_pct, rd_low and rd_high together, or none of them"
        yield Problem(_ROWS, record, "published.rd_pct", message)
    elif known != sorted(known):
        message = f"expected a value from {known[0]:g} to {known[2]:g}, got {known[1]:g}"
        yield Problem(_ROWS, record, "published.rd_pct", message)
    if not result.ci_low <= result.value <= result.ci_high:
        message = (
            f"expected a value from {result.ci_low:g} to {result.ci_high:g}, got {result.value:g}"
        )
        yield Problem(_ROWS, record, "published.value", message)


def _unmapped(
    row: SideEffect, populations: PopulationTable, comparators: ComparatorTable
) -> Iterator[Problem]:
    for look_up in (populations.population_of, comparators.kind_of):
        try:
            look_up(row)
        except EvidenceError as error:
            yield from error.problems


def _mapped_for_nothing(
    side_effects: Mapping[str, SideEffect],
    populations: PopulationTable,
    comparators: ComparatorTable,
) -> Iterator[Problem]:
    rows = side_effects.values()
    for file, what, mapped, used in (
        ("populations.yaml", "group", populations.groups, {row.population_group for row in rows}),
        ("populations.yaml", "row", populations.rows, set(side_effects)),
        ("comparators.yaml", "text", comparators.texts, {row.comparator for row in rows}),
    ):
        for name in mapped:
            if name not in used:
                message = f"expected a {what} that {_ROWS} holds, got {name!r}"
                yield Problem(file, None, None, message)


def _mapped_wrongly(comparators: ComparatorTable) -> Iterator[Problem]:
    """Yield comparators whose own words are those of another kind."""
    for text, kind in comparators.kinds.items():
        for words, of_kind in (
            (r"(?:placebo|saline)\b(?!.*\bor other\b)", "placebo"),
            (r".*\bketamine in both arms\b", "ketamine in both arms"),
        ):
            if (re.match(words, text) is not None) != (kind == of_kind):
                message = f"expected the kind of comparison that {text!r} makes, got {kind!r}"
                yield Problem("comparators.yaml", text, "kind", message)
                break


def _printed_oddly(side_effects: Mapping[str, SideEffect]) -> Iterator[Problem]:
    """Yield where a source's own figures do not agree: the record is right, the source is odd."""
    prints_tenths = {
        row.source
        for row in side_effects.values()
        for _, arm in _arms(row)
        if arm.pct is not None and arm.pct % 1
    }
    odd_denominators = _odd_denominators(side_effects)
    for row in side_effects.values():
        # Whether "41.0" was printed as 41 or as 41.0 is lost; the rest of the source tells.
        least_decimals = 1 if row.source in prints_tenths else 0
        for name, arm in _arms(row):
            odd = list(_odd_figures(row, arm, least_decimals))
            # A denominator that does not fit its percentage is told of once.
            for field, message in odd or odd_denominators.get((row.id, name), []):
                yield Problem(_ROWS, row.id, f"{name}.{field}", message)
        if row.counts_basis == "percent only" and row.treatment and row.treatment.pct is None:
            message = "expected a percentage on the basis 'percent only', got null"
            yield Problem(_ROWS, row.id, "treatment.pct", message)


def _odd_denominators(
    side_effects: Mapping[str, SideEffect],
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return (field, message) for arms that are not as large as in the other rows of the same
    people, by row and arm."""
    sizes: dict[tuple[str, ...], dict[str, int]] = {}
    for row in side_effects.values():
        for name, arm in _arms(row):
            if arm.n is not None:
                people = (row.study, name, row.regimen, row.population, row.time_frame, row.unit)
                sizes.setdefault(people, {})[row.id] = arm.n
    found = {}
    for (study, name, *_), known in sizes.items():
        usual = Counter(known.values()).most_common(1)[0][0]
        for row_id, n in known.items():
            if n != usual:
                message = f"expected {usual}, as in the other rows of {study}, got {n}"
                found[row_id, name] = [("n", message)]
    return found


def _odd_figures(row: SideEffect, arm: Arm, least_decimals: int) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each figure of an arm that does not fit the others."""
    if arm.events is not None and arm.n is None and not row.is_numerator_only:
        yield "n", f"expected the denominator of {arm.events} {row.unit}, got null"
    if arm.pct is None or arm.n is None:
        return
    decimals = max(least_decimals, len(f"{arm.pct:g}".partition(".")[2]))
    # Half a unit of the last place, and a hair for floating point.
    tolerance = 0.5 * 10**-decimals + 1e-9
    if arm.events is None:
        nearest = round(arm.n * arm.pct / 100)
        if abs(100 * nearest / arm.n - arm.pct) > tolerance:
            yield "pct", f"expected the percentage of a whole number of {arm.n}, got {arm.pct:g}"
    else:
        exact = 100 * arm.events / arm.n
        if abs(exact - arm.pct) > tolerance:
            expected = f"{exact:.{decimals}f}, which is {arm.events} of {arm.n}"
            yield "pct", f"expected {expected}, got {arm.pct:g}"


def _dangling(file: str, record: str, field: str, source: str) -> Problem:
    return Problem(file, record, field, f"expected a key of references.yaml, got {source!r}")
