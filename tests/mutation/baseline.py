"""What each test of the fast suite reads and how long it takes, with no mutation: measured once.

A record is kept for each test file, with a digest of all that it could depend on, and is measured
anew when that changes.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.mutation.copies import Copies
from tests.mutation.mutation import Mutation
from tests.mutation.suite import LONGEST_TEST, record, test_files

_SECONDS_FOR_A_FILE = 300.0


class BaselineError(RuntimeError):
    """The fast suite fails although nothing was mutated."""


@dataclass(frozen=True)
class Read:
    """What one test function ran: by source file, the lines; and its processor time in seconds."""

    test: str
    seconds: float
    lines: dict[str, frozenset[int]] = field(repr=False)


@dataclass(frozen=True)
class Baseline:
    """All records: by test file, its functions, what ran outside of them, and what was opened."""

    functions: dict[str, list[Read]]
    outside: dict[str, Read]
    opened: dict[str, frozenset[str]]

    def tests_for(self, mutation: Mutation, text: str) -> list[str]:
        """The test functions that can see a mutation, those first that are likeliest to.

        First those that ran a changed line, then the others of files in which it ran: what they see
        may come from a cache that an earlier test filled. For a file of data: all tests of files
        that opened it. Within each: the file named like the mutated one, then the quickest file.

        Args:
            mutation: what is changed.
            text: the text of its file, unchanged.
        """
        path = mutation.path
        if not path.endswith(".py"):
            return self._in_order(
                [
                    r
                    for file, opened in self.opened.items()
                    if path in opened
                    for r in self._of(file)
                ],
                path,
            )
        lines = changed_lines(mutation, text)
        direct: list[Read] = []
        others: list[Read] = []
        for file in self.functions:
            reads = self._of(file)
            ran = [r for r in reads if r.lines.get(path, frozenset()) & lines]
            if ran or self.outside[file].lines.get(path, frozenset()) & lines:
                touched = [r for r in reads if r not in ran and path in r.lines]
                direct += ran
                others += touched
        return self._in_order(direct, path) + self._in_order(others, path)

    def _of(self, file: str) -> list[Read]:
        return [read for read in self.functions[file] if read.seconds <= LONGEST_TEST]

    def _in_order(self, reads: list[Read], path: str) -> list[str]:
        by_file: dict[str, list[Read]] = {}
        for read in reads:
            by_file.setdefault(read.test.partition("::")[0], []).append(read)
        namesake = f"test_{Path(path).stem}.py"
        ranked = sorted(
            by_file.items(),
            key=lambda entry: (
                not entry[0].endswith("/" + namesake),
                sum(read.seconds for read in entry[1]),
                entry[0],
            ),
        )
        return [read.test for _, reads in ranked for read in reads]


def changed_lines(mutation: Mutation, text: str) -> frozenset[int]:
    """Lines of the statements in which a mutation changes anything, counted from 1."""
    before, after = mutation.before.split("\n"), mutation.after.split("\n")
    numbers = {
        mutation.line + place
        for place, line in enumerate(before)
        if len(before) != len(after) or line != after[place]
    }
    found: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt):
            first, last = node.lineno, node.end_lineno or node.lineno
            body = getattr(node, "body", None)
            if body:  # of a compound statement only the head: its body has statements of its own
                last = max(first, body[0].lineno - 1)
            if any(first <= number <= last for number in numbers):
                found |= set(range(first, last + 1))
    return frozenset(found | numbers)


def measure(copies: Copies, store: Path, say: Callable[[str], None]) -> Baseline:
    """Read the records in the folder `store`, and measure those that are missing or old.

    Raises:
        BaselineError: names each test that fails with nothing mutated.
    """
    root = copies.folders[0]
    store.mkdir(parents=True, exist_ok=True)
    support = _digest(_support(root))
    paths = {file: store / (file.replace("/", "-") + ".json") for file in test_files(root)}
    digests = {file: _digest([root / file], support) for file in paths}
    records: dict[str, dict[str, Any]] = {}
    for file, path in paths.items():
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["digest"] == digests[file]:
                records[file] = kept
    missing = [file for file in paths if file not in records]
    if missing:
        say(f"baseline: measuring {len(missing)} of {len(paths)} test files")
    jobs = {copies.call(record, file, seconds=_SECONDS_FOR_A_FILE): file for file in missing}
    problems = []
    for job in as_completed(jobs):
        file, ended = jobs[job], job.result()
        if ended.value is None:
            problems.append(f"{file}: {ended.error}")
            continue
        records[file] = ended.value | {"digest": digests[file]}
        problems += ended.value["failed"]
        if not ended.value["failed"]:
            paths[file].write_text(json.dumps(records[file]), encoding="utf-8")
    if problems:
        raise BaselineError(
            "the fast suite fails with nothing mutated; mend it first:\n" + "\n".join(problems)
        )
    return _unpacked(records)


def _unpacked(records: dict[str, dict[str, Any]]) -> Baseline:
    functions: dict[str, list[Read]] = {}
    outside: dict[str, Read] = {}
    for file, entry in sorted(records.items()):
        lines = {context: _lines(packed) for context, packed in entry["lines"].items()}
        functions[file] = [
            Read(test, seconds, lines.get(test, {})) for test, seconds in entry["seconds"].items()
        ]
        outside[file] = Read("", 0.0, lines.get("", {}))
    opened = {file: frozenset(entry["opened"]) for file, entry in records.items()}
    return Baseline(functions, outside, opened)


def _lines(packed: dict[str, str]) -> dict[str, frozenset[int]]:
    from coverage.numbits import numbits_to_nums

    return {
        path: frozenset(numbits_to_nums(base64.b64decode(numbers)))
        for path, numbers in packed.items()
    }


def _support(root: Path) -> Iterator[Path]:
    """Every file that any test may depend on, but not the tests themselves."""
    for folder in ("content", "notebooks", "tests"):
        for path in sorted((root / folder).rglob("*")):
            apart = path.name.startswith("test_") or "mutation" in path.parts[-3:]
            hidden = "__pycache__" in path.parts or ".egg-info" in str(path)
            if path.is_file() and not hidden and not (folder == "tests" and apart):
                yield path
    yield root / "pyproject.toml"


def _digest(paths: Iterator[Path] | list[Path], start: str = "") -> str:
    total = hashlib.sha256(start.encode())
    for path in paths:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
