"""What must hold between a typed result and the words that it was typed from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from ketalab.evidence.library import SOURCES, Library
from ketalab.evidence.oddity import Oddity, unexcused
from ketalab.evidence.paths import PathError, head_of, numbers_in, text_at, words_of
from ketalab.evidence.printable import why_withheld
from ketalab.evidence.result import (
    Change,
    Counted,
    Difference,
    Means,
    NumberNeeded,
    Percentages,
    Proportion,
    Ratio,
    Responders,
    Result,
    Share,
    Value,
)
from ketalab.evidence.tables import Problem, Record

_DAYS = {
    "second": 1 / 86400,
    "min": 1 / 1440,
    "minute": 1 / 1440,
    "h": 1 / 24,
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "month": 30,
    "year": 365,
}
_UNIT = "|".join(sorted(_DAYS, key=len, reverse=True))
_NUMBER_THEN_UNIT = re.compile(rf"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?[ -]({_UNIT})s?\b")
_UNIT_THEN_NUMBER = re.compile(rf"\b({_UNIT})s? (\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")


def check_results(
    library: Library, sound: Collection[str], oddities: Mapping[str, Oddity]
) -> list[Problem]:
    """Return everything that is wrong with the typed results; an empty list when all are sound.

    ``sound`` names the tables that could be read; a result of another is not held to its words.
    A percentage that its own source printed oddly is excused by an entry of ``oddities``
    (``results/id:field``); an entry that excuses nothing is a problem too.
    """
    if "results" not in sound:
        return []
    problems: list[Problem] = []
    odd: list[Problem] = []
    for result in library.results.values():
        file = library.file_of("results", result.id)
        for field, message in (*_faults(result), *_against_record(result, library, sound)):
            problems.append(Problem(file, result.id, field, message))
        odd += [Problem(file, result.id, *found) for found in _odd_percentages(result)]
    mine = {key: oddity for key, oddity in oddities.items() if key.startswith("results/")}
    problems.extend(unexcused(odd, mine, "results"))
    return problems


def _faults(result: Result) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for what cannot be, whatever the record says."""
    if not result.id.startswith(f"{result.record}__"):
        yield "id", f"expected an id that begins with {result.record}__, got {result.id!r}"
    yield from _intervals(result)
    yield from _counts(result)
    yield from _time(result)


