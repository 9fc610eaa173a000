"""The newest releases of everything the course depends on, for the weekly run that tries them.

pyproject.toml pins every package exactly, so an ordinary upgrade changes nothing.

`python tests/weekly/newest.py requirements` prints the packages without their pins, for pip.
`python tests/weekly/newest.py changes` prints, as a Markdown table, each installed package whose
version is not the one in the lock files. It needs nothing but Python.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "content/ketalab/publish/requirements.txt", "tests/requirements.txt")

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+(?:\[[^\]]*\])?)==(?P<version>[^\s;]+)(?P<rest>.*)")


def unpinned(root: Path = ROOT) -> list[str]:
    """Return every direct requirement of pyproject.toml without its version, in its order.

    The course's, the exports', the tests' and what builds the package; conditions
    (`; sys_platform == …`) stay.

    Raises:
        ValueError: a requirement is not pinned by `==`; the message shows it.
    """
    tables = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = tables["project"]
    pinned = [
        *tables["build-system"]["requires"],
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
        *(line for group in tables["dependency-groups"].values() for line in group),
    ]
    return [_without_pin(line) for line in pinned]


def _without_pin(line: str) -> str:
    found = _PIN.fullmatch(line)
    if found is None:
        raise ValueError(f"pyproject.toml: {line!r} is not pinned as name==version")
    return found["name"] + found["rest"]


def changes(
    root: Path = ROOT, installed: Callable[[str], str] = version
) -> list[tuple[str, str, str]]:
    """Return (package, version in the lock files, installed version) where the two differ.

    What is locked for another system and is not installed here is left out.
    """
    locked: dict[str, list[str]] = {}
    for lock in LOCKS:
        for line in (root / lock).read_text(encoding="utf-8").splitlines():
            if pin := _PIN.fullmatch(line):
                # Several where the version hangs on Python's or the system.
                locked.setdefault(pin["name"], []).append(pin["version"])
    found = []
    for name, versions in locked.items():
        try:
            now = installed(name)
        except PackageNotFoundError:
            continue
        if now not in versions:
            found.append((name, " or ".join(versions), now))
    return sorted(found)


def table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return the changes as a Markdown table, or one sentence that there are none."""
    if not rows:
        return "Every installed package has the version that the lock files name."
    lines = [f"| {name} | {locked} | {now} |" for name, locked, now in rows]
    return "\n".join(["| package | pinned | newest |", "| --- | --- | --- |", *lines])


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for; 2 for a word that is not known."""
    if list(arguments) == ["requirements"]:
        print(*unpinned(), sep="\n")
    elif list(arguments) == ["changes"]:
        print(table(changes()))
    else:
        print("newest.py: say `requirements` or `changes`", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
