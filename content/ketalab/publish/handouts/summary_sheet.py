"""The summary of findings on two pages: benefits on the first, harms on the second.

Layout: GRADE Working Group, J Clin Epidemiol 2013;66:158-172. Each row is one of those that
``ketalab.evidence.summaries`` sets side by side; which of them stand here, ``summary_sheet.yaml``
says. Nothing is pooled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import Annotated, get_args

import pandas as pd
from pydantic import Field

from ketalab.evidence import references, summary_of_findings
from ketalab.evidence.certainty import badge, grade
from ketalab.evidence.frames import FindingsTable
from ketalab.evidence.summaries import SummaryName
from ketalab.evidence.tables import EvidenceError, Record, Text, Texts, load_table
from ketalab.publish.handouts.marks import key_to_the_marks
from ketalab.publish.handouts.sheet import COURSE, markdown, sheet
from ketalab.publish.lint import Prose, typed_numbers
from ketalab.publish.project import PublishError
from ketalab.publish.roles import Citations, resolve

TITLE = "Ketamine for chronic pain: summary of findings"
_CHOICE = Path(__file__).with_name("summary_sheet.yaml")
_TO_SOURCE = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(#source-([^)]*)\)")
_HEADINGS = (
    "Outcome and time",
    "Who, and what against what",
    "People and trials",
    "Effect of 100 people, or on a scale",
    "Certainty (GRADE), and why",
    "Chronic pain",
    "Source, how checked",
)
_NONE = "–"  # how a summary says that a record has nothing there
_UNNAMED = "not named in the record"
_ABOUT = (
    "Each row is one result with its own people, comparison and time. “More of 100” and “lower” "
    "compare the treated with the control group. Other results exist; the course chose these. No "
    "advice on doses, and no substitute for a clinician."
)


class Part(Record):
    """Rows of one summary, by their ids."""

    summary: Annotated[str, Field(min_length=1)]
    rows: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]


class Page(Record):
    """One page: its parts, and what is not known."""

    title: Text
    parts: Annotated[tuple[Part, ...], Field(strict=False, min_length=1)]
    unknown: Texts


_QUESTION = ": what was found, in whom, and how sure it is"
_LETTERS = "Rows that begin with the same letter share people: never add them."


def summary_sheet(choice: Path = _CHOICE) -> str:
    """Return the summary of findings as one HTML file that is ready to print, two pages long.

    Args:
        choice: the file that says which rows stand on which page, and what is not known.

    Raises:
        PublishError: the choice names a summary, a row or a fact that does not exist, names a row
            twice, or holds a number typed by hand; the message names file, page and field.
        EvidenceError: a table of the evidence is not sound.
    """
    pages = _read(choice)
    body = "\n".join(
        f'<section class="page">{_head(number)}'
        f"{_table(page)}{_unknown(page, choice)}{key_to_the_marks() if number else ''}</section>"
        for number, page in enumerate(pages)
    )
    footer = f"{COURSE.partition(':')[0]} · summary of findings · CC BY 4.0"
    return sheet(TITLE, body, footer, "landscape")


def _read(choice: Path) -> list[Page]:
    try:
        pages = list(load_table(choice, Page, key="pages", id_field="title").values())
    except EvidenceError as error:
        raise PublishError(str(error)) from error
    problems = [problem for page in pages for problem in _problems(page, choice.name)]
    if problems:
        raise PublishError("\n".join(problems))
    return pages


def _problems(page: Page, file: str) -> Iterator[str]:
    """Yield a line for everything that the page names wrongly."""
    place = f"{file}: page {page.title!r}"
    known = get_args(SummaryName)
    for part in page.parts:
        if part.summary not in known:
            yield f"{place}, summary: expected one of {', '.join(known)}, got {part.summary!r}"
            continue
        ids = list(summary_of_findings(part.summary).index)  # type: ignore[arg-type]
        for row in part.rows:
            if row not in ids:
                near = get_close_matches(row, ids) or ids
                yield f"{place}, rows: no {row!r} in {part.summary!r}; there is {', '.join(near)}"
    rows = Counter(row for part in page.parts for row in part.rows)
    for row in (row for row, times in rows.items() if times > 1):
        yield f"{place}, rows: expected a row once, got {row!r} again"
    prose = [Prose(text, lambda _: f"{place}, unknown") for text in page.unknown]
    yield from typed_numbers(file, prose)


def _head(number: int) -> str:
    if number:
        return ""
    return f'<h1>{escape(TITLE)}</h1><p class="about">{escape(_ABOUT)}</p>'


def _chosen(part: Part) -> FindingsTable:
    return summary_of_findings(part.summary).loc[list(part.rows)]  # type: ignore[arg-type]


def _table(page: Page) -> str:
    frames = [_chosen(part) for part in page.parts]
    shared = _shared(frames)
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in _HEADINGS)
    bodies = "".join(_body(frame, shared) for frame in frames)
    remarks = " ".join(dict.fromkeys(text for frame in frames for text in frame.remarks[1:]))
    if shared:
        remarks += f" {_LETTERS}"
    return (
        f"<table><caption><h2>{escape(page.title)}{_QUESTION}</h2></caption>"
        f"<colgroup>{'<col>' * len(_HEADINGS)}</colgroup>"
        f"<thead><tr>{head}</tr></thead>{bodies}</table>"
        f'<p class="remarks">{escape(remarks)}</p>'
    )


def _shared(frames: list[FindingsTable]) -> dict[str, str]:
    """A letter for each group of people that stands behind more than one row of the page."""
    groups = [g for frame in frames for g in frame.get("overlap_group", ()) if g != _NONE]
    several = [group for group, times in Counter(groups).items() if times > 1]
    return {group: chr(ord("A") + place) for place, group in enumerate(several)}


def _body(frame: FindingsTable, shared: dict[str, str]) -> str:
    title = f"<strong>{escape(frame.caption)}.</strong> {escape(frame.remarks[0])}"
    rows = "".join(_row(row, frame, shared) for _, row in frame.iterrows())
    span = len(_HEADINGS)
    return (
        f'<tbody><tr><th scope="rowgroup" colspan="{span}" class="part">{title}</th></tr>'
        f"{rows}</tbody>"
    )


def _row(row: pd.Series, frame: FindingsTable, shared: dict[str, str]) -> str:
    letter = shared.get(row.get("overlap_group", _NONE))
    relative = row.get("relative", _NONE)
    unprinted = row.absolute == "not printed"
    effect = "Of 100 people: not printed." if unprinted else escape(row.absolute)
    if relative != _NONE:
        effect += f"<br>{escape(relative[0].upper() + relative[1:])}"
    sure = escape(grade(row.certainty))
    if row.reasons != "none seen":
        sure += f'; <span class="quiet">{escape(row.reasons)}</span>'
    control = f"control {row.comparator}" if row.comparator == _UNNAMED else row.comparator
    cells = [
        f"{escape(row.who)}: {escape(row.treatment)} <em>against</em> {escape(control)}",
        escape(row.people),
        effect,
        sure,
        escape(row.directness),
        f'{_sources(row.sources, frame)} <span class="whole">{escape(badge(row.verified))}</span>',
    ]
    outcome = f"{letter + ': ' if letter else ''}{row.outcome}"
    first = f'<th scope="row">{escape(outcome[0].upper() + outcome[1:])}</th>'
    return f"<tr>{first}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _sources(keys: str, frame: FindingsTable) -> str:
    links = (frame.links[key] for key in keys.split("; "))
    return ", ".join(
        f'<a href="{escape(address)}">{escape(label)}</a>' if address else escape(label)
        for label, address in links
    )


def _unknown(page: Page, choice: Path) -> str:
    place = f"{choice.name}: page {page.title!r}, unknown"
    resolved = [resolve(text, Citations(), lambda _: place) for text in page.unknown]
    lines = "\n".join(f"- {_TO_SOURCE.sub(_outward, text)}" for text in resolved)
    return f'<div class="unknown"><h3>What is not known</h3>{markdown(lines)}</div>'


def _outward(link: re.Match[str]) -> str:
    """A link to the source itself: this sheet has no list of sources."""
    links = references()[link[2]].links
    return f"[{link[1]}]({links[0][1]})" if links else link[1]
