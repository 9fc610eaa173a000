"""Copies of the pharmacology's tables that a test may break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ketalab.evidence.pharmacology as pharmacology
from ketalab.evidence.pharmacology import load_pharmacology
from ketalab.evidence.tables import EvidenceError
from tests.evidence.broken_table import put, read, write

TABLES = Path(pharmacology.__file__).parent


class Tables:
    """A private copy of all tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in TABLES.glob("*.yaml"):
            shutil.copyfile(path, folder / path.name)

    def put(self, file: str, place: str, value: object) -> None:
        """Set what stands at a dotted place; the name of a record stands for its number."""
        content = read(self.folder / file)
        head, _, rest = place.partition(".")
        name, _, field = rest.partition(".")
        if isinstance(content[head], list) and not name.isdigit():
            ids = [record["id"] for record in content[head]]
            place = f"{head}.{ids.index(name)}" + (f".{field}" if field else "")
        put(content, place, value)
        write(self.folder / file, content)

    def complaints(self) -> list[str]:
        """Load everything and return the lines of the one error; empty when nothing is wrong."""
        try:
            load_pharmacology(self.folder)
        except EvidenceError as error:
            return str(error).splitlines()
        return []


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """A copy of the tables in a folder of its own, still sound."""
    return Tables(tmp_path)
