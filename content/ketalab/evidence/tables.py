"""Read a YAML table into typed records, and say everything that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Strict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ketalab.evidence.plain_data import PlainDataError, plain_data
from ketalab.evidence.readable_text import hidden_characters


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one file; ``str()`` is its line in the message.

    ``record`` and ``field`` are None when the problem concerns the file or the record as a whole.
    """

    file: str
    record: str | None
    field: str | None
    message: str

    def __str__(self) -> str:
        place = [self.file]
        where = []
        if self.record is not None:
            where.append(f"record {self.record!r}")
        if self.field is not None:
            where.append(f"field {self.field!r}")
        if where:
            place.append(", ".join(where))
        return ": ".join([*place, self.message])


class EvidenceError(ValueError):
    """The evidence tables are not sound. ``problems`` holds every fault, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Record(BaseModel):
    """A frozen record: no unknown field, no silent conversion ('12' is not 12)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "text that is not blank")
    return text


def _web_address(text: str) -> str:
    # Addresses become links on a page, so nothing but the web's own schemes may pass.
    if not re.match(r"https?://", text) or any(c.isspace() for c in text):
        raise PydanticCustomError(
            "web_address", "a web address that begins with http:// or https://"
        )
    # What could end a link in Markdown or HTML.
    if text.count("(") != text.count(")") or any(c in text for c in "<>\"'`\\"):
        raise PydanticCustomError(
            "web_address_marks",
            "a web address with round brackets in pairs and without quotes, < and >; a mark is "
            "written %28 and the like",
        )
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
# YAML has lists and no tuples; the words inside stay strictly text.
Texts = Annotated[tuple[Text, ...], Strict(False)]

RecordT = TypeVar("RecordT", bound=Record)


# The name of the field that names a record, or a function that makes the name out of the entry
# (None where the entry is too broken to name).
Identity = str | Callable[[Mapping[str, Any]], str | None]


def load_table(
    path: Path,
    record_type: type[RecordT],
    *,
    key: str,
    id_field: Identity,
    other_keys: Iterable[str] = (),
) -> dict[str, RecordT]:
    """Read ``path`` and return its records by id, in the order of the file.

    ``key`` is the top-level key that holds the list of records, ``other_keys`` are those that the
    file has beside it; ``id_field`` is the field that names a record, or a function that makes
    the name out of the entry. Raises EvidenceError with every problem found: a file that is
    missing or is not YAML, a key written twice in one mapping, an id used twice, a missing or
    unknown field, a value of the wrong type or outside the permitted values, a text with a control
    character or a mark that turns its direction.
    """
    return _load(path, lambda entry: record_type, key, id_field, other_keys)


def load_kinds(
    path: Path, kinds: Mapping[str, type[RecordT]], *, key: str, id_field: Identity
) -> dict[str, RecordT]:
    """Read a table whose records are of several types; the field ``kind`` tells which.

    Otherwise like ``load_table``; a kind that is not in ``kinds`` is a problem of its record.
    """

    def type_of(entry: Mapping[str, Any]) -> type[RecordT] | str:
        kind = entry.get("kind")
        if isinstance(kind, str) and kind in kinds:
            return kinds[kind]
        return f"expected one of {', '.join(map(repr, kinds))}, got {_shown(kind)}"

    return _load(path, type_of, key, id_field)


def load_record(
    path: Path, record_type: type[RecordT], *, key: str, other_keys: Iterable[str] = ()
) -> RecordT:
    """Read the one record that stands under ``key``. Raises EvidenceError, like ``load_table``."""
    entry = _read_content(path, key, other_keys)[key]
    if not isinstance(entry, Mapping):
        message = f"expected a mapping of fields, got {_shown(entry)}"
        raise EvidenceError([Problem(path.name, key, None, message)])
    record, problems = _validated(path.name, key, entry, record_type)
    if record is None:
        raise EvidenceError(problems)
    return record


def load_file(path: Path, record_type: type[RecordT]) -> RecordT:
    """Read a file that is one record: its top-level keys are the fields of ``record_type``.

    Raises EvidenceError, like ``load_table``; a problem's record is the top-level key.
    """
    content = read_content(path)
    if not isinstance(content, Mapping):
        message = f"expected a mapping of fields, got {_shown(content)}"
        raise EvidenceError([Problem(path.name, None, None, message)])
    record, problems = _validated(path.name, None, content, record_type)
    if record is None:
        raise EvidenceError(
            Problem(path.name, *_head_and_rest(problem.field), problem.message)
            for problem in problems
        )
    return record


def _head_and_rest(field: str | None) -> tuple[str | None, str | None]:
    head, _, rest = (field or "").partition(".")
    return head or None, rest or None


