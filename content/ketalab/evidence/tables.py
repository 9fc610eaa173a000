"""Read a YAML table into typed records, and say everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Strict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError


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
    if not text.startswith(("http://", "https://")) or any(c.isspace() for c in text):
        raise PydanticCustomError(
            "web_address", "a web address that begins with http:// or https://"
        )
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
# YAML has lists and no tuples; the words inside stay strictly text.
Texts = Annotated[tuple[Text, ...], Strict(False)]

RecordT = TypeVar("RecordT", bound=Record)


def load_table(
    path: Path, record_type: type[RecordT], *, key: str, id_field: str
) -> dict[str, RecordT]:
    """Read ``path`` and return its records by id, in the order of the file.

    ``key`` is the one top-level key of the file, and holds the list of records; ``id_field`` is
    the field that names a record. Raises EvidenceError with every problem found: a file that is
    missing or is not YAML, a key written twice in one mapping, an id used twice, a missing or
    unknown field, a value of the wrong type or outside the permitted values.
    """
    entries = _read_entries(path, key)
    records: dict[str, RecordT] = {}
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping):
            message = f"entry {number}: expected a mapping of fields, got {_shown(entry)}"
            problems.append(Problem(path.name, None, None, message))
            continue
        identity = entry.get(id_field)
        name = identity if isinstance(identity, str) else f"number {number}"
        if isinstance(identity, str):
            if identity in seen:
                message = "expected an id used once, got it a second time"
                problems.append(Problem(path.name, name, id_field, message))
            seen.add(identity)
        try:
            records[name] = record_type.model_validate(entry)
        except ValidationError as error:
            problems.extend(
                Problem(path.name, name, _field(detail), _message(detail, record_type))
                for detail in error.errors(include_url=False)
            )
    if problems:
        raise EvidenceError(problems)
    return records


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, in C where it is there (ten times as quick), that keeps double keys."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.double_keys: list[tuple[int, str]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.value in seen:
                    self.double_keys.append((key_node.start_mark.line + 1, key_node.value))
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


def _read_entries(path: Path, key: str) -> list[Any]:
    def fail(*messages: str) -> EvidenceError:
        return EvidenceError(Problem(path.name, None, None, message) for message in messages)

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise fail("expected a table, got no such file") from None
    except UnicodeDecodeError as error:
        raise fail(f"byte {error.start}: expected UTF-8 text") from None

    loader = None
    try:
        loader = _Loader(text)
        content = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise fail(f"line {line}: expected YAML, got {error.problem}") from None
    except yaml.YAMLError as error:
        raise fail(f"expected YAML, got {' '.join(str(error).split())}") from None
    finally:
        if loader is not None:
            loader.dispose()

    if loader.double_keys:
        raise fail(
            *(
                f"line {line}: expected each key once in a mapping, got {name!r} a second time"
                for line, name in loader.double_keys
            )
        )
    if not isinstance(content, Mapping) or list(content) != [key]:
        found = ", ".join(map(repr, content)) if isinstance(content, Mapping) else _shown(content)
        raise fail(f"expected the one top-level key {key!r}, got {found or 'none'}")
    entries = content[key]
    if not isinstance(entries, list) or not entries:
        raise fail(f"expected a list of records under {key!r}, got {_shown(entries)}")
    return entries


# What pydantic found, in the words of the person who edits the table.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "tuple_type": "a list",
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
        annotation = record_type.model_fields[str(step)].annotation
        candidates = (annotation, *getattr(annotation, "__args__", ()))
        record_type = next(c for c in candidates if isinstance(c, type) and issubclass(c, Record))
    return list(record_type.model_fields)


def _field(detail: ErrorDetails) -> str:
    return ".".join(str(step) for step in detail["loc"])


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