def _against_record(
    result: Result, library: Library, sound: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield where the result does not fit the words that it was typed from."""
    if result.table not in SOURCES:
        yield "table", f"expected one of {', '.join(map(repr, SOURCES))}, got {result.table!r}"
        return
    if result.table not in sound:
        return
    record = library.table(result.table).get(result.record)
    if record is None:
        yield "record", f"expected the id of a record of {result.table}, got {result.record!r}"
        return
    try:
        text = text_at(record, result.path)
    except PathError as error:
        yield "path", str(error)
        return
    reason = why_withheld(result.path)
    if reason is not None:
        yield "path", f"expected words that may be printed, got {result.path!r}: {reason}"
    last = re.split(r"[.\[]", result.path)[-1]
    if last in getattr(record, "memory_only_fields", ()):
        yield "path", f"expected words that somebody read, got {last!r}, which is from memory"
    if result.derived != (head_of(result.path) == "derived"):
        expected = "true" if head_of(result.path) == "derived" else "false"
        yield "derived", f"expected {expected} at {result.path!r}, got {not result.derived}".lower()
    yield from _words(result, record, text)


def _words(result: Result, record: Record, text: str) -> Iterator[tuple[str, str]]:
    """Yield where the result says something that the words do not."""
    printed = numbers_in(text)
    for field, number in _numbers(result):
        if abs(number) not in printed:
            yield field, f"expected a number that occurs in {text!r}, got {number:g}"
    level = result.interval_level
    if level is not None and not re.search(rf"\b{level:g}% CI\b", text):
        yield "interval_level", f"expected a level that {text!r} prints, got {level:g}"
    known = numbers_in(words_of(record))
    for field in ("measure", "time", "population", "comparator", "drug", "route"):
        for number in sorted(numbers_in(getattr(result, field) or "") - known):
            yield field, f"expected only numbers that the record holds, got {number:g}"
    if isinstance(result, NumberNeeded) and result.high_is_infinite and "infinity" not in text:
        yield "high_is_infinite", f"expected infinity in {text!r}, got none"
    if result.certainty != "not graded":
        try:
            grade = text_at(record, result.certainty_path) if result.certainty_path else text
        except PathError as error:
            yield "certainty_path", str(error)
        else:
            if not _says(grade, result.certainty):
                message = f"expected a grade that {grade!r} gives, got {result.certainty!r}"
                yield "certainty", message
    elif result.certainty_path is not None:
        message = "expected null where nothing is graded"
        yield "certainty_path", f"{message}, got {result.certainty_path!r}"
    scale = getattr(result, "scale", None)
    if scale is not None:
        assumed = re.search(r"\bassumed\b|\bimplies\b", text) is not None
        if assumed != scale.endswith("(assumed)"):
            expected = "a scale marked as assumed" if assumed else "a scale not marked as assumed"
            yield "scale", f"expected {expected}, as in {text!r}, got {scale!r}"


def _says(text: str, grade: str) -> bool:
    # "low" must not be found in "very low".
    before = "" if grade.startswith("very") else r"(?<!very )"
    return re.search(rf"{before}\b{grade}\b", text) is not None


def _numbers(result: Result) -> Iterator[tuple[str, float]]:
    """Yield every number that was typed from the text, with its field."""
    own = set(type(result).model_fields) - {"time_days"}
    for field in sorted(own, key=list(type(result).model_fields).index):
        value = getattr(result, field)
        if isinstance(value, Record):
            for part, number in value:
                if isinstance(number, int | float):
                    yield f"{field}.{part}", number
        elif isinstance(value, tuple):
            for index, number in enumerate(value):
                yield f"{field}.{index}", number
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield field, value


def _intervals(result: Result) -> Iterator[tuple[str, str]]:
    """Yield intervals with one end, with their ends swapped, or without their estimate."""
    ends: tuple[object, ...] = ()
    if isinstance(result, Difference | Ratio | NumberNeeded | Change | Value):
        infinite = isinstance(result, NumberNeeded) and result.high_is_infinite
        if infinite and result.high is not None:
            yield "high", f"expected null beside high_is_infinite, got {result.high:g}"
        high = float("inf") if infinite else result.high
        yield from _interval("", "estimate", result.estimate, result.low, high)
        ends = (result.low, high)
    elif isinstance(result, Proportion):
        yield from _interval("", "pct", result.pct, result.low, result.high)
        ends = (result.low, result.high)
    elif isinstance(result, Percentages):
        for name in ("treatment", "control"):
            share = getattr(result, name)
            yield from _interval(f"{name}.", "pct", share.pct, share.low, share.high)
        ends = (result.treatment.low, result.control.low)
    elif isinstance(result, Means):
        for name in ("treatment", "control"):
            spread = getattr(result, f"range_{name}")
            if spread is not None:
                value = getattr(result, name)
                yield from _interval(f"range_{name}.", name, value, *spread)
        yield from _spread(result)
        ends = (result.range_treatment, result.range_control)
    if result.interval_level is not None and all(end is None for end in ends):
        yield "interval_level", "expected null without an interval, got a level"


def _interval(
    prefix: str, name: str, value: float | None, low: float | None, high: float | None
) -> Iterator[tuple[str, str]]:
    if low is None and high is None:
        if value is None:
            yield f"{prefix}{name}", "expected an estimate or a range, got neither"
        return
    if low is None or high is None:
        missing = "low" if low is None else "high"
        yield f"{prefix}{missing}", "expected both ends of the interval, got one"
    elif low > high:
        yield f"{prefix}low", f"expected at most high = {high:g}, got {low:g}"
    elif value is not None and not low <= value <= high:
        message = f"expected a value from {low:g} to {high:g}, got {value:g}"
        yield name if prefix.startswith("range") else f"{prefix}{name}", message


def _spread(result: Means) -> Iterator[tuple[str, str]]:
    spreads = (
        result.spread_treatment,
        result.spread_control,
        result.range_treatment,
        result.range_control,
    )
    if (result.spread_label is None) != all(spread is None for spread in spreads):
        got = "null" if result.spread_label is None else repr(result.spread_label)
        message = "expected a label where there is a spread or a range, and only there"
        yield "spread_label", f"{message}, got {got}"
    if result.control is None:
        for field in ("spread_control", "range_control"):
            if getattr(result, field) is not None:
                yield field, "expected null where there is no control, got a number"


def _counts(result: Result) -> Iterator[tuple[str, str]]:
    for field, group in _groups(result):
        if group.events is not None and group.n is not None and group.events > group.n:
            yield f"{field}events", f"expected at most n = {group.n}, got {group.events}"


def _groups(result: Result) -> Iterator[tuple[str, Counted | Share | Proportion]]:
    if isinstance(result, Proportion):
        yield "", result
    elif isinstance(result, Responders | Percentages):
        for name in ("treatment", "control"):
            group = getattr(result, name)
            if group is not None:
                yield f"{name}.", group


def _odd_percentages(result: Result) -> Iterator[tuple[str, str]]:
    """Yield percentages that differ from their counts by more than rounding."""
    for field, group in _groups(result):
        if isinstance(group, Counted) or group.events is None or group.n is None:
            continue
        decimals = len(f"{group.pct:g}".partition(".")[2])
        exact = 100 * group.events / group.n
        # Half a unit of the last place, and a hair for floating point.
        if abs(exact - group.pct) > 0.5 * 10**-decimals + 1e-9:
            message = f"expected {exact:.{decimals}f}, which is {group.events} of {group.n}"
            yield f"{field}pct", f"{message}, got {group.pct:g}"


def _time(result: Result) -> Iterator[tuple[str, str]]:
    """Yield a time in days that does not follow from the time as printed."""
    if result.time_days is None:
        return
    if result.time is None:
        yield "time_days", f"expected null where no time is printed, got {result.time_days:g}"
        return
    days = set(_days_in(result.time))
    if days and not any(abs(result.time_days - day) < 1e-3 for day in days):
        expected = " or ".join(f"{day:.4g}" for day in sorted(days))
        yield "time_days", f"expected {expected} for {result.time!r}, got {result.time_days:g}"


def _days_in(time: str) -> Iterator[float]:
    for first, last, unit in _NUMBER_THEN_UNIT.findall(time):
        yield from (float(number) * _DAYS[unit] for number in (first, last) if number)
    for unit, first, last in _UNIT_THEN_NUMBER.findall(time):
        yield from (float(number) * _DAYS[unit] for number in (first, last) if number)
