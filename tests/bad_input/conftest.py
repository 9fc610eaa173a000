"""Broken files, each beside the exact message that it must lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Words that tell a message for a person from one for a programmer.
TRACES = ("Traceback", 'File "', ".py", "pydantic", "NoneType")


def fixtures(folder: str, kind: str) -> list[pytest.param]:
    """The broken files of a folder, named after themselves."""
    found = sorted((HERE / folder).glob(f"*.{kind}"))
    assert found, f"{folder} holds no .{kind} file"
    return [pytest.param(path, id=path.stem) for path in found]


def message_beside(path: Path) -> str:
    """What the tool must say to a broken file: the .txt of the same name."""
    return path.with_suffix(".txt").read_text(encoding="utf-8")
