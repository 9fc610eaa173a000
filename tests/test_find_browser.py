"""The browser finder, with made-up programs: nothing is installed and no browser is opened."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ketalab.publish import browser
from ketalab.publish.project import PublishError
from tests.browser import find_browser
from tests.browser.find_browser import VARIABLE, BrowserNotFoundError, find_chromium

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path):
    """A machine with an empty PATH, no applications and no root."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(browser, "MACOS_APPLICATIONS", ())
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / "bin").mkdir()


def make_program(path, status=0):
    path.write_text(f"#!/bin/sh\nexit {status}\n")
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
    with pytest.raises(PublishError, match=rf"PDFs .* Install one .* {VARIABLE} "):
        browser.find_chromium()
    chosen = make_program(tmp_path / "my browser")
    monkeypatch.setenv(VARIABLE, str(chosen))
    assert browser.find_chromium() == chosen


@pytest.fixture
def linux_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(find_browser.platform, "system", lambda: "Linux")


@pytest.mark.usefixtures("linux_root")
def test_root_on_debian_gets_it_from_apt(monkeypatch, tmp_path, capfd):
    log = tmp_path / "apt.log"
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.defpath}")
    monkeypatch.setattr(browser, "COMMANDS", ("chromium-made-up",))
    chromium = tmp_path / "bin" / "chromium-made-up"
    apt = make_program(tmp_path / "bin" / "apt-get")
    apt.write_text(
        f"#!/bin/sh\necho \"$@\" | tee -a '{log}'\n"
        f"[ $1 = update ] || {{ printf '#!/bin/sh\\n' > '{chromium}'; chmod +x '{chromium}'; }}\n"
    )
    assert find_browser.main() == 0
    assert log.read_text().splitlines() == ["update", "install -y chromium"]
    said = capfd.readouterr()
    assert said.out == f"{chromium}\n"
    assert "apt-get update" in said.err


@pytest.mark.usefixtures("linux_root")
def test_an_apt_that_fails_is_a_clear_error(tmp_path, capfd):
    make_program(tmp_path / "bin" / "apt-get", status=100)
    assert find_browser.main() == 1
    assert "`apt-get update` failed" in capfd.readouterr().err


def test_a_program_that_hangs_does_not_count(monkeypatch, tmp_path):
    def hang(command, **options):
        raise subprocess.TimeoutExpired(command, options["timeout"])

    make_program(tmp_path / "bin" / "chromium")
    monkeypatch.setattr(browser.subprocess, "run", hang)
    with pytest.raises(BrowserNotFoundError):
        find_chromium()
