"""A build or an export that is stopped, at each stage and in each way."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import psutil
import pytest

from ketalab.publish import exports, notebooks
from ketalab.publish.editions import student_edition
from ketalab.publish.execution import execute
from ketalab.publish.lessons import read_lesson
from tests.faults.conftest import STOPPED, Course, made_of, wait_until
from tests.faults.stages import run_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
WHAT = {"build": ["build"], "export": ["export", "--to", "slides"]}


@pytest.fixture(scope="session")
def played(finished, tmp_path_factory):
    """The changed lessons, executed once: the stages of a build are hundreds, its cells the same.

    What happens while a kernel runs is tested below, with kernels.
    """
    root = tmp_path_factory.mktemp("played") / "course"
    shutil.copytree(finished.project.root, root)
    course = Course(type(finished.project)(root))
    course.change()
    lessons = course.project.lesson_files()
    return {path.name: execute(student_edition(read_lesson(path)), path) for path in lessons}


@pytest.fixture
def one_process(monkeypatch, played):
    """All in the process that is stopped, with the cells' outputs as they were."""
    monkeypatch.setattr(notebooks, "cores", lambda: 1)
    monkeypatch.setattr(exports, "cores", lambda: 1)
    monkeypatch.setattr(notebooks, "execute", lambda _, path: played[path.name])


@pytest.mark.usefixtures("one_process")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("what", WHAT)
def test_at_each_stage(course, tmp_path, what, number):
    from ketalab.publish.pages import deck  # noqa: F401  # loaded once, and not in each trial

    course.change()
    if what == "export":
        assert run_until(course.project, ["build"], tmp_path).status == 0
    template = tmp_path / "template"
    shutil.move(course.project.root, template)
    old = Course(type(course.project)(template)).outputs()

    def fresh():
        shutil.rmtree(course.project.root, ignore_errors=True)
        shutil.copytree(template, course.project.root)

    fresh()
    whole = run_until(course.project, WHAT[what], tmp_path)
    assert whole.status == 0, whole.said
    new = course.outputs()
    assert new.keys() == old.keys()
    assert new != old
    moves = [stage for stage in whole.stages if stage.startswith("os.rename")]
    assert len(moves) >= (6 if what == "build" else 2)
    assert any(stage.startswith("half written") for stage in whole.stages)

    for stage, name in enumerate(whole.stages):
        fresh()
        ended = run_until(course.project, WHAT[what], tmp_path, stage, number)
        where = f"stage {stage}, {name}: {ended.said}"
        found = course.outputs()
        if number == signal.SIGKILL:
            assert ended.status == -number, where
            visible = {path: body for path, body in found.items() if "/.staging-" not in path}
            visible = {path: body for path, body in visible.items() if not path.endswith(".part")}
            assert visible.keys() == old.keys(), where
            assert all(body in (old[path], new[path]) for path, body in visible.items()), where
        else:
            assert ended.status == 128 + number, where
            assert ended.said.endswith(STOPPED), where
            assert "Traceback" not in ended.said, where
            assert course.leftovers() == [], where
            assert made_of(found, old, new), where
        again = run_until(course.project, WHAT[what], tmp_path)
        assert again.status == 0, f"after {where}: {again.said}"
        assert course.outputs() == new, f"after {where}"
        assert course.leftovers() == [], f"after {where}"


SLOW = "import pathlib, time\npathlib.Path({mark!r}).touch()\ntime.sleep(600)"


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_while_kernels_run(course, tmp_path, number, monkeypatch):
    """The fixture of all tests here sees to it that no worker and no kernel is left."""
    before = course.outputs()
    marks = [tmp_path / "one", tmp_path / "two"]
    course.lesson("01-first", SLOW.format(mark=str(marks[0])))
    course.lesson("02-second", SLOW.format(mark=str(marks[1])))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    said = _stopped(course, ["build"], number, lambda: all(mark.exists() for mark in marks))
    assert "Traceback" not in said
    visible = {name: body for name, body in course.outputs().items() if "/.staging-" not in name}
    assert visible == before
    if number != signal.SIGKILL:
        assert said == STOPPED
        assert course.leftovers() == []
        # The workers closed what they had opened.
        assert [*(tmp_path / "temporary").glob("ketalab-*")] == []
    course.change()
    done = course.run("build")
    assert (done.returncode, done.stderr) == (0, "")
    assert course.leftovers() == []
    assert b"first, changed" in course.outputs()["notebooks/01-first.ipynb"]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_while_a_browser_prints(course, tmp_path, number, monkeypatch):
    """A browser that hangs is a child of a child: none of them may stay."""
    mark = tmp_path / "printing"
    browser = tmp_path / "chromium"
    browser.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && exec echo Chromium 156.0\n'
        f"touch '{mark}'\nsleep 600\nexit 0\n"
    )
    browser.chmod(0o755)
    monkeypatch.setenv("KETALAB_CHROMIUM", str(browser))
    before = course.outputs()
    said = _stopped(course, ["export"], number, mark.exists)
    if number != signal.SIGKILL:
        assert said == STOPPED
    visible = {name: body for name, body in course.outputs().items() if "/.staging-" not in name}
    assert visible == before
    assert (course.leftovers() == []) == (number != signal.SIGKILL)
    done = course.run("export", "--to", "slides")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_worker_that_the_system_kills(course, tmp_path):
    """As it does to the largest process when memory runs out."""
    before = course.outputs()
    mark = tmp_path / "one"
    course.lesson("01-first", SLOW.format(mark=str(mark)))
    course.lesson("02-second", SLOW.format(mark=str(tmp_path / "two")))
    process = subprocess.Popen(
        course.command("build", workers=2), stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(mark.exists, process, "a kernel ran")
        children = psutil.Process(process.pid).children()
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        assert len(workers) == 2
        workers[0].kill()
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 1
    assert said.startswith("ketalab: a process that this build had started was killed, perhaps ")
    assert "Not finished: 01-first, students, 02-second, students" in said
    assert said.count("\n") == 1
    assert course.outputs() == before


def _stopped(course, arguments, number, there) -> str:
    """Start the command, send it a signal once it is there, and return what it said at the end."""
    # A file and not a pipe, which what it leaves behind would hold open.
    log = course.project.root.parent / "stderr"
    with log.open("w") as stream:
        command = course.command(*arguments, workers=2)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stream)
    try:
        wait_until(there, process, "it was stopped")
        process.send_signal(number)
        process.wait(timeout=60)
    finally:
        process.kill()
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    return log.read_text()
