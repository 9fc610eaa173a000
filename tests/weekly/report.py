"""Say on the repository's own issue list how the weekly run went.

`python tests/weekly/report.py FOLDER` reads the result of each job from the variable `RESULTS`
(GitHub's `toJSON(needs)`) and what the jobs had to say from the files `*.md` in FOLDER. When a job
did not succeed, it opens an issue with the label `weekly`; when one is open already, it is brought
up to date instead. When all is well, an open one is closed. `RUN_URL` is the address of the log.
It speaks to GitHub through its own command `gh`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LABEL = "weekly"
TITLE = "The weekly run fails"
# What each job of weekly.yml tries, in the issue's words.
JOBS = {
    "newest": "The tests with the newest release of every dependency",
    "links": "The links that the course shows",
    "faults": "The faults",
    "mutation": "The mutation run",
}
# GitHub takes 65,536 characters.
LONGEST = 60_000

Gh = Callable[..., str]


class GhError(RuntimeError):
    """`gh` failed; the message is what it said."""


def gh(*arguments: str, text: str = "") -> str:
    """Run `gh` with `text` as its input and return what it printed.

    Raises:
        GhError: it is missing, or ended with another status than 0.
    """
    try:
        done = subprocess.run(
            ["gh", *arguments], input=text, capture_output=True, encoding="utf-8", check=False
        )
    except OSError as error:
        raise GhError(f"gh does not start: {error}") from error
    if done.returncode != 0:
        raise GhError(f"gh {' '.join(arguments[:2])}: {done.stderr.strip()}")
    return done.stdout


def failed_jobs(results: str) -> list[str]:
    """Return the names of the jobs that did not succeed.

    One that was cancelled or skipped has shown nothing, so it counts as failed.

    Raises:
        ValueError: `results` is not what `toJSON(needs)` gives, or names no job.
    """
    try:
        jobs = json.loads(results)
        outcomes = {name: job["result"] for name, job in jobs.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"RESULTS is not the JSON of a workflow's needs: {results!r}") from error
    if not outcomes:
        raise ValueError("RESULTS names no job, so nothing was tried")
    return [name for name, outcome in outcomes.items() if outcome != "success"]


def body(failed: Sequence[str], folder: Path, run_url: str) -> str:
    """Return the issue's text: what failed, the log, and what the jobs left in `folder`."""
    parts = [f"The last weekly run failed: [its log]({run_url}).", "Failed:"]
    parts.append("\n".join(f"- {JOBS.get(name, name)} (`{name}`)" for name in failed))
    # rglob: a downloaded artifact is a folder of its own where there are several.
    parts += [path.read_text(encoding="utf-8").strip() for path in sorted(folder.rglob("*.md"))]
    whole = "\n\n".join(part for part in parts if part)
    if len(whole) > LONGEST:
        whole = whole[:LONGEST] + "\n\n… cut here: the log has the rest."
    return whole


def tell(failed: Sequence[str], text: str, run_url: str, gh: Gh) -> str:
    """Open, bring up to date or close the issue, and return a line on what was done."""
    asked = ("issue", "list", "--label", LABEL, "--state", "open", "--json", "number")
    # The oldest, should there ever be two: it is the one that people know.
    numbers = sorted(issue["number"] for issue in json.loads(gh(*asked)))
    issue = str(numbers[0]) if numbers else ""
    if failed and issue:
        gh("issue", "edit", issue, "--body-file", "-", text=text)
        line = f"It failed again, and the text above is of this run: {run_url}"
        gh("issue", "comment", issue, "--body-file", "-", text=line)
        return f"issue {issue} is brought up to date"
    if failed:
        # --force: it may exist already.
        describe = ("--description", "What the weekly run found", "--force")
        gh("label", "create", LABEL, *describe)
        create = ("issue", "create", "--title", TITLE, "--label", LABEL, "--body-file", "-")
        return f"opened {gh(*create, text=text).strip()}"
    if issue:
        gh("issue", "close", issue, "--comment", f"All is well again: {run_url}")
        return f"issue {issue} is closed"
    return "all is well, and no issue is open"


def main(arguments: Sequence[str], environment: Mapping[str, str], gh: Gh = gh) -> int:
    """Tell of one run. The exit status is 1 when that could not be done."""
    try:
        (folder,) = map(Path, arguments)
        run_url = environment["RUN_URL"]
        failed = failed_jobs(environment["RESULTS"])
        print(tell(failed, body(failed, folder, run_url), run_url, gh))
    except (GhError, ValueError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 1
    except KeyError as error:
        print(f"report.py: the variable {error} is not set", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
