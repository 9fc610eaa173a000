"""nbval without a lax corner: `pytest -p tests.notebooks.strict --nbval notebooks/`.

Beside what nbval does:

- Each notebook has one more test, `ignored outputs`: whatever nbval would not compare has a reason
  (`ignored.py`), and whatever shows a picture or a widget has words and numbers (`comparable.py`).
- A live output needs the same, and a widget where the notebook holds a widget's still.
- The kind of an output counts, and a message of the kernel that nbval passes over fails.
- Decimals may differ by a stated tolerance (`within_tolerance.py`); nothing else may.
- There is no lax mode, and no sanitizer: nothing in the course's outputs varies.

The summary says what was compared, and what was not and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tests.notebooks.comparable import WIDGET_VIEW, not_comparable
from tests.notebooks.ignored import REASONS, ignored
from tests.notebooks.warm_kernels import WarmKernels
from tests.notebooks.within_tolerance import TOLERANCE, Text

# What a kernel may send while a cell runs; nbval reads these, or they are a widget's own traffic,
# whose result stands in the widget's text.
_READ = {"status", "execute_input", "execute_result", "display_data", "stream", "error"}
_TRAFFIC = {"comm_open", "comm_msg", "comm_close"}


class StrictFile(IPyNbFile):
    """A notebook of which everything is compared that can be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skip_compare = (*REASONS, "traceback")

    def setup(self) -> None:
        kernels = self.config.stash[_KERNELS]
        self.kernel = kernels.start(
            self.config.option.nbval_kernel_name or "python3",
            cwd=str(self.path.parent),
            startup_timeout=self.config.option.nbval_kernel_startup_timeout,
        )

    def collect(self) -> Iterator[pytest.Item]:
        cells = list(super().collect())
        yield IgnoredOutputs.from_parent(self, name="ignored outputs")
        for cell in cells:
            yield StrictCell.from_parent(
                self,
                name=cell.name,
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )

    def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> Any:
        message = super().get_kernel_message(timeout, stream)
        if message["msg_type"] not in _READ | _TRAFFIC:
            raise RuntimeError(
                f"the kernel sent {message['msg_type']}, which nbval does not compare"
            )
        return message


class IgnoredOutputs(pytest.Item):
    """That each output which is not compared has a reason, and each picture words and numbers."""

    def runtest(self) -> None:
        notebook = self.parent.nb
        found = ignored(notebook)
        for entry in found:
            if entry.reason:
                self.user_properties.append(("ignored", f"{entry.what}: {entry.reason}"))
        problems = [(f.cell, f"{f.what}: no reason given") for f in found if not f.reason]
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for number, cell in enumerate(cells):
            problems += [(number, why) for why in not_comparable(cell.outputs)]
        if problems:
            lines = [f"Cell {number}: {why}" for number, why in sorted(problems)]
            raise IgnoredOutputError("\n".join(lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, IgnoredOutputError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int, str]:
        return self.path, 0, f"{self.path.name}::{self.name}"


class IgnoredOutputError(AssertionError):
    """Outputs that nbval would pass over; a line for each."""


class StrictCell(IPyNbCell):
    """A cell whose decimals are compared within the tolerance, and whose pictures need text."""

    def sanitize(self, s: Any) -> Any:
        """A text as it is compared: see `within_tolerance`."""
        return Text(s) if isinstance(s, str) else s

    def setup(self) -> None:
        """Nothing: nbval would expect a failure after a cell that timed out, and pass it."""

    def runtest(self) -> None:
        if self.parent.timed_out:
            self.raise_cell_error("Not run: a cell before it timed out")
        super().runtest()
        problems = not_comparable(self.test_outputs)
        stills = sum("image/png" in output.get("data", {}) for output in self.cell.outputs)
        widgets = sum(WIDGET_VIEW in output.get("data", {}) for output in self.test_outputs)
        if widgets < stills:
            problems.append(f"{stills} stills of widgets in the notebook, but {widgets} widgets")
        if problems:
            self.raise_cell_error("The output cannot be compared", "\n".join(problems))

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        self.user_properties += [("compared", len(ref)), ("cells", 1)]
        return super().compare_outputs(test, ref, skip_compare)


_KERNELS = pytest.StashKey[WarmKernels]()


def pytest_configure(config: pytest.Config) -> None:
    if config.option.nbval_lax:
        raise pytest.UsageError("--nbval-lax: there is no lax mode here")
    if config.option.nbval_sanitize_with:
        raise pytest.UsageError("--nbval-sanitize-with: nothing in these notebooks may vary")
    config.stash[_KERNELS] = WarmKernels()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _KERNELS in config.stash:  # not after an error in the options
        config.stash[_KERNELS].close()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(parent: pytest.Collector) -> Iterator[None]:
    found = yield
    return [
        StrictFile.from_parent(parent, path=file.path) if type(file) is IPyNbFile else file
        for file in found
    ]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was compared, and what was not, each with its reason."""
    counts: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for kind, value in report.user_properties:
                    if kind == "ignored":
                        left[value] += 1
                    elif kind in ("compared", "cells"):
                        counts[kind] += value
    terminalreporter.section("nbval, strict")
    terminalreporter.line(
        f"{counts['cells']} cells and {counts['compared']} outputs compared; decimals within "
        f"{TOLERANCE:g} of their size, all else exactly; no sanitizers, because nothing varies"
    )
    for reason, number in sorted(left.items()):
        terminalreporter.line(f"not compared, {number} times: {reason}")
