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
    packages = sorted(f"{d.name} {d.version}" for d in distributions())
    return digest(files, *packages)


def digest(files: Iterable[Path], *texts: str) -> str:
    """A digest of files, by name and content, and of texts."""
    total = hashlib.sha256()
    for text in texts:
        total.update(f"{text}\n".encode())
    for path in files:
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


class Ledger:
    """A file that remembers, for each output, what it was made from and what it was.

    Outputs are known by their paths below `root`.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.root = root
        try:
            made = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            made = {}
        self._made: dict[str, Any] = made if isinstance(made, dict) else {}

    def is_current(self, output: Path, inputs: str) -> bool:
        """True if the output was made from these inputs and nobody has changed it since."""
        return output.exists() and self._made.get(self._name(output)) == _entry(output, inputs)

    def record(self, outputs: Iterable[tuple[Path, str]]) -> None:
        """Remember outputs that were just made, each with the digest of its inputs."""
        self._made |= {self._name(output): _entry(output, inputs) for output, inputs in outputs}
        self._write()

    def others(self, known: Iterable[Path]) -> list[Path]:
        """The outputs that were made once and are not among those known now."""
        names = {self._name(path) for path in known}
        return [self.root / name for name in self._made if name not in names]

    def forget(self, outputs: Iterable[Path]) -> None:
        """Remember nothing of these outputs any more."""
        known = len(self._made)
        for output in outputs:
            self._made.pop(self._name(output), None)
        if len(self._made) < known:  # a checkout may be closed to writing
            self._write()

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        try:
            part.write_text(json.dumps(self._made, indent=1, sort_keys=True), encoding="utf-8")
            part.replace(self.path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _entry(output: Path, inputs: str) -> dict[str, str]:
    return {"inputs": inputs, "output": hashlib.sha256(output.read_bytes()).hexdigest()}
