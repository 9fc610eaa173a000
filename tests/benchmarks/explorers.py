"""How soon an explorer answers, and how soon a page of it is live.

Beside it in the same run: the same figures with `ipywidgets.interact` and matplotlib in JupyterLab,
and the same widget on nbconvert's own page with html-manager. All in one Chromium.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from ketalab import explorers
from tests.benchmarks.explorer_pages import executed, official_page, our_page
from tests.benchmarks.interact_lab import time_interact
from tests.benchmarks.peer_environments import NotInstalledError
from tests.benchmarks.timing import all_cores
from tests.browser.find_browser import find_chromium

# Milliseconds. An explorer of one curve or one table answers within one frame of a 60 Hz screen. A
# ribbon of patients may take longer, and so may 200 or 400 people drawn beside a second picture.
FRAME = 1000 / 60
CROWD = 50.0
CROWDS = ("DoseToBrainExplorer", "SideEffectExplorer", "BenefitHarmExplorer")
# How many times as fast, or as light.
INTERACT, OPENING, WEIGHT = 10, 2, 3

_MARKS = Path(__file__).with_name("explorer_marks.js").read_text(encoding="utf-8")
_LIVE = """new MutationObserver((_, observer) => {
  if (!document.querySelector('.explorer[data-ready]')) return;
  globalThis.live = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });"""


@dataclass
class Opening:
    """Seconds from opening a page to its live explorer, and the page's size in bytes."""

    seconds: list[float]
    size: int


@dataclass
class Results:
    """Milliseconds from input to paint by explorer, ours and interact's, and the two pages."""

    ours: dict[str, list[float]]
    interact: dict[str, list[float]] = field(default_factory=dict)
    our_page: Opening | None = None
    official: Opening | None = None
    missing: list[str] = field(default_factory=list)


def bench(
    names: Sequence[str] = tuple(explorers.__all__),
    moves: int = 100,
    figures: int = 16,
    openings: int = 9,
    interact: bool = True,
    official: bool = True,
) -> Results:
    """Time every explorer; print medians, p95 and the goals; return what was measured."""
    with (
        all_cores(),
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        _chromium(playwright) as browser,
    ):
        folder = Path(name)
        ours, drawn = _time_ours(browser, folder, names, moves, figures)
        found = Results(ours)
        if interact:
            try:
                found.interact = time_interact(browser, folder / "lab", drawn)
            except NotInstalledError as error:
                found.missing.append(f"matplotlib does not install here: {error}")
        _time_openings(browser, folder, names[0], openings, official, found)
    _tell(found)
    return found


@contextmanager
def _chromium(playwright: object) -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
    try:
        yield browser
    finally:
        browser.close()


def _time_ours(
    browser: Browser, folder: Path, names: Sequence[str], moves: int, figures: int
) -> tuple[dict[str, list[float]], dict[str, list]]:
    path = our_page(executed(tuple(names)), folder / "all.html")
    times, drawn = {}, {}
    with browser.new_context(viewport={"width": 1280, "height": 900}, offline=True) as context:
        page = context.new_page()
        page.add_init_script(_MARKS)
        page.goto(path.as_uri())
        _wait_for_live(page, len(names))
        for name in names:
            explorer = page.locator(f".explorer[data-explorer={name}]")
            found = explorer.evaluate(
                "(root, [moves, kept]) => bench.run(root, moves, kept)", [moves, figures]
            )
            times[name], drawn[name] = found["times"], found["figures"]
    return times, drawn


def _wait_for_live(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => document.querySelectorAll('.explorer[data-ready]').length === count",
        arg=count,
        timeout=60_000,
    )


def _time_openings(
    browser: Browser, folder: Path, name: str, openings: int, official: bool, found: Results
) -> None:
    notebook = executed((name,))
    pages = {"ours": our_page(notebook, folder / "ours.html")}
    if official:
        try:
            pages["official"] = official_page(executed((name,)), folder / "official.html")
        except NotInstalledError as error:
            found.missing.append(f"html-manager is not to be had here: {error}")
    seconds: dict[str, list[float]] = {kind: [] for kind in pages}
    for turn in range(openings + 1):
        for kind, path in pages.items():  # in turns, so that a drift meets both
            taken = _open(browser, path)
            if turn:  # the first finds nothing in the system's cache of files
                seconds[kind].append(taken)
    opened = {kind: Opening(seconds[kind], path.stat().st_size) for kind, path in pages.items()}
    found.our_page, found.official = opened["ours"], opened.get("official")


def _open(browser: Browser, path: Path) -> float:
    """A new context has nothing in its cache."""
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.add_init_script(_LIVE)
        page.goto(path.as_uri())
        _wait_for_live(page, 1)
        return page.evaluate("globalThis.live") / 1000


# What is said ------------------------------------------------------------------------------


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 do not exceed."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def _tell(found: Results) -> None:
    print("\nFrom input to painted picture, ms")
    print(f"{'':28}{'this course':>24}{'interact, matplotlib':>26}{'times':>9}")
    print(f"{'':28}{'median':>12}{'p95':>12}{'median':>14}{'p95':>12}{'ours':>9}")
    for name, ours in found.ours.items():
        line = f"{name:28}{median(ours):>12.1f}{p95(ours):>12.1f}"
        if theirs := found.interact.get(name):
            ratio = median(theirs) / median(ours)
            line += f"{median(theirs):>14.0f}{p95(theirs):>12.0f}{ratio:>9.1f}"
        print(line)
    if found.our_page:
        print("\nFrom opening a page of one explorer to the live explorer")
        print(f"{'':28}{'median, s':>12}{'p95, s':>12}{'MB':>14}")
        for kind, opening in (("this course", found.our_page), ("html-manager", found.official)):
            if opening:
                taken, size = opening.seconds, opening.size / 1e6
                print(f"{kind:28}{median(taken):>12.2f}{p95(taken):>12.2f}{size:>14.2f}")
    print()
    for line in _goals(found):
        print(line)
    for line in found.missing:
        print(line)


def _goals(found: Results) -> Iterator[str]:
    for name, ours in found.ours.items():
        limit = CROWD if name in CROWDS else FRAME
        yield _goal(p95(ours) <= limit, f"{name}: p95 {p95(ours):.1f} ms (at most {limit:.1f})")
    for name, theirs in found.interact.items():
        ratio = median(theirs) / median(found.ours[name])
        yield _goal(
            ratio >= INTERACT,
            f"{name}: {ratio:.1f} times as fast as interact (at least {INTERACT})",
        )
    if found.our_page and found.official:
        faster = median(found.official.seconds) / median(found.our_page.seconds)
        lighter = found.official.size / found.our_page.size
        yield _goal(
            faster >= OPENING,
            f"live {faster:.1f} times as soon as with html-manager (at least {OPENING})",
        )
        yield _goal(
            lighter >= WEIGHT,
            f"{lighter:.1f} times as light as with html-manager (at least {WEIGHT})",
        )


def _goal(met: bool, text: str) -> str:
    return f"goal {'met' if met else 'NOT met'}: {text}"
