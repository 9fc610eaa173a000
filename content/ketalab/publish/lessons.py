"""A lesson: one MyST Markdown file, read into a notebook with its roles resolved."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from ketalab.activities.bank import bank_file, banks, cited_by
from ketalab.evidence.plain_data import PlainDataError, plain_data
from ketalab.evidence.readable_text import hidden_character
from ketalab.publish.alt_text import alt_problems
from ketalab.publish.front_matter import FRONT_MATTER, field_problems, lesson_text
from ketalab.publish.glossary import Glossary, glossary_beside, word_list
from ketalab.publish.lint import Prose, bank_prose, typed_numbers
from ketalab.publish.project import PublishError
from ketalab.publish.roles import Citations, resolve, source_list

ROOMS = (
    "What you will be able to do",
    "The claim",
    "Predict",
    "Explore",
    "Explain",
    "Worked example",
    "Exercises",
    "Check yourself",
    "Take away",
    "Words",
    "Sources",
)
_ACTIVITY = re.compile(r"""\b(?:predict|question|check)\(\s*["']([^"']+)["']""")
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_HEADINGS = re.compile(r"^#{1,6} +(.*?)[ #]*$", re.MULTILINE)
_FENCE = re.compile(r"^(`{3,}|~{3,})(.*)$")
_REQUIRED = ("number", "title", "minutes", "summary")
_KERNEL = "python3"
# What the tags of a cell decide: who gets it, and how nbval compares its output.
_TAGS = ("solution", "instructor", "notes", "slide", "on-slide")
_NBVAL = "nbval-"


def read_lesson(path: Path) -> NotebookNode:
    """The lesson as a notebook: every edition's cells, not yet executed.

    Cell ids come from the content, so that two builds of one source are the same bytes. A file
    whose front matter says `kind: gallery` shows explorers and has no rooms.

    Raises:
        PublishError: front matter, rooms or roles that are not as a lesson needs them; the message
            names file and line.
    """
    notebook, citations = _resolved(path)
    if citations.keys:
        notebook.cells[-1].source += "\n\n" + source_list(citations)
    _name_cells(notebook)
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["title"] = notebook.metadata.ketalab["title"]
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def sources_of(path: Path) -> tuple[str, ...]:
    """The keys of the sources that a lesson cites, in order. Raises PublishError."""
    return tuple(_resolved(path)[1].keys)


def _resolved(path: Path) -> tuple[NotebookNode, Citations]:
    """The lesson's cells with their roles resolved, and what they cite."""
    text = lesson_text(path)
    _check_text(path, text)
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as error:  # jupytext raises many kinds, of many lines
        said = str(error).strip().partition("\n")[0]
        raise PublishError(f"{path.name}: not a MyST notebook: {said}") from error
    _check_cells(path, text, notebook)
    if notebook.metadata.ketalab.get("kind") != "gallery":
        _check_rooms(path, text, notebook)
        _check_solutions(path, text, notebook)
    _check_headings(path, text, notebook)
    if not any(tagged(cell, "slide") for cell in notebook.cells):
        raise PublishError(f"{path.name}: no cell has the tag slide, so the deck would be empty")
    _check_numbers(path, text, notebook)
    citations, words = Citations(), glossary_beside(path)
    for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True):
        place = partial(_place, path, text, start)
        if cell.cell_type == "markdown":
            cell.source = resolve(cell.source, citations, place, words)
        else:
            _cite_activities(cell.source, citations, place)
    _fill_words(path, notebook, words)
    return notebook, citations


