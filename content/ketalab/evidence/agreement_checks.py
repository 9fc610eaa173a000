"""What two places of the tables say of one thing, and must say alike.

Most numbers stand once, and nothing but their source can tell when one is wrong. Here is where
something else can: rows of one study, a bibliography, the figures of one sentence, the order in
which a sentence names its arms.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ketalab.evidence.library import SOURCES, Library
from ketalab.evidence.oddity import Oddity
from ketalab.evidence.paths import text_at
from ketalab.evidence.result import Means, Percentages, Responders, Result
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.tables import Problem, Record

_ROWS = "side_effects.yaml"
# The rows of a study that gave one regimen tell of the same people and the same comparison.
_SHARED = (
    "route",
    "drug",
    "population",
    "population_group",
    "dose_setting",
    "design",
    "comparator",
    "overlap_group",
)

_COUNT = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)"
_OF = rf"{_COUNT}(?: of |/| out of ){_COUNT}"
_PERCENT = r"(\d+(?:\.\d+)?)%"
# "48 of 60 patients (80%)" and "80% (48 of 60)".
_SHARE = re.compile(rf"{_OF}(?: \w+){{0,3}} \({_PERCENT}")
_SHARE_FIRST = re.compile(rf"(?<![\d.]){_PERCENT} \({_OF}\)")
_PART = re.compile(_OF.replace("|/| out of ", "| out of "))
_SIGNED = r"((?<!\d)[-−]?\d+(?:\.\d+)?)"
_INTERVAL = re.compile(
    rf"{_SIGNED}%?(?: \w+){{0,2}} ?[(,] ?(?:95% )?CI:? ?{_SIGNED}%?(?: to |-|–|, ){_SIGNED}"
)
# "ECT 63% v ketamine 46%": the second figure is the treatment's.
_KETAMINE_SECOND = re.compile(r"(?:\bv|\bvs|\bversus|\band|[,;]) (?:S-)?ketamine $")


def check_agreement(library: Library, oddities: Mapping[str, Oddity]) -> Iterator[Problem]:
    """Yield where two places disagree. Every table of the library has to be sound by itself.

    Words whose typed result has an entry in ``oddities`` are let pass with it.
    """
    yield from _rows_of_a_study(library.side_effects)
    yield from _one_page_one_source(library.side_effects.values())
    # A typed result may stand for one entry of a list, field by field.
    excused = tuple(
        f"{result.table}/{result.record}:{_dotted(result.path)}."
        for key in oddities
        if (result := library.results.get(key.removeprefix("results/").partition(":")[0]))
    )
    for table, source in SOURCES.items():
        for name, record in library.table(table).items():
            for path, text in _texts(record):
                if not f"{table}/{name}:{path}.".startswith(excused):
                    for message in _wrong_figures(text):
                        yield Problem(source.file, name, path, message)
            for field, message in _against_bibliography(record, name, library.references):
                yield Problem(source.file, name, field, message)
    for result in library.results.values():
        for field, message in _order_of_arms(result, library):
            yield Problem(library.file_of("results", result.id), result.id, field, message)


def _dotted(path: str) -> str:
    """`pooled[0].ci` -> `pooled.0.ci`."""
    return re.sub(r"\[(\d+)\]", r".\1", path)


def _rows_of_a_study(rows: Mapping[str, SideEffect]) -> Iterator[Problem]:
    studies: dict[tuple[str, str], list[SideEffect]] = defaultdict(list)
    for row in rows.values():
        studies[row.study, row.regimen].append(row)
    for siblings in studies.values():
        for field in _SHARED:
            for row, usual in unlike_their_siblings({r: getattr(r, field) for r in siblings}):
                message = f"expected {usual!r}, as in the other rows of {row.study}"
                yield Problem(_ROWS, row.id, field, f"{message}, got {getattr(row, field)!r}")


def unlike_their_siblings(values: Mapping[SideEffect, Any]) -> Iterator[tuple[SideEffect, Any]]:
    """Yield the rows whose value is not the most common one, with that value.

    Of two values that are as common, the one that stands first is taken to be right.
    """
    counted = Counter(values.values()).most_common()
    if len(counted) > 1:
        usual = counted[0][0]
        yield from ((row, usual) for row, value in values.items() if value != usual)


def _one_page_one_source(rows: Iterable[SideEffect]) -> Iterator[Problem]:
    """Yield rows that name a page, and another source than the other rows of that page."""
    pages: dict[str, list[SideEffect]] = defaultdict(list)
    for row in rows:
        if row.url is not None:
            pages[row.url].append(row)
    for url, of_page in pages.items():
        for row, usual in unlike_their_siblings({r: r.source for r in of_page}):
            message = f"expected {usual!r}, as in the other rows of {url}, got {row.source!r}"
            yield Problem(_ROWS, row.id, "source", message)


def _against_bibliography(
    record: Record, name: str, references: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield where a study's record is not that of its own entry in the bibliography."""
    key = getattr(record, "source_key", None)
    if key is None:
        return
    if name in references and key != name:
        yield "source_key", f"expected {name!r}, the source of that name, got {key!r}"
        return
    source = references[key]
    author, year = getattr(record, "first_author", None), getattr(record, "year", None)
    if author and not (source.authors or "").startswith(author.split()[0]):
        message = f"expected the first author of {key} ({source.authors!r}), got {author!r}"
        yield "first_author", message
    if year is not None and source.year is not None and year != source.year:
        yield "year", f"expected {source.year}, as references.yaml has it, got {year}"


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text inside a record, with the dotted path to it."""
    if isinstance(value, str):
        yield path, value
        return
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Record):
        parts = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, tuple):
        parts = enumerate(value)
    for name, part in parts:
        yield from _texts(part, f"{path}.{name}" if path else str(name))


def _wrong_figures(text: str) -> Iterator[str]:
    for match in _SHARE.finditer(text):
        yield from _wrong_share(match[0], *match.groups())
    for match in _SHARE_FIRST.finditer(text):
        percent, events, n = match.groups()
        yield from _wrong_share(match[0], events, n, percent)
    for match in _PART.finditer(text):
        events, n = map(_whole, match.groups())
        if events > n:
            yield f"expected a part of a whole, got {match[0]!r}"
    for match in _INTERVAL.finditer(text):
        value, low, high = (float(number.replace("−", "-")) for number in match.groups())
        if not low <= value <= high:
            yield f"expected an interval around its value, got {match[0]!r}"


def _wrong_share(words: str, events: str, n: str, percent: str) -> Iterator[str]:
    decimals = len(percent.partition(".")[2])
    exact = 100 * _whole(events) / _whole(n)
    # Half a unit of the last place, and a hair for floating point.
    if abs(exact - float(percent)) > 0.5 * 10**-decimals + 1e-9:
        yield f"expected {exact:.{decimals}f}%, which is {events} of {n}, got {words!r}"


def _whole(number: str) -> int:
    return int(number.replace(",", ""))


def _order_of_arms(result: Result, library: Library) -> Iterator[tuple[str, str]]:
    """Yield results whose arms stand the other way about in the words that they were typed from.

    The words name the treatment first, but where they put "ketamine" before the second figure.
    """
    arms = _figures(result)
    if arms is None or arms[0] == arms[1]:
        return
    text = text_at(library.table(result.table)[result.record], result.path)
    places = [_place_of(figure, text) for figure in arms]
    if None in places:
        return
    first, second = sorted(place for place in places if place is not None)
    head = text[:second]
    told_second = _KETAMINE_SECOND.search(head) and "ketamine" not in text[:first].lower()
    if (places[0] == second) != bool(told_second):
        treatment, control = (f"{figure:g}" for figure in arms)
        message = f"expected the arms as in {text!r}, got {treatment} for the treatment"
        yield "treatment", f"{message} and {control} for the control"


def _figures(result: Result) -> tuple[float, float] | None:
    if isinstance(result, Means) and result.control is not None:
        return result.treatment, result.control
    if isinstance(result, Responders) and result.control is not None:
        return result.treatment.events, result.control.events
    if isinstance(result, Percentages):
        return result.treatment.pct, result.control.pct
    return None


def _place_of(figure: float, text: str) -> int | None:
    found = re.search(rf"(?<![\d.]){re.escape(f'{abs(figure):g}')}(?:\.?0+)?(?![\d])", text)
    return found.start() if found else None
