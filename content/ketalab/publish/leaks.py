"""Refuse a student's file that holds a solution or an instructor's remark, in whatever disguise.

A file is searched as it is and unwrapped: without tags, with HTML entities, JSON escapes and URL
escapes undone, with base64 and hex decoded, with what was zipped unzipped, and all of that again
inside what came out. Compared are letters and digits alone, so that highlighting, line breaks
and case hide nothing.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import string
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from nbformat import NotebookNode

from ketalab.publish.editions import hidden_from_students, student_edition
from ketalab.publish.lessons import tagged
from ketalab.publish.project import PublishError

_WINDOW = 40  # letters and digits in a row, about eight words: no coincidence
_STEP = 8  # a file is looked at in every eighth place: whatever is 47 long or longer is found
_LINE = 16  # a line of a solution is searched for by itself from this length
_DEPTH = 4  # wrappings within wrappings

_KEPT = (string.ascii_lowercase + string.digits).encode()
_DROPPED = bytes(sorted(set(range(256)) - set(_KEPT + string.ascii_uppercase.encode())))
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())

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
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){20,}")


@dataclass(frozen=True)
class Secrets:
    """What no student's file may hold: pieces of letters and digits, and whose they are."""

    windows: dict[bytes, str] = field(default_factory=dict)
    lines: dict[bytes, str] = field(default_factory=dict)


def secrets_of_all(lessons: Iterable[NotebookNode]) -> Secrets:
    """The secrets of a course: what is hidden in a lesson and stands open in none.

    Raises:
        PublishError: like `secrets_of`.
    """
    course = list(lessons)
    windows, lines = {}, {}
    for lesson in course:
        own = secrets_of(lesson)
        windows |= own.windows
        lines |= own.lines
    for lesson in course:
        public = b"\n".join(map(_bare, _shown(lesson)))
        for window in _windows(public):
            windows.pop(window, None)
        lines = {line: name for line, name in lines.items() if line not in public}
    return Secrets(windows, lines)


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
    """Raise PublishError if the file `name` with the content `data` holds one of the secrets."""
    found = sorted(set(leaks(secrets, data)))
    if found:
        raise PublishError(
            f"{name}: students would see what is for instructors alone: {'; '.join(found)}"
        )


def leaks(secrets: Secrets, data: bytes) -> Iterator[str]:
    """Yield, for every secret in the data, whose it is."""
    for text in _unwrapped(data, _DEPTH):
        bare = _bare(text)
        for start in range(0, len(bare) - _WINDOW + 1, _STEP):
            window = bare[start : start + _WINDOW]
            if window in secrets.windows:
                yield secrets.windows[window]
        for line, name in secrets.lines.items():
            if line in bare:
                yield name


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


def _unwrapped(data: bytes, depth: int) -> Iterator[bytes]:
    """Yield the data and everything that can be made out of it."""
    seen: set[bytes] = set()
    for text in (data, _TAG.sub(b"", data)):
        for plain in _peeled(text):
            if plain not in seen:
                seen.add(plain)
                yield plain
    if depth:
        for inner in (*_unzipped(data), *(part for text in seen for part in _decoded(text))):
            yield from _unwrapped(inner, depth - 1)


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
    for match in (match for pattern in _BASE64 for match in pattern.finditer(text)):
        run = re.sub(rb"\\n|[^A-Za-z0-9+/_-]", b"", match[0]).translate(
            bytes.maketrans(b"-_", b"+/")
        )
        for start in range(4):  # what stands before it may have been taken for a part of it
            part = run[start:]
            part = part[: len(part) - (len(part) % 4 == 1)]
            decoded = base64.b64decode(part + b"=" * (-len(part) % 4))
            if _is_worth_reading(decoded):
                yield decoded
    for match in _HEX.finditer(text):
        decoded = binascii.unhexlify(match[0])
        if _is_worth_reading(decoded):
            yield decoded


def _is_worth_reading(data: bytes) -> bool:
    """Whether it is text or something packed, and not what a word decodes to by accident."""
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG")) or data[:1] == b"\x78":
        return True
    head = data[:200]
    return sum(32 <= byte < 127 or byte in b"\t\n\r" for byte in head) >= 0.9 * len(head)


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
