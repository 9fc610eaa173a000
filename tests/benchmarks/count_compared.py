"""A plugin that counts what nbval compares, stock or strict: cells, outputs, and their parts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from nbval.plugin import IPyNbCell

_really = IPyNbCell.compare_outputs


def _counted(self: IPyNbCell, test: Any, ref: Any, skip_compare: Any = None) -> bool:
    skipped = skip_compare or self.parent.skip_compare
    parts = [
        part
        for output in ref
        for key, value in output.items()
        if key not in skipped
        for part in (value if key == "data" else [key])
        if part not in skipped
    ]
    self.user_properties.append(("counted", [1, len(ref), len(parts)]))
    return bool(_really(self, test, ref, skip_compare))


def pytest_configure() -> None:
    IPyNbCell.compare_outputs = _counted


def pytest_unconfigure() -> None:
    IPyNbCell.compare_outputs = _really


def pytest_terminal_summary(terminalreporter: Any) -> None:
    total: Counter[str] = Counter()
    for report in (r for reports in terminalreporter.stats.values() for r in reports):
        for kind, numbers in getattr(report, "user_properties", ()):
            if kind == "counted" and report.when == "call":
                total.update(dict(zip(("cells", "outputs", "parts"), numbers, strict=True)))
    terminalreporter.line(
        f"counted: {total['cells']} cells, {total['outputs']} outputs, {total['parts']} parts"
    )