def _cite_activities(code: str, citations: Citations, place: Callable[[int], str]) -> None:
    """Count what a cell's questions, predictions and checks cite among the lesson's sources."""
    known = {item.id: item for bank in banks() for item in bank.items()}
    for match in _ACTIVITY.finditer(code):
        name = match[1]
        if name not in known:
            near = get_close_matches(name, known)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            where = place(match.start())
            raise PublishError(f"{where}: the question bank has no {name!r}{hint}")
        for key in cited_by(known[name]):
            citations.add(key)


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Whether a cell carries the tag."""
    return tag in cell.metadata.get("tags", [])


def _check_text(path: Path, text: str) -> None:
    """Check what can be seen before the text is parted into cells: front matter and fences."""
    for number, line in enumerate(text.split("\n"), start=1):
        if found := hidden_character(line):
            raise PublishError(f"{path.name}:{number}: expected text to be seen, got {found}")
    _check_front_matter(path, text)
    opened: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if opened is None and line.startswith("+++ "):
            _check_mark(f"{path.name}:{number}", line.removeprefix("+++"))
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = number, fence[1]
        elif not fence[2].strip() and fence[1].startswith(opened[1]):
            opened = None
        elif fence[2].startswith("{code-cell}"):
            break
    if opened is not None:
        raise PublishError(f"{path.name}:{opened[0]}: the block that begins here is not closed")


def _check_mark(place: str, given: str) -> None:
    """Check what stands behind the +++ with which a cell of text begins."""
    try:
        metadata = json.loads(given)
    except ValueError as error:
        raise PublishError(f"{place}: expected +++ with JSON behind it, got {error}") from None
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise PublishError(f'{place}: expected +++ {{"tags": [a list of texts]}}, got {given[:60]}')


def _check_front_matter(path: Path, text: str) -> None:
    found = FRONT_MATTER.match(text)
    if not found and text.startswith("---\n"):
        raise PublishError(f"{path.name}:1: the front matter does not end with a line ---")
    try:
        content = plain_data(f"\n{found[1]}") if found else None  # the line --- counts
    except PlainDataError as error:
        raise PublishError(
            "\n".join(
                f"{path.name}:{line or 1}: front matter: {message}"
                for line, message in error.problems
            )
        ) from None
    front = content if isinstance(content, dict) else {}
    given = front.get("ketalab")
    known = given if isinstance(given, dict) else {}
    missing = [key for key in _REQUIRED if key not in known]
    if missing:
        lacks = f"front matter lacks ketalab.{', ketalab.'.join(missing)}"
        raise PublishError(f"{path.name}:1: {lacks}")
    problems = [(f"ketalab.{field}", message) for field, message in field_problems(known)]
    kernel = front.get("kernelspec")
    name = kernel.get("name") if isinstance(kernel, dict) else None
    if name != _KERNEL:
        problems.append(("kernelspec.name", f"expected {_KERNEL!r}, got {name!r}"))
    if problems:
        raise PublishError(
            "\n".join(
                f"{path.name}:{_line_of(text, field)}: {field}: {message}"
                for field, message in problems
            )
        )


def _line_of(text: str, field: str) -> int:
    """The line of the front matter on which a field stands; 1 where it cannot be told."""
    name = re.escape(field.rpartition(".")[2])
    found = re.search(rf"^ +{name}:", text[: text.find("\n---\n", 4)], re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _check_cells(path: Path, text: str, notebook: NotebookNode) -> None:
    """Refuse tags that nobody knows and pictures without words."""
    for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True):
        for tag in cell.metadata.get("tags", []):
            if tag not in _TAGS and not tag.startswith(_NBVAL):
                near = get_close_matches(tag, _TAGS, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_TAGS)}"
                place = _place(path, text, start, 0)
                raise PublishError(f"{place}: the cell has the unknown tag {tag!r}; {hint}")
        if cell.cell_type == "markdown":
            for offset, problem in alt_problems(cell.source):
                raise PublishError(f"{_place(path, text, start, offset)}: {problem}")


def _check_headings(path: Path, text: str, notebook: NotebookNode) -> None:
    """Refuse a heading that stands twice: a link to it would lead to the first alone."""
    seen: dict[str, str] = {}
    for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True):
        if cell.cell_type != "markdown" or _is_spoken(cell):
            continue
        for heading in _HEADINGS.finditer(_without_code(cell.source)):
            place = _place(path, text, start, heading.start())
            name = heading[1].casefold()
            if name in seen:
                where = f"it stands already in {seen[name]}"
                raise PublishError(f"{place}: found the heading {heading[1]!r} twice; {where}")
            seen[name] = place


def _without_code(source: str) -> str:
    """The text of a cell with what stands in fences blanked out, so that offsets stay true."""
    return re.sub(
        r"^(`{3,}|~{3,}).*?^\1",
        lambda block: re.sub(r"[^\n]", " ", block[0]),
        source,
        flags=re.MULTILINE | re.DOTALL,
    )


def _check_solutions(path: Path, text: str, notebook: NotebookNode) -> None:
    room = ""
    for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True):
        if cell.cell_type == "markdown" and not _is_spoken(cell):
            headings = _HEADING.findall(cell.source)
            room = headings[-1].strip() if headings else room
        if tagged(cell, "solution") and room != "Exercises":
            place = _place(path, text, start, 0)
            where = f"the room {room!r}" if room else "no room"
            raise PublishError(f"{place}: a solution stands in {where}, expected 'Exercises'")


def _check_rooms(path: Path, text: str, notebook: NotebookNode) -> None:
    order = f"The rooms are, in this order: {'; '.join(ROOMS)}"
    found = [
        (heading[1].strip(), _place(path, text, start, heading.start()))
        for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True)
        if cell.cell_type == "markdown" and not _is_spoken(cell)
        for heading in _HEADING.finditer(cell.source)
    ]
    for wanted, (name, place) in zip((*ROOMS, "no other room"), found, strict=False):
        if name != wanted:
            raise PublishError(f"{place}: found the room {name!r}, expected {wanted!r}. {order}")
    if len(found) < len(ROOMS):
        raise PublishError(f"{path.name}: the room {ROOMS[len(found)]!r} is missing. {order}")
    if not notebook.cells[-1].source.startswith("## Sources"):
        raise PublishError(f"{path.name}: the room Sources must be a cell of its own, the last one")


def _check_numbers(path: Path, text: str, notebook: NotebookNode) -> None:
    """Refuse clinical numbers that were typed by hand, in the lesson and in its bank."""
    prose = [
        Prose(cell.source, partial(_place, path, text, start), spoken=_is_spoken(cell))
        for cell, start in zip(notebook.cells, _starts(text, notebook), strict=True)
        if cell.cell_type == "markdown"
    ]
    front = notebook.metadata.ketalab
    for field in ("title", "summary"):
        prose.append(Prose(str(front[field]), lambda offset: f"{path.name}:1"))
    problems = typed_numbers(path.name, prose)
    bank = bank_file(path.stem)
    if bank.exists():
        problems += typed_numbers(bank.name, bank_prose(bank))
    if problems:
        raise PublishError("\n".join(problems))


def _fill_words(path: Path, notebook: NotebookNode, words: Glossary) -> None:
    """Fill the room Words from the glossary with the words that the front matter lists."""
    terms = notebook.metadata.ketalab.get("words", ())
    if not terms:
        return
    try:
        listed = word_list(terms, words)
    except LookupError as error:
        raise PublishError(f"{path.name}:1: ketalab.words: {error.args[0]}") from None
    room = next(cell for cell in notebook.cells if cell.source.startswith("## Words"))
    room.source += f"\n\n{listed}"


def _is_spoken(cell: NotebookNode) -> bool:
    return tagged(cell, "notes") or tagged(cell, "instructor")


def _starts(text: str, notebook: NotebookNode) -> list[int]:
    """Where the text of each cell begins in the file, in which it stands as it is."""
    starts, end = [], max(text.find("\n---\n"), 0)  # after the front matter
    for cell in notebook.cells:
        start = text.find(cell.source, end)
        starts.append(start)
        end = max(end, start + len(cell.source))
    return starts


def _place(path: Path, text: str, start: int, offset: int) -> str:
    """File and line of an offset in the cell that begins at `start` (-1: nobody knows where)."""
    line = text.count("\n", 0, start + offset) + 1 if start >= 0 else "?"
    return f"{path.name}:{line}"


def _name_cells(notebook: NotebookNode) -> None:
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"


def write_notebook(notebook: NotebookNode) -> str:
    """A notebook as the text of an .ipynb file."""
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook, version=4)}\n"
