"""A browser that is missing, too old, that crashes or hangs: for who exports, and for the tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from ketalab.publish.browser import CHROMIUM
from ketalab.publish.handouts import pdf
from ketalab.publish.handouts.pdf import print_pdf
from ketalab.publish.project import PublishError
from tests.firefox.find_firefox import FIREFOX

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")

NEW = '#!/bin/sh\n[ "$1" = --version ] && exec echo Chromium 156.0\n'
OLD = "#!/bin/sh\necho Chromium 90.0.4430.212\n"

FAULTS = {
    "missing": (None, r"KETALAB_CHROMIUM is set to \S+/chromium, and there is no such file\."),
    "older": (
        OLD,
        r"KETALAB_CHROMIUM is set to \S+/chromium, which is version 90, and 132 or later is needed",
    ),
    "does not start": (
        "#!/bin/sh\nexit 127\n",
        r"KETALAB_CHROMIUM is set to \S+/chromium, which does not start\.",
    ),
    "crashes": (
        NEW + "kill -SEGV $$\n",
        r"\S+/chromium printed no PDF and ended with status -11\. It says:\nnothing",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_message_and_the_last_output_whole(course, tmp_path, monkeypatch, name):
    script, message = FAULTS[name]
    before = course.outputs()
    program(tmp_path, script)
    monkeypatch.setenv(CHROMIUM.variable, str(tmp_path / "chromium"))
    ended = course.run("export", "--to", "pdf")
    assert ended.returncode == 1
    assert re.match(rf"ketalab: {message}", ended.stderr), ended.stderr
    assert "Traceback" not in ended.stderr
    assert course.outputs() == before
    assert course.leftovers() == []


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path, monkeypatch):
    """The fixture of all tests here sees to it that the one that sleeps is gone."""
    program(tmp_path, NEW + "sleep 600\nexit 0\n")
    monkeypatch.setenv(CHROMIUM.variable, str(tmp_path / "chromium"))
    monkeypatch.setattr(pdf, "_SECONDS", 1)
    with pytest.raises(PublishError, match=r"^\S+/chromium did not print a PDF within 1 s\.$"):
        print_pdf("<h1>Title</h1>", "Title")


@pytest.mark.parametrize(
    ("script", "variable", "message"),
    [
        ("browser/find_browser.py", CHROMIUM.variable, "is version 90, and 132 or later is needed"),
        ("firefox/find_firefox.py", FIREFOX.variable, "is version 90, and 121 or later is needed"),
    ],
)
def test_the_tests_say_so_before_they_start(repository, tmp_path, script, variable, message):
    """`make test` asks these two first."""
    for text, said in ((None, "there is no such file"), (OLD, message)):
        program(tmp_path, text)
        ended = subprocess.run(
            [sys.executable, repository / "tests" / script],
            env=os.environ | {variable: str(tmp_path / "chromium")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert ended.stdout == ""
        assert said in ended.stderr
        assert ended.stderr.count("\n") == 1


def program(folder, text):
    path = folder / "chromium"
    if text is not None:
        path.write_text(text)
        path.chmod(0o755)
