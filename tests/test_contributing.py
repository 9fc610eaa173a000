"""CONTRIBUTING.md: paths of at most ten steps, whose commands, files and records exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ketalab.evidence.library import SOURCES, library
from ketalab.publish.cli import _COMMANDS
from tests.run import SUITES

TEXT = (Path(__file__).resolve().parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATHS = (
    "Correct a fact",
    "Add a study",
    "Add a question",
    "Add an explorer",
    "Add a lesson",
)


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)[1]


def commands():
    """Every command of the document's shell blocks and tables, as words."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", TEXT, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`((?:make|ketalab|python|pre-commit|cp|git) [^`\n]+)`", TEXT)
    parts = (part for line in lines for part in re.split(r"&&|\band then\b", line))
    return [words for part in parts if (words := shlex.split(part, comments=True))]


@pytest.mark.parametrize("title", PATHS)
def test_a_path_has_at_most_ten_steps_in_their_order(title):
    steps = [int(number) for number in re.findall(r"^(\d+)\. ", section(title), re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))
    assert 5 <= len(steps) <= 10


@pytest.mark.parametrize("title", PATHS)
def test_a_path_checks_what_it_changed_and_ends_in_a_pull_request(title):
    text = section(title)
    assert "CHANGELOG.md" in text
    assert "pull request" in text
    if title != "Add an explorer":  # it brings no fact of its own
        assert "ketalab reviewed" in text
    assert "tests/" in text or "[all tests](#check-a-change)" in text


def test_every_command_exists(repository):
    targets = re.findall(
        r"^([a-z-]+):", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    seen = set()
    for words in commands():
        seen.add(words[0])
        if words[0] == "make":
            assert words[1] in targets, words
        elif words[0] == "ketalab":
            assert words[1] in _COMMANDS, words
        elif words[:2] == ["python", "tests/run.py"]:
            assert set(words[2:]) <= set(SUITES), words
    assert seen >= {"make", "ketalab", "python", "pre-commit", "git", "cp"}


def test_every_file_that_a_command_reads_exists(repository):
    made = {words[2] for words in commands() if words[0] == "cp"}
    for words in commands():
        for word in words:
            if word not in made and re.fullmatch(r"(?:tests|content|notebooks)/[\w/.-]*", word):
                assert (repository / word).exists(), words


def test_every_table_and_record_that_is_named_exists():
    tables = re.findall(
        r"`([a-z_]+)`", re.search(r"in which table .*?\?", section("Add a study"), re.S)[0]
    )
    assert len(tables) == 8
    assert set(tables) <= set(SOURCES)
    keys = set(re.findall(r"side_effects/(spravato_trd__\d+)", TEXT))
    assert keys
    assert keys <= set(library().side_effects)
    assert "10.1016/j.pain.2009.06.023" in {trial.doi for trial in library().trials.values()}


def test_what_it_shows_of_a_message_is_what_is_said(repository):
    """The words in the text are those of the code."""
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((repository / "content" / "ketalab").rglob("*.py"))
    )
    for words in (
        "expected a class for this record, got none",
        "has not been compared with its source",
        "since it was last compared with its source",
    ):
        assert words in " ".join(TEXT.split())
        head = words.partition(", got")[0]
        assert head in said
