"""Refuse a student's file that holds a solution or an instructor's remark, in whatever disguise.

A file is searched as it is and unwrapped: without tags, with HTML entities, JSON escapes and URL
escapes undone, with base64 and hex decoded, with what was zipped unzipped, with the words of a PDF
read, and all of that again inside what came out. Compared are letters and digits alone, so that
highlighting, line breaks and case hide nothing. Every place of a file is searched.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import io
import re
import string
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from nbformat import NotebookNode

from ketalab.publish.editions import hidden_from_students, student_edition
from ketalab.publish.lessons import read_lesson, tagged
from ketalab.publish.project import Project, PublishError

_WINDOW = 40  # letters and digits in a row, about eight words: no coincidence
_STEP = 8  # a file is looked at in every eighth place, for what any window there would hold
_SEED = _WINDOW - _STEP + 1  # so long is what every window has at one of the places looked at
_LINE = 16  # a line of a solution is searched for by itself from this length
_DEPTH = 4  # wrappings within wrappings

_KEPT = (string.ascii_lowercase + string.digits).encode()
_DROPPED = bytes(sorted(set(range(256)) - set(_KEPT + string.ascii_uppercase.encode())))
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())

# So many bytes tell whether something is worth reading.
_HEAD = 201
_HEAD_IN_BASE64 = _HEAD // 3 * 4

_PRINTED = bytes(range(32, 127)) + b"\t\n\r"

_TAG = re.compile(rb"<[^<>]*>")
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))")
_ENTITY = re.compile(rb"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_URL = re.compile(rb"%[0-9a-fA-F]{2}")
_ALPHABET = rb"[A-Za-z0-9+/_-]{24,}"
# In one piece, and wrapped into lines or into the list of lines that a notebook makes of a text.
_BREAK = rb'(?:\\n|[\s",])*'
_BASE64 = (
    re.compile(_ALPHABET),
    re.compile(_ALPHABET + rb"(?:" + _BREAK + rb"[A-Za-z0-9+/_-]{2,})+"),
)
_BETWEEN = re.compile(rb"\\n|[^A-Za-z0-9+/_-]+")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_HEX = re.compile(rb"[0-9a-fA-F]{40,}")


@dataclass(frozen=True)
class Secrets:
    """What no student's file may hold: pieces of letters and digits, and whose they are."""

    windows: dict[bytes, str] = field(default_factory=dict)
    lines: dict[bytes, str] = field(default_factory=dict)
    # Digests of what was searched and holds none, each with the depth that it was searched to.
    clean: set[tuple[bytes, int]] = field(default_factory=set)

    @cached_property
    def seeds(self) -> frozenset[bytes]:
        """All pieces of the windows by which a window is noticed before it is compared."""
        return frozenset(
            window[start : start + _SEED] for window in self.windows for start in range(_STEP)
        )


def leak_check(project: Project, files: Iterable[Path]) -> None:
    """Search files that students get for what any lesson of the course hides from them.

    Raises:
        PublishError: some hold a solution or a remark; names each file and what it holds. Also
            raised for a lesson that cannot be read, and for a PDF where pypdf is not installed.
    """
    secrets = secrets_of_course(project)
    problems = []
    for path in files:
        inside = path.is_relative_to(project.root)
        name = path.relative_to(project.root).as_posix() if inside else path.name
        for part, data in _named_parts(name, path.read_bytes()):
            try:
                refuse_leaks(secrets, part, data)
            except PublishError as error:
                problems.append(str(error))
    if problems:
        raise PublishError("\n".join(problems))


def secrets_of_course(project: Project) -> Secrets:
    """The secrets of a checkout: what its lessons hide, and its package does not do as well.

    A solution may call a function as the code of the package calls it. The question banks excuse
    nothing: feedback that repeats a solution gives it away.

    Raises:
        PublishError: like `secrets_of`; also for a lesson that cannot be read.
    """
    secrets = secrets_of_all(read_lesson(lesson) for lesson in project.lesson_files())
    for module in sorted((project.root / "content" / "ketalab").rglob("*.py")):
        _excuse(secrets, _bare(module.read_bytes()))
    return secrets


def secrets_of_all(lessons: Iterable[NotebookNode]) -> Secrets:
    """The secrets of a course: what is hidden in a lesson and stands open in none.

    Raises:
        PublishError: like `secrets_of`.
    """
    course = list(lessons)
    secrets = Secrets()
    for lesson in course:
        own = secrets_of(lesson)
        secrets.windows.update(own.windows)
        secrets.lines.update(own.lines)
    for lesson in course:
        _excuse(secrets, b"\n".join(map(_bare, _shown(lesson))))
    return secrets


