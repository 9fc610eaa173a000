"""Tell whether an output is newer than all that it was made from, by content, not by date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any


def fingerprint(files: Iterable[Path]) -> str:
    """A digest of the files' content and of the versions of all installed packages."""
    total = hashlib.sha256()
    for package in sorted(f"{d.name} {d.version}" for d in distributions()):
        total.update(package.encode())
    for path in files:
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


class Ledger:
    """A file that remembers, for each output, what it was made from and what it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            made = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            made = {}
        self._made: dict[str, Any] = made if isinstance(made, dict) else {}

    def is_current(self, output: Path, inputs: str) -> bool:
        """True if the output was made from these inputs and nobody has changed it since."""
        return output.exists() and self._made.get(_name(output)) == _entry(output, inputs)

    def record(self, output: Path, inputs: str) -> None:
        """Remember an output that was just made."""
        self._made[_name(output)] = _entry(output, inputs)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self._made, indent=1), encoding="utf-8")
        part.replace(self.path)


def _name(path: Path) -> str:
    """Two editions of a notebook have one file name; their folders differ."""
    return f"{path.parent.name}/{path.name}"


def _entry(output: Path, inputs: str) -> dict[str, str]:
    return {"inputs": inputs, "output": hashlib.sha256(output.read_bytes()).hexdigest()}
