"""The lock files say what pyproject.toml says."""

from __future__ import annotations

import re
import tomllib

import pytest

LOCKS = {
    "course": "requirements.txt",
    "publish": "content/ketalab/publish/requirements.txt",
    "test": "tests/requirements.txt",
}


def declared(repository, which):
    """The direct requirements of pyproject.toml, by the lock file that pins them."""
    tables = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "course": tables["project"]["dependencies"],
        "publish": tables["project"]["optional-dependencies"]["publish"],
        "test": tables["dependency-groups"]["test"],
    }[which]


def lines(repository, which):
    """The lines of a lock file without its comments."""
    text = (repository / LOCKS[which]).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("which", LOCKS)
def test_every_direct_requirement_has_the_same_pin_in_its_lock(repository, which):
    missing = set(declared(repository, which)) - set(lines(repository, which))
    assert not missing, f"run `make lock`: {LOCKS[which]} lacks {sorted(missing)}"


@pytest.mark.parametrize("which", LOCKS)
def test_a_lock_pins_exactly_and_names_no_place(repository, which):
    loose = [
        line
        for line in lines(repository, which)
        if line != "-e ."
        and not line.startswith("-r ")
        and not re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ; .+)?", line)
    ]
    assert not loose


def test_no_package_is_pinned_in_two_locks(repository):
    names = {
        which: {line.partition("==")[0] for line in lines(repository, which) if "==" in line}
        for which in LOCKS
    }
    assert not names["course"] & names["publish"]
    assert not names["test"] & (names["course"] | names["publish"])


def test_the_course_installs_itself_and_the_tests_install_the_course(repository):
    assert "-e ." in lines(repository, "course")
    assert "-r ../requirements.txt" in lines(repository, "test")
