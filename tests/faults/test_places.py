"""A checkout, and a folder for temporary files, with a name that programs stumble over."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Course

ODD = "ein Weg mit Ümläuten ü 課程 & 100% #1 'q'"
PLACES = {
    "odd": ODD,
    # Each part is as long as Linux and macOS allow, and the whole is near their limit for paths.
    "long": "/".join(["v" * 120] * 6),
}


@pytest.fixture
def there(copy, tmp_path, monkeypatch, request) -> Course:
    place = tmp_path / PLACES[request.param]
    (place / "temporary").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(place / "temporary"))
    return copy(place / "course")


@pytest.mark.parametrize("there", PLACES, indirect=True)
def test_build_and_export_do_there_what_they_do_elsewhere(there, finished):
    assert "up to date" in there.run("build").stdout
    before = there.outputs()
    there.change()
    for what in (["build"], ["export"]):
        done = there.run(*what)
        assert (done.returncode, done.stderr) == (0, "")
    there.lesson("01-first", "'first'")
    there.lesson("02-second", "'second'")
    assert there.run("export", "--to", "slides").returncode == 0
    made = there.outputs()
    assert {name: made[name] for name in before} == finished.outputs()
    assert made["exports/handouts/summary-of-findings.pdf"].startswith(b"%PDF-")
    assert there.leftovers() == []
    # No place of this machine stands in what is handed out.
    name = there.project.root.parent.name.encode()
    assert not [path for path, body in made.items() if name in body]


@pytest.mark.parametrize("there", PLACES, indirect=True)
def test_a_broken_lesson_is_named(there):
    there.lesson("02-second", "1 / 0")
    ended = there.run("build")
    assert ended.returncode == 1
    assert ended.stderr.startswith("ketalab: 02-second.md: a cell failed\n")