def _load(
    path: Path,
    type_of: Callable[[Mapping[str, Any]], type[RecordT] | str],
    key: str,
    id_field: Identity,
    other_keys: Iterable[str] = (),
) -> dict[str, RecordT]:
    """Read a table; ``type_of`` gives the type of an entry, or says what is wrong with its kind."""
    records: dict[str, RecordT] = {}
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, entry in enumerate(_read_entries(path, key, other_keys), start=1):
        if not isinstance(entry, Mapping):
            message = f"entry {number}: expected a mapping of fields, got {_shown(entry)}"
            problems.append(Problem(path.name, None, None, message))
            continue
        identity = entry.get(id_field) if isinstance(id_field, str) else id_field(entry)
        # A number that names a record does so as text: claims/3.
        named = isinstance(identity, str | int) and not isinstance(identity, bool)
        name = str(identity) if named else f"number {number}"
        if named:
            if name in seen:
                field = id_field if isinstance(id_field, str) else None
                message = "expected an id used once, got it a second time"
                problems.append(Problem(path.name, name, field, message))
            seen.add(name)
        record_type = type_of(entry)
        if isinstance(record_type, str):
            problems.append(Problem(path.name, name, "kind", record_type))
            continue
        record, wrong = _validated(path.name, name, entry, record_type)
        problems.extend(wrong)
        if record is not None:
            records[name] = record
    if problems:
        raise EvidenceError(problems)
    return records


def _validated(
    file: str, name: str | None, entry: Mapping[str, Any], record_type: type[RecordT]
) -> tuple[RecordT | None, list[Problem]]:
    hidden = [
        Problem(file, name, ".".join(map(str, place)), f"expected text to be seen, got {found}")
        for place, found in hidden_characters(entry)
    ]
    if hidden:  # nothing that cannot be seen gets into a message
        return None, hidden
    try:
        return record_type.model_validate(entry), []
    except ValidationError as error:
        return None, [
            Problem(file, name, _field(detail), _message(detail, record_type))
            for detail in error.errors(include_url=False)
        ]


def _read_entries(path: Path, key: str, other_keys: Iterable[str] = ()) -> list[Any]:
    entries = _read_content(path, key, other_keys)[key]
    if not isinstance(entries, list) or not entries:
        message = f"expected a list of records under {key!r}, got {_shown(entries)}"
        raise EvidenceError([Problem(path.name, None, None, message)])
    return entries


def read_content(path: Path) -> Any:
    """Return what a YAML file holds, not yet checked against any record.

    Raises EvidenceError for a file that cannot be read, and for what ``plain_data`` refuses.
    """

    def fail(*messages: str) -> EvidenceError:
        return EvidenceError(Problem(path.name, None, None, message) for message in messages)

    try:
        return plain_data(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise fail("expected a table, got no such file") from None
    except OSError as error:
        raise fail(f"expected a table, got {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise fail(f"byte {error.start}: expected UTF-8 text") from None
    except PlainDataError as error:
        raise fail(*str(error).splitlines()) from None


def _read_content(path: Path, key: str, other_keys: Iterable[str]) -> Mapping[str, Any]:
    content = read_content(path)
    keys = {key, *other_keys}
    if not isinstance(content, Mapping) or set(content) != keys:
        found = ", ".join(map(repr, content)) if isinstance(content, Mapping) else _shown(content)
        expected = (
            f"the one top-level key {key!r}"
            if len(keys) == 1
            else f"the top-level keys {', '.join(map(repr, sorted(keys)))}"
        )
        message = f"expected {expected}, got {found or 'none'}"
        raise EvidenceError([Problem(path.name, None, None, message)])
    return content


# What pydantic found, in the words of the person who edits the table.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "too_short": "a list of at least {min_length}",
    "dict_type": "a mapping",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than_equal": "a number of at most {le:g}",
    "literal_error": "one of {expected}",
}


def _message(detail: ErrorDetails, record_type: type[Record]) -> str:
    kind = detail["type"]
    if kind == "missing":
        return "expected a value, got nothing (the field is missing)"
    if kind == "extra_forbidden":
        known = ", ".join(_fields_at(record_type, detail["loc"][:-1]))
        return f"expected no such field (known: {known}), got {_shown(detail['input'])}"
    if kind in ("model_type", "model_attributes_type"):
        expected = f"a mapping with {', '.join(_fields_at(record_type, detail['loc']))}"
    elif kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**detail.get("ctx", {})).replace("' or '", "', '")
    else:
        expected = detail["msg"]
    return f"expected {expected}, got {_shown(detail['input'])}"


def _fields_at(record_type: type[Record], location: tuple[int | str, ...]) -> list[str]:
    """Return the names of the fields of the record that stands at ``location``."""
    for step in location:
        # Only the name of a field leads on; a place in a list or a name in a mapping does not.
        if step in record_type.model_fields:
            found = _record_in(record_type.model_fields[str(step)].annotation)
            record_type = found or record_type
    return list(record_type.model_fields)


def _record_in(annotation: Any) -> type[Record] | None:
    """Return the record that an annotation speaks of: that of a list, a mapping or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next(filter(None, map(_record_in, get_args(annotation))), None)


def _field(detail: ErrorDetails) -> str:
    # "<text>" tells which of several forms of a value pydantic tried; it is no place in the file.
    steps = (str(step) for step in detail["loc"])
    return ".".join(step for step in steps if not (step.startswith("<") and step.endswith(">")))


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, date):
        return f"the date {value} (quotes around it make it text)"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
