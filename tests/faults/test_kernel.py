"""A kernel that dies in the middle of a lesson, a cell that does not end, one that floods."""

from __future__ import annotations

import os

import psutil
import pytest

from ketalab.publish import execution
from ketalab.publish.execution import execute
from ketalab.publish.lessons import read_lesson
from ketalab.publish.project import PublishError
from tests.publish.conftest import GALLERY, code, lesson_text

DIED = "09-small.md: the kernel died in the middle of a cell\n    "

CELLS = {
    "ends": ("import os\nos._exit(3)", DIED + "import os\n    os._exit(3)"),
    # As the system does to the largest process when memory runs out.
    "is killed": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        DIED + "import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)",
    ),
    "crashes": (
        "import faulthandler\nfaulthandler._sigsegv()",
        DIED + "import faulthandler\n    faulthandler._sigsegv()",
    ),
    "does not end": (
        "while True:\n    pass",
        "09-small.md: a cell did not end within 4 s\n    while True:\n        pass",
    ),
    "floods": (
        "while True:\n    print('x' * 1000)",
        "09-small.md: a cell put out more than 100,000 characters\n"
        "    while True:\n        print('x' * 1000)",
    ),
    "shows a flood": (
        "'y' * 200_000",
        "09-small.md: a cell put out more than 100,000 characters\n    'y' * 200_000",
    ),
}


def write(folder, *sources):
    path = folder / "09-small.md"
    path.write_text(lesson_text(GALLERY, explore="".join(map(code, sources))), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that(tmp_path, monkeypatch, name):
    source, message = CELLS[name]
    monkeypatch.setattr(execution, "_SECONDS", 4 if name == "does not end" else 120)
    monkeypatch.setattr(execution, "_CHARACTERS", 100_000)
    path = write(tmp_path, "1 + 1", source)
    with pytest.raises(PublishError) as raised:
        execute(read_lesson(path), path)
    assert str(raised.value).startswith(message)
    assert psutil.Process(os.getpid()).children() == []


@pytest.mark.parametrize("source", [CELLS["ends"][0], "1 / 0"])
def test_the_command_says_so_and_the_last_output_stays(course, source):
    before = course.outputs()
    course.lesson("02-second", source)
    ended = course.run("build")
    assert ended.returncode == 1
    assert ended.stderr.startswith("ketalab: 02-second.md: ")
    assert course.outputs() == before
    course.change()
    assert course.run("build").returncode == 0
    assert course.leftovers() == []


def test_a_kernel_that_does_not_start_is_quoted(monkeypatch, tmp_path):
    """The interpreter fails before it has begun."""
    (tmp_path / "broken" / "ipykernel_launcher.py").parent.mkdir()
    (tmp_path / "broken" / "ipykernel_launcher.py").write_text("raise SystemExit('no room')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    path = write(tmp_path, "1 + 1")
    with pytest.raises(PublishError, match=r"^09-small.md: the kernel did not start: ") as raised:
        execute(read_lesson(path), path)
    assert str(raised.value).endswith("\nThe kernel said:\nno room")
