"""One issue for the weekly run: opened, brought up to date, closed. `gh` is played."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.weekly import report

RUN = "https://example.org/run/7"


class GitHub:
    """Plays `gh`: remembers what it was asked, and keeps the numbers of open issues."""

    def __init__(self, *numbers):
        self.open = numbers
        self.asked = []

    def __call__(self, *arguments, text=""):
        self.asked.append((arguments, text))
        if arguments[:2] == ("issue", "list"):
            return json.dumps([{"number": number} for number in self.open])
        return "https://example.org/issues/12\n" if arguments[:2] == ("issue", "create") else ""

    @property
    def done(self):
        """What was asked besides the list."""
        return [" ".join(arguments[:3]) for arguments, _ in self.asked[1:]]


def needs(**results):
    return json.dumps({name: {"result": result, "outputs": {}} for name, result in results.items()})


@pytest.fixture
def run(tmp_path, capsys):
    """Make a function that reports results to a GitHub and gives back status and output."""
    (tmp_path / "newest-3.11").mkdir()
    (tmp_path / "newest-3.11" / "newest-3.11.md").write_text(
        "| numpy | 2.4.6 | 3.0 |\n", encoding="utf-8"
    )
    (tmp_path / "links.md").write_text("## Links\n", encoding="utf-8")

    def report_to(github, results):
        environment = {"RESULTS": results, "RUN_URL": RUN}
        status = report.main([str(tmp_path)], environment, github)
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return report_to


def test_a_failure_opens_an_issue_with_log_and_changed_versions(run):
    github = GitHub()
    results = needs(newest="failure", links="success", faults="cancelled", mutation="success")
    assert run(github, results) == (0, "opened https://example.org/issues/12\n")
    assert github.done == ["label create weekly", "issue create --title"]
    arguments, text = github.asked[-1]
    assert report.TITLE in arguments
    assert RUN in text
    assert "- The tests with the newest release of every dependency (`newest`)" in text
    assert "- The faults (`faults`)" in text
    assert "mutation" not in text.partition("##")[0]
    assert "| numpy | 2.4.6 | 3.0 |" in text


def test_the_next_failure_brings_the_open_issue_up_to_date(run):
    github = GitHub(31, 12)
    assert run(github, needs(links="failure")) == (0, "issue 12 is brought up to date\n")
    assert github.done == ["issue edit 12", "issue comment 12"]
    assert "## Links" in github.asked[1][1]


def test_when_all_is_well_the_open_issue_is_closed(run):
    github = GitHub(12)
    assert run(github, needs(links="success")) == (0, "issue 12 is closed\n")
    assert github.done == ["issue close 12"]
    quiet = GitHub()
    assert run(quiet, needs(links="success")) == (0, "all is well, and no issue is open\n")
    assert quiet.done == []


@pytest.mark.parametrize("results", ["", "[]", "{}", '{"links": "success"}', "success"])
def test_results_that_say_nothing_are_an_error(run, results):
    github = GitHub()
    status, said = run(github, results)
    assert status == 1
    assert said.startswith("report.py: RESULTS ")
    assert github.asked == []


def test_a_text_that_github_would_not_take_is_cut(tmp_path):
    (tmp_path / "long.md").write_text("é" * 100_000, encoding="utf-8")
    text = report.body(["links"], tmp_path, RUN)
    assert len(text) < 65_536
    assert text.endswith("the log has the rest.")


def test_what_gh_says_when_it_fails_is_passed_on(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    status, said = run(report.gh, needs(links="failure"))
    assert status == 1
    assert said.startswith("report.py: gh does not start: ")


@pytest.mark.skipif(sys.platform == "win32", reason="the made-up gh is a script")
def test_gh_gets_its_text_as_input(monkeypatch, tmp_path):
    script, made_up = tmp_path / "gh.py", tmp_path / "gh"
    script.write_text(
        "import sys\nsys.exit('no such label') if 'x' in sys.argv else "
        "print(sys.argv[1:], sys.stdin.read())\n",
        encoding="utf-8",
    )
    # Not Python in the first line: its path may hold a space.
    made_up.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', encoding="utf-8")
    made_up.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert report.gh("issue", "edit", text="so") == "['issue', 'edit'] so\n"
    with pytest.raises(report.GhError, match=r"^gh label create: no such label$"):
        report.gh("label", "create", "x")


def test_a_variable_that_is_missing_is_named(tmp_path, capsys):
    assert report.main([str(tmp_path)], {"RESULTS": needs(links="success")}, GitHub()) == 1
    assert "the variable 'RUN_URL' is not set" in capsys.readouterr().err


def test_every_job_has_words_of_its_own(repository):
    path = Path(repository, ".github", "workflows", "weekly.yml")
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    assert set(report.JOBS) == set(jobs["report"]["needs"]) == set(jobs) - {"report"}
