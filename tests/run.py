"""Run the test suites in order, each in a process of its own, and hold them to their time.

`python tests/run.py` runs all; `python tests/run.py unit browser` runs those two. The last line
says how many passed and failed. The exit status is 0 when all passed, 1 when something failed,
2 for a suite that does not exist, and 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

try:
    import resource
except ImportError:  # Windows does not add up what ended processes used
    resource = None

ROOT = Path(__file__).resolve().parent.parent

# Seconds. A suite over its budget is warned of, and so is the whole. The whole must end within the
# limit: at the limit the suite that runs is stopped, and the run has failed.
BUDGETS = {
    "style": 6,
    "unit": 264,
    "notebooks": 105,
    "browser": 525,
}
WHOLE_BUDGET = 900
# A busy machine may take longer than the budget without anything being wrong.
WHOLE_LIMIT = 2700

# What a stopped suite gets to close its browser, kernels and servers.
GRACE = 20


@dataclass
class Outcome:
    """What one suite did. `skipped` holds a line for each skipped test, with its reason;
    `cpu_seconds` is what its processes used, None where nothing tells."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float | None = None

    @property
    def good(self) -> bool:
        """Whether nothing went wrong in it."""
        return self.failed == 0 and not self.problems


class OutOfTimeError(RuntimeError):
    """The limit of the whole run was reached while a command ran; the command was stopped."""


def main(arguments: Sequence[str]) -> int:
    """Run the suites named in `arguments`, or all of them, and return the exit status."""
    unknown = [name for name in arguments if name not in SUITES]
    if unknown:
        print(f"No such suite: {', '.join(unknown)}. There are: {', '.join(SUITES)}.")
        return 2
    start = time.monotonic()
    outcomes: dict[str, Outcome] = {}
    try:
        for name in arguments or SUITES:
            print(f"\n== {name} (budget {BUDGETS[name]} s)", flush=True)
            outcomes[name] = _run_suite(name, deadline=start + WHOLE_LIMIT)
    except KeyboardInterrupt:
        print("\n== Interrupted", flush=True)
        return 130
    _report(outcomes, whole=time.monotonic() - start)
    return 0 if all(outcome.good for outcome in outcomes.values()) else 1


def _run_suite(name: str, deadline: float) -> Outcome:
    start, used = time.monotonic(), _cpu_seconds()
    try:
        outcome = SUITES[name](deadline)
    except OutOfTimeError as error:
        outcome = Outcome(failed=1, problems=[str(error)])
    outcome.seconds = time.monotonic() - start
    if used is not None:
        outcome.cpu_seconds = _cpu_seconds() - used
    if outcome.passed + outcome.failed == 0:
        outcome.problems.append("no test ran")
    if outcome.problems and outcome.failed == 0:
        outcome.failed = 1  # so that the last line cannot look clean
    return outcome


def _cpu_seconds() -> float | None:
    """What the processes used that were started here and have ended, with their children."""
    if resource is None:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _style(deadline: float) -> Outcome:
    """Checks of code and prose, each counted as one test, and the report on the reading level."""
    outcome = Outcome()
    for command in (
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy"],
        ["-m", "codespell_lib"],
        ["tests/spelling.py"],
        ["tests/reading_level.py"],
    ):
        if _run([sys.executable, *command], deadline) == 0:
            outcome.passed += 1
        else:
            outcome.failed += 1
    return outcome


# Two processes, because two cores are what CI has. Tests of one module stay together and share its
# fixtures; the cells of a notebook stay together and in order.
_TWO = ["--numprocesses=2", "--dist=loadscope"]


_EXPORT = [sys.executable, "-m", "ketalab.publish.cli", "export"]


def _unit(deadline: float) -> Outcome:
    return _pytest(
        [
            "tests",
            "--ignore=tests/browser",
            "--ignore=tests/firefox",
            "--ignore=tests/faults",
            *_TWO,
        ],
        deadline,
    )


def _notebooks(deadline: float) -> Outcome:
    """The students' notebooks as they are committed, and the instructors' as they are exported."""
    # The kernel of this environment, and not nbval's half an hour for a cell that hangs.
    options = ["-p", "tests.notebooks.strict"]
    options += ["--nbval", "--nbval-kernel-name=python3", "--nbval-cell-timeout=60"]
    options += [*_TWO[:1], "--dist=loadfile", f"--rootdir={ROOT}", "--config-file=pyproject.toml"]
    with tempfile.TemporaryDirectory() as folder:
        # A copy, because the export writes a notebook anew that is out of step with its lesson. The
        # browser suite goes on with what is built here.
        committed = shutil.copytree(ROOT / "notebooks", Path(folder) / "notebooks")
        if _run([*_EXPORT, "--to", "instructor"], deadline) != 0:
            return Outcome(failed=1, problems=["the instructor edition could not be built"])
        return _pytest([*options, str(committed), "exports/instructor"], deadline)


