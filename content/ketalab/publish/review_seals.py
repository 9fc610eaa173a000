"""Seals: what each record was when a person last compared it with its source.

Most numbers stand once: if 45 of 114 becomes 46 of 114, no other number tells. So each record,
each question and each lesson has a line in ``content/reviewed.json`` with a digest for each of its
fields (a lesson's are its sections). What differs from its line stops `ketalab evidence` until
somebody has compared it with its source and has run `ketalab reviewed` with its key. A seal says
"unchanged since it was compared", not "right".

Comments, the order of fields and where lines break do not count. A number counts as it is
written: 41.0 and 41 differ, because the decimals of a percentage say how it was printed.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ketalab.evidence.tables import EvidenceError, Problem
from ketalab.publish.project import Project, PublishError
from ketalab.publish.review_records import ReviewRecord, review_records
from ketalab.publish.staging import staged

Seals = dict[str, dict[str, str]]
_SEALS = TypeAdapter(Seals)

_DIGITS = 8
_ABOUT = (
    "What each record of the evidence, each item of the question bank and each section of a lesson",
    "was when it was last compared with its source: one line for each record, one digest for each",
    "field. Written by `ketalab reviewed KEY`; how it is used: ketalab/publish/review_seals.py.",
    "The first seals were made by the compiler of the course from the records as they were handed",
    "over, at the levels of verification that each record states: many sources were read in part",
    "or second-hand. A seal says 'unchanged since reviewed'. It does not say 'right'.",
)


def seal_file(project: Project) -> Path:
    """Where the seals stand: beside the package, because no notebook is made from them."""
    return project.root / "content" / "reviewed.json"


def seal_problems(project: Project) -> list[Problem]:
    """What differs from its seal, has none, or has gone: one problem for each field or record.

    Raises EvidenceError: the seals or the records cannot be read at all.
    """
    seals, records = _load(seal_file(project)), review_records(project)
    problems: list[Problem] = []
    for key, record in records.items():
        if key not in seals:
            what = "has not been compared with its source"
            problems.append(_problem(record, None, what, key))
            continue
        problems += [
            _problem(record, field, f"has {what} since it was last compared with its source", key)
            for field, what in _differences(record, seals[key])
        ]
    for key in seals:
        if key not in records:
            message = (
                "is sealed and has gone; if it was to go, then run "
                f"`ketalab reviewed {shlex.quote(key)}`"
            )
            problems.append(Problem(seal_file(project).name, key, None, message))
    return problems


def check_seals(project: Project) -> int:
    """Return how many records are sealed, when every record is as it was compared.

    Raises:
        PublishError: one line for each problem, which names file, record and field.
        EvidenceError: the seals or the records cannot be read at all.
    """
    problems = seal_problems(project)
    if problems:
        raise PublishError("\n".join(map(str, problems)))
    return len(_load(seal_file(project)))


def seal(project: Project, keys: Iterable[str]) -> list[str]:
    """Seal the records that these keys name, and only those; return what to say of each.

    A key that is sealed and has no record any more loses its seal.

    Raises:
        PublishError: a key names neither a record nor a seal; nothing has been sealed.
        EvidenceError: the seals or the records cannot be read at all.
    """
    keys = list(dict.fromkeys(keys))
    seals, records = _load(seal_file(project)), review_records(project)
    known = [*records, *(key for key in seals if key not in records)]
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise PublishError("\n".join(_unknown(key, known) for key in unknown))
    said: list[str] = []
    for key in keys:
        if key not in records:
            del seals[key]
            said.append(f"{key}: has gone, and its seal with it")
            continue
        said += _said(records[key], seals.get(key, {}))
        seals[key] = _digests(records[key])
    write_seals(project, seals)
    return said


def write_seals(project: Project, seals: Mapping[str, Mapping[str, str]]) -> None:
    """Replace the file at once, so that one who stops leaves the seals as they were."""
    # One line for each record keeps merges apart.
    about = json.dumps(_ABOUT, indent=1)
    lines = ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(seals[key], sort_keys=True)}"
        for key in sorted(seals)
    )
    path = seal_file(project)
    with staged(path.parent) as stage:
        text = f'{{"about": {about},\n"seals": {{\n{lines}\n}}}}\n'
        (stage / path.name).write_text(text, encoding="utf-8", newline="\n")


def digest(value: Any) -> str:
    """A short digest of plain data, in which neither order of keys nor line breaks count.

    >>> digest({"a": 1, "b": "two words"}) == digest({"b": "two\\n  words", "a": 1})
    True
    >>> digest(41) == digest(41.0)
    False
    """
    text = json.dumps(_canonical(value), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A list of pairs, because a key may be a number: -80 is a voltage. The tag tells it from
        # a list that was written as one.
        parts = {json.dumps(key, default=str): part for key, part in value.items()}
        return ["mapping", *([key, _canonical(parts[key])] for key in sorted(parts))]
    if isinstance(value, list):
        return ["list", *map(_canonical, value)]
    return " ".join(value.split()) if isinstance(value, str) else value


def _digests(record: ReviewRecord) -> dict[str, str]:
    return {str(field): digest(value) for field, value in record.fields.items()}


def _differences(record: ReviewRecord, sealed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    now = _digests(record)
    for field in sorted({*now, *sealed}):
        if field not in now:
            yield field, "gone"
        elif field not in sealed:
            yield field, "been added"
        elif now[field] != sealed[field]:
            yield field, "changed"


def _problem(record: ReviewRecord, field: str | None, what: str, key: str) -> Problem:
    again = " again" if field else ""
    message = f"{what}; compare it{again}, then run `ketalab reviewed {shlex.quote(key)}`"
    return Problem(record.file, record.name, field, message)


def _said(record: ReviewRecord, sealed: Mapping[str, str]) -> Iterator[str]:
    changes = list(_differences(record, sealed))
    if not changes:
        yield f"{record.key}: nothing has changed since it was last compared"
        return
    yield f"{record.key} ({record.file})"
    values = {str(field): value for field, value in record.fields.items()}
    for field, what in changes:
        if what == "gone":
            yield f"  {field}: before unknown → now gone"
            continue
        before = "before none" if what == "been added" else "before unknown"
        now = json.dumps(values[field], ensure_ascii=False, default=str)
        yield f"  {field}: {before} → now {now}"


def _unknown(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, known)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"reviewed: there is no record {key!r}{hint}"


def _load(path: Path) -> Seals:
    def fail(*messages: str, record: str | None = None) -> EvidenceError:
        return EvidenceError(Problem(path.name, record, None, message) for message in messages)

    double: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        double.extend(name for name, times in Counter(n for n, _ in pairs).items() if times > 1)
        return dict(pairs)

    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
    except FileNotFoundError:
        raise fail("expected the seals, got no such file; restore it") from None
    except ValueError as error:
        raise fail(f"expected JSON, got {error}") from None
    if double:
        raise fail(*(f"expected each name once, got {name!r} a second time" for name in double))
    try:
        return dict(_SEALS.validate_python(content["seals"]))
    except (TypeError, LookupError):
        raise fail("expected 'seals', a line for each record") from None
    except ValidationError as error:
        record = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        message = "expected a digest for each field; restore the line, or seal the record anew"
        raise fail(message, record=record) from None
