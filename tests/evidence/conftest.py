"""Copies of the tables that a test may break, one field at a time."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import ketalab.evidence
from ketalab.evidence import tables as evidence_tables
from ketalab.evidence.library import load_library
from ketalab.evidence.plain_data import plain_data
from ketalab.evidence.tables import EvidenceError

TABLES = Path(ketalab.evidence.__file__).parent

# Of some twenty files a test changes one.
parsed_once = cache(plain_data)

Change = Callable[[list[dict[str, Any]]], None]


@pytest.fixture(autouse=True)
def each_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All checks are made anew in each test; what a text of YAML holds is remembered."""
    monkeypatch.setattr(evidence_tables, "plain_data", parsed_once)


@pytest.fixture(scope="session")
def contents() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The course's own tables as plain data, by file name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        path.name: yaml.load(path.read_text(encoding="utf-8"), loader)
        for path in sorted(TABLES.glob("*.yaml"))
    }


def _put(records: list[dict[str, Any]], record: str, field: str, value: object) -> None:
    (target,) = (r for r in records if record in (r.get("id"), r.get("key"), r.get("name")))
    *path, last = field.split(".")
    for step in path:
        target = target[int(step) if isinstance(target, list) else step]
    target[int(last) if isinstance(target, list) else last] = value


class Tables:
    """A private copy of all tables."""

    def __init__(self, folder: Path, contents: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
        self.folder = folder
        self._contents = contents
        for path in TABLES.glob("*.yaml"):
            shutil.copyfile(path, folder / path.name)

    def change(self, file: str, change: Change, key: str | None = None) -> None:
        """Write ``file`` anew with its records changed in place by ``change``.

        ``key`` is the list to change where the file holds several.
        """
        content = copy.deepcopy(self._contents[file])
        if key is None:
            (key,) = content
        change(content[key])
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        text = yaml.dump(content, Dumper=dumper, sort_keys=False, allow_unicode=True)
        (self.folder / file).write_text(text, encoding="utf-8")

    def put(
        self, file: str, record: str, field: str, value: object, key: str | None = None
    ) -> None:
        """Set one field of one record; ``field`` may be dotted, with numbers for lists."""
        self.put_all(file, [(record, field, value)], key)

    def put_all(
        self, file: str, changes: Sequence[tuple[str, str, object]], key: str | None = None
    ) -> None:
        """Set fields of records of one file: (record, field, value) each."""

        def change(records: list[dict[str, Any]]) -> None:
            for record, field, value in changes:
                _put(records, record, field, value)

        self.change(file, change, key)

    def complaints(self) -> list[str]:
        """Load everything and return the lines of the one error; empty when nothing is wrong."""
        try:
            load_library(self.folder)
        except EvidenceError as error:
            return str(error).splitlines()
        return []


@pytest.fixture
def tables(tmp_path: Path, contents: dict[str, dict[str, list[dict[str, Any]]]]) -> Tables:
    """A copy of the tables in a folder of its own, still sound."""
    return Tables(tmp_path, contents)