def _excuse(secrets: Secrets, public: bytes) -> None:
    """Take out of the secrets what stands in a text that is open to all."""
    for window in _windows(public):
        secrets.windows.pop(window, None)
    for line in [line for line in secrets.lines if line in public]:
        del secrets.lines[line]


def secrets_of(lesson: NotebookNode) -> Secrets:
    """The secrets of a lesson: all of its hidden cells that no cell of the students' shares.

    Raises:
        PublishError: what a cell should hide stands in a cell that students read.
    """
    shown = _shown(lesson)
    public = b"\n".join(map(_bare, shown))
    public_windows = set(_windows(public))
    public_lines = {_bare(line.encode()) for text in shown for line in text.splitlines()}
    secrets, problems = Secrets(), []
    for cell in hidden_from_students(lesson):
        name = _excerpt(cell)
        bare = _bare(cell.source)
        own = {window: name for window in _windows(bare) if window not in public_windows}
        lines = {}
        for line in cell.source.splitlines() if tagged(cell, "solution") else ():
            short = _bare(line)
            stands_open = short in public_lines or (len(short) >= _LINE and short in public)
            if stands_open and _gives_the_answer(line):
                problems.append(f"{name}: {line.strip()!r} stands in a student's cell as well")
            if len(short) >= _LINE and not stands_open:
                lines[short] = name
        if not own and not lines and (len(bare) >= _WINDOW or bare in public):
            problems.append(f"{name}: all of it stands in students' cells as well")
        secrets.windows.update(own)
        secrets.lines.update(lines)
    if problems:
        title = lesson.metadata.get("title", "lesson")
        raise PublishError("\n".join(f"{title}: {problem}" for problem in problems))
    return secrets


def refuse_leaks(secrets: Secrets, name: str, data: bytes) -> None:
    """Raise PublishError if the file `name` with the content `data` holds one of the secrets.

    It is raised too for a PDF that cannot be searched.
    """
    try:
        found = sorted(set(leaks(secrets, data)))
    except PublishError as error:
        raise PublishError(f"{name}: {error}") from error
    if found:
        raise PublishError(
            f"{name}: students would see what is for instructors alone: {'; '.join(found)}"
        )


def leaks(secrets: Secrets, data: bytes) -> Iterator[str]:
    """Yield, for every secret in the data, whose it is."""
    yield from _search(secrets, data, _DEPTH)


def _search(secrets: Secrets, data: bytes, depth: int) -> list[str]:
    """Whose secrets stand in the data and in what it wraps.

    What many files hold alike, such as Vega, is searched once.
    """
    known = hashlib.sha256(data).digest(), depth
    if known in secrets.clean:
        return []
    texts = _texts(data)
    found = [name for text in texts for name in _in_plain(secrets, text)]
    for part in _wrapped(data, texts) if depth else ():
        found += _search(secrets, part, depth - 1)
    if not found:
        secrets.clean.add(known)
    return found


def _in_plain(secrets: Secrets, text: bytes) -> Iterator[str]:
    bare, seeds = _bare(text), secrets.seeds
    for place in range(0, len(bare) - _SEED + 1, _STEP):
        if bare[place : place + _SEED] in seeds:
            for start in range(max(place - _STEP + 1, 0), place + 1):
                window = bare[start : start + _WINDOW]
                if window in secrets.windows:
                    yield secrets.windows[window]
    for line, name in secrets.lines.items():
        if line in bare:
            yield name