def _browser(deadline: float) -> Outcome:
    # Built once, before two processes ask for it at the same moment; they need not look again.
    if _run(_EXPORT, deadline) != 0:
        return Outcome(failed=1, problems=["the exports could not be built"])
    # In the order of tests/browser/conftest.py.
    arguments = ["tests/browser", "tests/firefox", *_TWO, "--no-loadscope-reorder"]
    return _pytest(arguments, deadline, KETALAB_EXPORTS_ARE_CURRENT="yes")


SUITES: dict[str, Callable[[float], Outcome]] = {
    "style": _style,
    "unit": _unit,
    "notebooks": _notebooks,
    "browser": _browser,
}


def _pytest(arguments: list[str], deadline: float, **environment: str) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            f"--junitxml={report}",
            "--durations=12",
            *arguments,
        ]
        status = _run(command, deadline, **environment)
        outcome = _read(report) if report.is_file() else Outcome()
    # 5 is "no test was collected", which is said in its own words.
    if status not in (0, 5) and outcome.failed == 0:
        outcome.problems.append(f"pytest ended with status {status}")
    return outcome


def _read(report: Path) -> Outcome:
    """Count the tests in a JUnit report."""
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif skipped is not None:
            where = "::".join(filter(None, (case.get("classname"), case.get("name"))))
            outcome.skipped.append(f"{where}: {skipped.get('message')}")
        else:
            outcome.passed += 1
    return outcome


def _run(command: list[str], deadline: float, **environment: str) -> int:
    """Run a command with its output shown as it comes, and return its exit status.

    `environment` holds variables that it gets beside those of this process.

    Raises:
        OutOfTimeError: it had not ended at `deadline` (a time of `time.monotonic`), or could not
            be started before it.
    """
    if time.monotonic() >= deadline:
        raise OutOfTimeError(f"not run: the limit of the whole run, {WHOLE_LIMIT} s, was reached")
    # Python's own output would otherwise wait in a buffer when it goes to a file, as in CI.
    variables = os.environ | {"PYTHONUNBUFFERED": "1"} | environment
    process = subprocess.Popen(command, cwd=ROOT, env=variables)
    try:
        return process.wait(timeout=deadline - time.monotonic())
    except subprocess.TimeoutExpired:
        _stop(process)
        raise OutOfTimeError(f"stopped at the limit of the whole run, {WHOLE_LIMIT} s") from None
    except KeyboardInterrupt:
        # Ctrl-C reaches the command too: let it close what it opened.
        _wait_or_kill(process)
        raise


def _stop(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    _wait_or_kill(process)


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=GRACE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


def _report(outcomes: dict[str, Outcome], whole: float) -> None:
    print("\n== Summary")
    for name, outcome in outcomes.items():
        budget = BUDGETS[name]
        share = outcome.seconds / budget
        over = "  OVER BUDGET" if share > 1 else ""
        used = outcome.cpu_seconds
        print(
            f"{name:<10} {outcome.seconds:6.1f} s of {budget:>3} s ({share:4.0%})"
            + ("" if used is None else f"  {used:6.1f} s of CPU")
            + f"  {outcome.passed} passed, {outcome.failed} failed,"
            f" {len(outcome.skipped)} skipped{over}"
        )
        for problem in outcome.problems:
            print(f"{'':<10} PROBLEM: {problem}")
        for line in outcome.skipped:
            print(f"{'':<10} skipped {line}")
    over = "  OVER BUDGET" if whole > WHOLE_BUDGET else ""
    print(f"{'whole':<10} {whole:6.1f} s of {WHOLE_BUDGET} s ({whole / WHOLE_BUDGET:.0%}){over}")
    passed = sum(outcome.passed for outcome in outcomes.values())
    failed = sum(outcome.failed for outcome in outcomes.values())
    skipped = sum(len(outcome.skipped) for outcome in outcomes.values())
    print(f"{passed} passed, {failed} failed, {skipped or 'nothing'} skipped")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
