"""An output is out of date when anything that it was made from, or itself, has changed."""

from __future__ import annotations

import pytest

from ketalab.publish import fingerprint as module
from ketalab.publish.fingerprint import Ledger, fingerprint
from ketalab.publish.project import Project


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / "a.py", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text(path.name)
    return paths


def test_the_same_content_is_the_same_whatever_its_date(files):
    before = fingerprint(files)
    files[0].write_text(files[0].read_text())
    assert fingerprint(files) == before


def test_one_byte_counts(files):
    before = fingerprint(files)
    files[1].write_text("b.yamk")
    assert fingerprint(files) != before


def test_a_new_name_and_a_new_file_count(files, tmp_path):
    before = fingerprint(files)
    assert fingerprint([files[0], files[1].rename(tmp_path / "c.yaml")]) != before
    assert fingerprint(files[:1]) != before


def test_another_version_of_a_package_counts(files, monkeypatch):
    before = fingerprint(files)
    found = [*module.distributions()]
    monkeypatch.setattr(module, "distributions", lambda: found[1:])
    assert fingerprint(files) != before


@pytest.mark.parametrize("suffix", ["py", "yaml", "js", "css", "j2", "json", "txt"])
def test_every_kind_of_source_of_the_package_counts(project, suffix):
    new = project.root / "content" / "ketalab" / "deep" / f"new.{suffix}"
    new.parent.mkdir()
    new.write_text("x")
    assert new in project.sources()


def test_every_file_of_the_real_package_counts(repository):
    package = repository / "content" / "ketalab"
    files = {
        path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    files.add(repository / "content" / "lessons" / "glossary.yaml")
    files |= {repository / name for name in ("LICENSE", "CITATION.cff")}
    files |= {repository / name for name in ("pyproject.toml", "requirements.txt")}
    project = Project(repository)
    assert files == set(project.export_sources())
    only_exported = set(project.export_sources()) - set(project.sources())
    inside = {path for path in only_exported if path.is_relative_to(package)}
    assert {path.name for path in only_exported - inside} >= {"LICENSE", "CITATION.cff"}
    folders = {path.relative_to(package).parts[:2] for path in inside}
    assert folders == {
        ("publish", folder) for folder in ("pages", "handouts", "questions", "packages")
    }


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "deep" / "ledger.json", tmp_path)


@pytest.fixture
def output(tmp_path):
    path = tmp_path / "notebooks" / "x.ipynb"
    path.parent.mkdir()
    path.write_text("made")
    return path


def test_only_what_was_recorded_is_current(ledger, output):
    assert not ledger.is_current(output, "inputs")
    ledger.record([(output, "inputs")])
    for known in (ledger, Ledger(ledger.path, ledger.root)):
        assert known.is_current(output, "inputs")
        assert not known.is_current(output, "other inputs")


def test_an_output_that_somebody_edited_or_deleted_is_not_current(ledger, output):
    ledger.record([(output, "inputs")])
    output.write_text("edited")
    assert not ledger.is_current(output, "inputs")
    output.unlink()
    assert not ledger.is_current(output, "inputs")


def test_outputs_of_one_name_in_two_folders_are_told_apart(ledger, output, tmp_path):
    other = tmp_path / "executed" / output.name
    other.parent.mkdir()
    other.write_text("made too")
    ledger.record([(output, "inputs")])
    assert not ledger.is_current(other, "inputs")
    ledger.record([(other, "inputs")])
    assert ledger.is_current(output, "inputs")
    assert ledger.is_current(other, "inputs")


@pytest.mark.parametrize("text", ["", "{", "not json", "[]", "3", '{"notebooks/x.ipynb": 1}'])
def test_a_spoilt_ledger_means_that_nothing_is_current(ledger, output, text):
    ledger.path.parent.mkdir()
    ledger.path.write_text(text)
    spoilt = Ledger(ledger.path, ledger.root)
    assert not spoilt.is_current(output, "inputs")
    spoilt.record([(output, "inputs")])
    assert Ledger(ledger.path, ledger.root).is_current(output, "inputs")


def test_outputs_that_nothing_makes_any_more_are_known_and_forgotten(ledger, output, tmp_path):
    other = tmp_path / "gone.ipynb"
    other.write_text("made too")
    ledger.record([(output, "inputs"), (other, "inputs")])
    again = Ledger(ledger.path, ledger.root)
    assert again.others([output]) == [other]
    again.forget([other])
    assert Ledger(ledger.path, ledger.root).others([output]) == []
    assert again.is_current(output, "inputs")
