"""The browser finder, with made-up programs: nothing is installed and no browser is opened."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from ketalab.publish import browser
from ketalab.publish.project import PublishError
from tests import installed_browser
from tests.browser import find_browser
from tests.browser.find_browser import find_chromium
from tests.installed_browser import BrowserNotFoundError, print_path

VARIABLE = browser.CHROMIUM.variable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path):
    """A machine with an empty PATH, no applications and no root."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    look_for(monkeypatch, browser.CHROMIUM.commands)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / "bin").mkdir()


def look_for(monkeypatch, commands):
    wanted = replace(browser.CHROMIUM, commands=commands, macos=())
    monkeypatch.setattr(browser, "CHROMIUM", wanted)
    monkeypatch.setattr(find_browser, "CHROMIUM", wanted)


def make_program(path, status=0, says="Chromium 156.0.8078.79"):
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_the_variable_comes_first(monkeypatch, tmp_path):
    make_program(tmp_path / "bin" / "chromium")
    chosen = make_program(tmp_path / "my browser")
    monkeypatch.setenv(VARIABLE, str(chosen))
    assert find_chromium() == chosen


@pytest.mark.parametrize("status", [None, 1])
def test_a_wrong_variable_is_an_error_even_with_a_browser_at_hand(monkeypatch, tmp_path, status):
    make_program(tmp_path / "bin" / "chromium")
    wrong = tmp_path / "wrong"
    if status is not None:
        make_program(wrong, status)
    monkeypatch.setenv(VARIABLE, str(wrong))
    with pytest.raises(BrowserNotFoundError, match=f"{VARIABLE} is set to .*wrong"):
        find_chromium()


def test_chromium_is_preferred_to_chrome(tmp_path):
    make_program(tmp_path / "bin" / "google-chrome")
    chromium = make_program(tmp_path / "bin" / "chromium")
    assert find_chromium() == chromium


def test_a_program_that_does_not_start_is_passed_over(tmp_path):
    make_program(tmp_path / "bin" / "chromium-browser", status=1)
    chrome = make_program(tmp_path / "bin" / "google-chrome-stable")
    assert find_chromium() == chrome


def test_without_root_nothing_is_installed_and_the_message_names_the_variable(tmp_path):
    make_program(tmp_path / "bin" / "apt-get")
    with pytest.raises(BrowserNotFoundError, match=VARIABLE):
        find_chromium()


def test_whoever_only_prints_gets_one_message_and_no_installation(monkeypatch, tmp_path):
    """The publishing side never calls apt, not even as root."""
    make_program(tmp_path / "bin" / "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(
        PublishError, match=rf"^PDFs .*, version 132 or later, .* Install one .* {VARIABLE} "
    ):
        browser.find_chromium()
    chosen = make_program(tmp_path / "my browser")
    monkeypatch.setenv(VARIABLE, str(chosen))
    assert browser.find_chromium() == chosen


@pytest.fixture
def linux_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(installed_browser.platform, "system", lambda: "Linux")


@pytest.mark.usefixtures("linux_root")
def test_root_on_debian_gets_it_from_apt(monkeypatch, tmp_path, capfd):
    log = tmp_path / "apt.log"
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.defpath}")
    look_for(monkeypatch, ("chromium-made-up",))
    chromium = tmp_path / "bin" / "chromium-made-up"
    apt = make_program(tmp_path / "bin" / "apt-get")
    apt.write_text(
        f"#!/bin/sh\necho \"$@\" | tee -a '{log}'\n"
        "[ $1 = update ] || "
        f"{{ printf '#!/bin/sh\\necho Chromium 156.0\\n' > '{chromium}'; chmod +x '{chromium}';"
        " }\n"
    )
    assert print_path(find_chromium) == 0
    assert log.read_text().splitlines() == ["update", "install -y chromium"]
    said = capfd.readouterr()
    assert said.out == f"{chromium}\n"
    assert "apt-get update" in said.err


@pytest.mark.usefixtures("linux_root")
def test_an_apt_that_fails_is_a_clear_error(tmp_path, capfd):
    make_program(tmp_path / "bin" / "apt-get", status=100)
    assert print_path(find_chromium) == 1
    assert "`apt-get update` failed" in capfd.readouterr().err


def test_a_program_that_hangs_does_not_count(monkeypatch, tmp_path):
    def hang(command, seconds):
        raise subprocess.TimeoutExpired(command, seconds)

    make_program(tmp_path / "bin" / "chromium")
    monkeypatch.setattr(browser, "run_to_end", hang)
    with pytest.raises(BrowserNotFoundError, match=r"Looked at: \S+/bin/chromium does not start\."):
        find_chromium()


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        ("Chromium 131.0.6778.264", "is version 131, and 132 or later is needed"),
        ("Chromium", "does not say which version it is"),
    ],
)
def test_an_older_one_is_passed_over_and_named(monkeypatch, tmp_path, says, fault):
    old = make_program(tmp_path / "bin" / "chromium", says=says)
    with pytest.raises(PublishError, match=rf"Looked at: {old} {fault}\."):
        browser.find_chromium()
    newer = make_program(tmp_path / "bin" / "google-chrome", says="Google Chrome 132.0.6834.83")
    assert browser.find_chromium() == newer
    monkeypatch.setenv(VARIABLE, str(old))
    with pytest.raises(PublishError, match=rf"^{VARIABLE} is set to {old}, which {fault}\.$"):
        browser.find_chromium()
