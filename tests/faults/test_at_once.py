"""Two at once in one checkout: the second says that it waits, and both end well."""

from __future__ import annotations

import subprocess

import pytest

from tests.faults.conftest import SECONDS, wait_until

WAITING = "waiting: another build or export is at work in this checkout\n"
# The first cell goes on only when the second command has said that it waits.
HELD = "import pathlib, time\nwhile not pathlib.Path({go!r}).exists(): time.sleep(0.1)"


@pytest.mark.parametrize("second", [["build"], ["export", "--to", "slides"]], ids=lambda w: w[0])
def test_the_second_waits_for_the_first(course, tmp_path, second):
    go = tmp_path / "go"
    course.change()
    course.lesson("01-first", f"{HELD.format(go=str(go))}\n'first, changed'")
    said = [tmp_path / "first", tmp_path / "second"]
    started = []
    try:
        for log, arguments in zip(said, (["build"], second), strict=True):
            with log.open("w") as stream:
                command = course.command(*arguments)
                process = subprocess.Popen(command, stdout=stream, stderr=stream)
            started.append(process)
            word = "waiting" if len(started) == 2 else "executing"
            wait_until(lambda log=log, word=word: word in log.read_text(), process, word)
        go.touch()
        assert [process.wait(timeout=SECONDS) for process in started] == [0, 0]
    finally:
        for process in started:
            process.kill()
    assert WAITING not in said[0].read_text()
    text = said[1].read_text()
    assert text.startswith(WAITING)
    # It found everything built, and did nothing twice.
    assert "executed after" not in text
    assert course.leftovers() == []
    assert b"first, changed" in course.outputs()["notebooks/01-first.ipynb"]
    done = course.run("export", "--to", "slides")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 of 2 were up to date" in course.run("export", "--to", "slides").stdout
