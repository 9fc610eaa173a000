"""Tell whether an output is newer than all that it was made from, by content, not by date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path


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
            self._made = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._made = {}

    def is_current(self, output: Path, inputs: str) -> bool:
        """True if the output was made from these inputs and nobody has changed it since."""
        entry = self._made.get(_name(output))
        return (
            entry is not None
            and entry["inputs"] == inputs
            and output.exists()
            and entry["output"] == _content(output)
        )

    def record(self, output: Path, inputs: str) -> None:
        """Remember an output that was just made."""
        self._made[_name(output)] = {"inputs": inputs, "output": _content(output)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self._made, indent=1), encoding="utf-8")
        part.replace(self.path)


def _name(path: Path) -> str:
    """Two editions of a notebook have one file name; their folders differ."""
    return f"{path.parent.name}/{path.name}"


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
