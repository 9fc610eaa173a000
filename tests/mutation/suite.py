"""The fast suite inside a copy of the project: run some of its tests, or record what each reads.

Functions here are called in a process of their own (see `apart.py`) and return plain data.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

# Tests of these are not of the fast suite: they need a browser or the whole repository, build all
# exports, are long, or start processes that wait for a parent of their own.
SLOW = (
    "tests/browser",
    "tests/firefox",
    "tests/faults",
    "tests/benchmarks",
    "tests/mutation",
    "tests/notebooks",
    "tests/publish/test_workers.py",
    "tests/weekly",
    "tests/test_benchmarks.py",
)
# Seconds of processor time. A longer test is left out.
LONGEST_TEST = 6.0

# A function with more sets of parameters than this is recorded as one test.
_MOST_APART = 40


def test_files(root: Path) -> list[str]:
    """The test files of the fast suite, from the root of the project."""
    found = (path.relative_to(root).as_posix() for path in (root / "tests").rglob("test_*.py"))
    return sorted(path for path in found if not path.startswith(SLOW))


def enter(root: Path) -> None:
    """Make this process one of the copy at `root`: its folder, its package, its tests.

    Raises:
        RuntimeError: the package was imported already, from elsewhere.
    """
    package = sys.modules.get("ketalab")
    if package is not None:
        if not Path(str(package.__file__)).is_relative_to(root):
            raise RuntimeError(f"ketalab was imported from {package.__file__}")
        return
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    os.chdir(root)
    elsewhere = Path(__file__).resolve().parents[2]
    outside = {"", ".", str(elsewhere), str(elsewhere / "content")}
    sys.path[:] = [
        str(root / "content"),
        str(root),
        *(path for path in sys.path if path not in outside),
    ]
    os.environ["PYTHONPATH"] = str(root / "content")
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["CI"] = "mutation"  # the same examples of hypothesis in every run
    # A changed file of the same length in the same second would be taken for the old one.
    sys.dont_write_bytecode = True


def run_tests(root: Path, tests: Sequence[str], seconds: float) -> dict[str, Any]:
    """Run test functions in the order given until one fails or the time is over.

    Args:
        root: the copy.
        tests: as `record` names them: `file::function[parameters]`, or without the parameters for
            all of them.
        seconds: processor time after which no further test is begun.

    Returns:
        `failed`: the test that failed, or None; `says`: the last line of its error; `ran`: how many
        ran; `complete`: whether all did.
    """
    watch = _Watch(list(tests), seconds)
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    status = _pytest(root, files, watch)
    # Stopped for the time, pytest says that it was interrupted: that is no failure.
    if watch.failed is None and watch.complete and status not in (0, 5):
        watch.failed, watch.says = files[0], f"pytest ended with status {int(status)}"
    return {
        "failed": watch.failed,
        "says": watch.says,
        "ran": watch.ran,
        "complete": watch.complete,
    }


def record(root: Path, file: str) -> dict[str, Any]:
    """Run one test file and record what each of its tests reads.

    Returns:
        `failed`: "test: message" of each that failed; `seconds`: processor time by test, a function
        with many sets of parameters being one;
        `lines`: by test (and "" for what ran outside of one: imports and fixtures of others),
        by source file, the lines that ran, as coverage's numbits in base64; `opened`: files of
        `content/` and `notebooks/` that were opened.
    """
    import coverage
    from coverage.numbits import nums_to_numbits

    opened: set[str] = set()

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | os.PathLike):
            path = os.fspath(arguments[0])
            if isinstance(path, str) and path.startswith(str(root)) and not path.endswith(".pyc"):
                opened.add(Path(path).relative_to(root).as_posix())

    measure = coverage.Coverage(
        data_file=None, source=[str(root / "content")], config_file=False, messages=False
    )
    sys.addaudithook(heard)
    measure.start()
    recorder = _Recorder(measure)
    status = _pytest(root, [file], recorder)
    measure.stop()
    if status not in (0, 1, 5):
        recorder.failed.append(f"{file}: pytest ended with status {int(status)}")
    lines: dict[str, dict[str, str]] = {}
    data = measure.get_data()
    for source in data.measured_files():
        path = Path(source).relative_to(root).as_posix()
        by_context: dict[str, list[int]] = {}
        for line, contexts in data.contexts_by_lineno(source).items():
            for context in contexts:
                by_context.setdefault(context, []).append(line)
        for context, numbers in by_context.items():
            packed = base64.b64encode(nums_to_numbits(numbers)).decode()
            lines.setdefault(context, {})[path] = packed
    data_files = sorted(path for path in opened if path.startswith(("content/", "notebooks/")))
    return {
        "failed": recorder.failed,
        "seconds": {name: round(spent, 4) for name, spent in recorder.seconds.items()},
        "lines": lines,
        "opened": [path for path in data_files if not path.endswith(".py")],
    }


def _pytest(root: Path, files: list[str], plugin: object) -> int:
    enter(root)
    arguments = ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist"]
    arguments += [f"--rootdir={root}", "-c", str(root / "pyproject.toml"), *files]
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        return pytest.main(arguments, plugins=[plugin])


def _function(nodeid: str) -> str:
    """The id of a test without its parameters."""
    return nodeid.partition("[")[0]


def _spent() -> float:
    """Processor time of this process and, where the system tells, of those that it started."""
    if sys.platform == "win32":
        return time.process_time()
    import resource

    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


class _Watch:
    """Chooses and orders tests, and stops at the first that fails."""

    def __init__(self, tests: list[str], seconds: float) -> None:
        self._place = {test: place for place, test in enumerate(tests)}
        self._until = seconds
        self.failed: str | None = None
        self.says = ""
        self.ran = 0
        self.complete = True

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        places = [(self._place_of(item.nodeid), item) for item in items]
        chosen = [(place, item) for place, item in places if place is not None]
        items[:] = [item for _, item in sorted(chosen, key=lambda pair: pair[0])]
        self._until += _spent()

    def _place_of(self, nodeid: str) -> int | None:
        return self._place.get(nodeid, self._place.get(_function(nodeid)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.failed is None:
            self.failed, self.says = report.nodeid, _last_line(str(report.longrepr))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if _spent() > self._until:
            self.complete = False
            item.session.shouldstop = "out of time"
        else:
            self.ran += 1
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid
            crash = getattr(report.longrepr, "reprcrash", None)
            self.says = crash.message if crash else str(report.longrepr)

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            item.session.shouldfail = "the first failure is enough"


class _Recorder:
    """Tells coverage which test runs, and takes the time of each."""

    def __init__(self, measure: Any) -> None:
        self._measure = measure
        self._counts: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self._counts = Counter(_function(item.nodeid) for item in items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        function = _function(item.nodeid)
        name = item.nodeid if self._counts[function] <= _MOST_APART else function
        self._measure.switch_context(name)
        start = _spent()
        try:
            return (yield)
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + _spent() - start
            self._measure.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid}: {_last_line(str(report.longrepr))}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid}: {_last_line(str(report.longrepr))}")


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.strip().splitlines()) if line.strip()), "")