def _named_parts(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The file itself, or each file in a zip, so that a message can name it."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        yield name, data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            yield f"{name}: {part}", archive.read(part)


def _shown(lesson: NotebookNode) -> list[str]:
    return [cell.source for cell in student_edition(lesson).cells]


def _excerpt(cell: NotebookNode) -> str:
    kind = "the solution" if tagged(cell, "solution") else "the remark"
    first = " ".join(cell.source.split())
    return f"{kind} “{first[:60]}{'…' if len(first) > 60 else ''}”"


def _gives_the_answer(line: str) -> bool:
    code = line.strip()
    if code.startswith("check("):
        return re.fullmatch(r"check\([^,]+,\s*answer\s*\)", code) is None
    return code.startswith("answer =") and code != "answer = ..."


def _bare(text: str | bytes) -> bytes:
    """Letters and digits alone, in lower case."""
    raw = text.encode() if isinstance(text, str) else text
    return raw.translate(_LOWER, _DROPPED)


def _windows(bare: bytes) -> Iterator[bytes]:
    return (bare[start : start + _WINDOW] for start in range(len(bare) - _WINDOW + 1))


def _texts(data: bytes) -> set[bytes]:
    """The data as they are, without tags, and with the escapes of both undone."""
    return {plain for text in (data, _TAG.sub(b"", data)) for plain in _peeled(text)}


def _wrapped(data: bytes, texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what was packed in the data or encoded in one of its texts."""
    yield from _unzipped(data)
    yield from _out_of_pdf(data)
    for text in texts:
        yield from _decoded(text)


def _peeled(text: bytes) -> Iterator[bytes]:
    """Yield the text, and the text with one layer of escapes after the other undone."""
    yield text
    for _ in range(3):
        undone = _ENTITY.sub(lambda match: html.unescape(match[0].decode()).encode(), text)
        undone = _ESCAPE.sub(_character, undone)
        if _URL.search(undone):
            undone = unquote_to_bytes(undone)
        if undone == text:
            return
        text = undone
        yield text


def _character(match: re.Match[bytes]) -> bytes:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16)).encode("utf-8", "replace")
    return b" " if match[3] in b"nrt" else match[3]


def _decoded(text: bytes) -> Iterator[bytes]:
    matches = (match[0] for pattern in _BASE64 for match in pattern.finditer(text))
    runs = dict.fromkeys(_BETWEEN.sub(b"", match).translate(_STANDARD) for match in matches)
    for run in runs:
        for start in range(4):  # what stands before it may have been taken for a part of it
            # Most runs are no base64 at all, and the beginning tells.
            if _is_worth_reading(_from_base64(run[start : start + _HEAD_IN_BASE64])):
                yield _from_base64(run[start:])
    for match in _HEX.finditer(text):
        decoded = binascii.unhexlify(match[0][: len(match[0]) // 2 * 2])
        if _is_worth_reading(decoded):
            yield decoded


def _from_base64(part: bytes) -> bytes:
    part = part[: len(part) - (len(part) % 4 == 1)]
    return base64.b64decode(part + b"=" * (-len(part) % 4))


def _is_worth_reading(data: bytes) -> bool:
    """Whether it is text or something packed, and not what a word decodes to by accident."""
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"%PDF-")) or data[:1] == b"\x78":
        return True
    head = data[:_HEAD]
    return len(head.translate(None, _PRINTED)) <= 0.1 * len(head)


def _unzipped(data: bytes) -> Iterator[bytes]:
    try:
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        elif data.startswith(b"\x1f\x8b"):
            yield zlib.decompressobj(wbits=31).decompress(data)  # whatever may follow it
        elif data[:1] == b"\x78":
            yield zlib.decompressobj().decompress(data)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        return


def _out_of_pdf(data: bytes) -> Iterator[bytes]:
    """Yield the words on a PDF's pages, and every text and every stream that it holds."""
    if not data.startswith(b"%PDF-"):
        return
    try:
        import pypdf  # late: whoever builds only notebooks has no PDF to search
    except ImportError:
        raise PublishError(
            "without pypdf a PDF cannot be searched for what students must not see: "
            "pip install -r content/ketalab/publish/requirements.txt"
        ) from None
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        yield _letters("\n".join(page.extract_text() for page in reader.pages))
        known = {(generation, n) for generation, table in reader.xref.items() for n in table}
        for generation, number in sorted(known | {(0, n) for n in reader.xref_objStm}):
            yield from _texts_in(pypdf.generic.IndirectObject(number, generation, reader))
    except pypdf.errors.PyPdfError as error:
        raise PublishError(f"a PDF that cannot be searched: {error}") from error


def _texts_in(held: Any) -> Iterator[bytes]:
    """Yield the texts (titles, notes, alternative texts) and the stream of an object of a PDF."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    if isinstance(held, IndirectObject):
        held = held.get_object()
    if isinstance(held, StreamObject) and not _is_picture(held):
        yield held.get_data()
    inner = held.values() if isinstance(held, DictionaryObject) else ()
    for part in held if isinstance(held, ArrayObject) else inner:
        if not isinstance(part, IndirectObject):  # it has its own turn
            yield from _texts_in(part)
    if isinstance(held, str):
        yield _letters(held)
    elif isinstance(held, bytes):
        yield held


def _is_picture(stream: Any) -> bool:
    """Whether a stream is of a kind that only a reader of pictures unpacks."""
    return str(stream.get("/Filter")).endswith(("/DCTDecode", "/JPXDecode"))


def _letters(text: str) -> bytes:
    """The text with its ligatures taken apart: a font may draw "fi" as one sign."""
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace")
