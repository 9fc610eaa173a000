"""The list without pins, and what is said of the versions."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError

import pytest

from tests.weekly import newest

PYPROJECT = """
[build-system]
requires = ["setuptools==1.0"]
[project]
dependencies = ["numpy==2.4.6", "jupyter[all]==1.2 ; sys_platform == 'linux'"]
[project.optional-dependencies]
publish = ["pypdf==7.1.0"]
[dependency-groups]
test = ["pytest==9.2.0"]
"""


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    for lock in newest.LOCKS:
        (tmp_path / lock).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / lock).write_text("# a lock\n-e .\n", encoding="utf-8")
    (tmp_path / newest.LOCKS[0]).write_text(
        "numpy==2.4.6\n    # via ketalab\nsphinx==9.0 ; python_version < '3.12'\n"
        "sphinx==9.1 ; python_version >= '3.12'\nwinpty==1.0 ; sys_platform == 'win32'\n",
        encoding="utf-8",
    )
    return tmp_path


def test_pins_go_and_extras_and_conditions_stay(checkout):
    assert newest.unpinned(checkout) == [
        "setuptools",
        "numpy",
        "jupyter[all] ; sys_platform == 'linux'",
        "pypdf",
        "pytest",
    ]


def test_a_requirement_that_is_not_pinned_is_an_error(checkout):
    path = checkout / "pyproject.toml"
    path.write_text(PYPROJECT.replace("pypdf==7.1.0", "pypdf>=7"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"pyproject.toml: 'pypdf>=7' is not pinned"):
        newest.unpinned(checkout)


def test_every_requirement_of_the_course_is_among_them(repository, capsys):
    assert newest.main(["requirements"]) == 0
    names = capsys.readouterr().out.split("\n")[:-1]
    tables = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(names) >= {
        line.partition("==")[0]
        for line in (*tables["project"]["dependencies"], *tables["dependency-groups"]["test"])
    }
    assert not [name for name in names if "=" in name.partition(";")[0]]


@pytest.mark.parametrize(
    ("installed", "rows"),
    [
        ({"numpy": "2.4.6", "sphinx": "9.1"}, []),
        ({"numpy": "3.0", "sphinx": "9.0"}, [("numpy", "2.4.6", "3.0")]),
        (
            {"numpy": "2.4.6", "sphinx": "10.0", "winpty": "1.0"},
            [("sphinx", "9.0 or 9.1", "10.0")],
        ),
    ],
)
def test_what_changed_is_what_no_lock_names(checkout, installed, rows):
    def version(name):
        try:
            return installed[name]
        except KeyError:
            raise PackageNotFoundError(name) from None

    assert newest.changes(checkout, version) == rows
    said = newest.table(rows)
    assert all(" | ".join(row) in said for row in rows)
    assert ("every installed package" in said.lower()) == (rows == [])


def test_a_word_that_it_does_not_know_is_an_error(capsys):
    assert newest.main(["latest"]) == 2
    assert "say `requirements` or `changes`" in capsys.readouterr().err
