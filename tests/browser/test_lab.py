"""JupyterLab: the student's notebook runs, and its explorers and the kernel move each other."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from ketalab.explorers import SideEffectExplorer
from ketalab.frontend.runtime import vega_module
from tests.browser.axe import check_with_axe
from tests.browser.conftest import DESKTOP
from tests.browser.explorer_in_page import class_of, computed, explorers, shown, wait_for_agreement
from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer
from tests.browser.lesson import LESSON, activity_names
from tests.browser.watch import Watch

NAMES = SideEffectExplorer.control_names()
TEN = "ten.ipynb"
IMPORT = "from ketalab.explorers import SideEffectExplorer"

# Keys that, in a notebook's command mode, would move the selection, add, cut or change cells.
NOTEBOOK_KEYS = ["ArrowDown", "ArrowUp", "j", "k", "a", "b", "x", "m", "y", "d", "d", "PageDown"]


@pytest.fixture(scope="module")
def watch() -> Watch:
    """What both notebooks do."""
    return Watch()


@pytest.fixture(scope="module")
def lab_of(
    browser: Browser, lab_server: LabServer, watch: Watch, repository: Path
) -> Iterator[dict[str, LabPage]]:
    """The lesson, and a notebook of ten explorers, each run once in a window of its own; the tests
    share them."""
    shutil.copy(repository / "notebooks" / f"{LESSON}.ipynb", lab_server.notebooks)
    nbformat.write(_ten_explorers(), lab_server.notebooks / TEN)
    with browser.new_context(viewport=DESKTOP, color_scheme="light") as context:
        watch.follow(context, allowed=lab_server.owns)
        opened = {}
        for name in (f"{LESSON}.ipynb", TEN):
            opened[name] = LabPage.open(context, lab_server, name)
            opened[name].run_all()
        yield opened


@pytest.fixture
def lesson(lab_of: dict[str, LabPage], watch: Watch) -> Iterator[LabPage]:
    lab = lab_of[f"{LESSON}.ipynb"]
    lab.page.bring_to_front()
    yield lab
    watch.check()


@pytest.fixture
def ten(lab_of: dict[str, LabPage], watch: Watch) -> Iterator[LabPage]:
    lab = lab_of[TEN]
    lab.page.bring_to_front()
    yield lab
    watch.check()


def test_lesson_runs_without_an_error(lesson: LabPage):
    explorers(lesson.page)
    expect(lesson.page.locator(".activity")).to_have_count(len(activity_names()))
    assert lesson.errors() == []


def test_kernel_was_chosen_without_asking(lesson: LabPage, lab_server: LabServer):
    assert {kernel["name"] for kernel in lab_server.ask("kernels")} == {"python3"}
    expect(lesson.page.locator(".jp-Dialog, .jp-toast-button, .Toastify__toast")).to_have_count(0)


def test_every_explorer_of_the_lesson_shows_what_python_computes(lesson: LabPage):
    for explorer in explorers(lesson.page):
        now = shown(explorer)
        assert now == computed(class_of(explorer), now["setting"])


def test_control_moves_with_the_keyboard(lesson: LabPage):
    explorer = explorers(lesson.page)[0]
    before = shown(explorer)
    explorer.locator("select[name=effect]").focus()
    lesson.page.keyboard.press("ArrowDown")
    python = wait_for_agreement(explorer)
    assert shown(explorer) == python
    assert python["reading"] != before["reading"]


@pytest.mark.parametrize(
    ("widget", "control"),
    [
        (".explorer", "select"),
        (".explorer", "button"),
        (".explorer", "summary"),
        (".explorer", "a"),
        (".activity", "input"),
        (".activity", "button"),
    ],
)
def test_keys_in_a_widget_leave_the_notebook_alone(lesson: LabPage, widget: str, control: str):
    root = lesson.page.locator(widget).first
    root.click(position={"x": 4, "y": 4})  # selects the cell
    control = root.locator(control).first
    control.focus()
    count, active = lesson.cells.count(), lesson.active_cell
    assert active >= 0
    for key in NOTEBOOK_KEYS:
        lesson.page.keyboard.press(key)
        expect(control).to_be_focused()
    assert (lesson.cells.count(), lesson.active_cell) == (count, active)


def test_question_is_answered(lesson: LabPage):
    activity = lesson.page.locator(".activity[data-activity='04-rd-meaning']")
    activity.locator("input").first.focus()
    lesson.page.keyboard.press("Space")
    activity.get_by_role("button").focus()
    lesson.page.keyboard.press("Enter")
    expect(activity.locator(".feedback p")).to_contain_text("✓ Right.")


@pytest.mark.parametrize("name", [f"{LESSON}.ipynb", TEN])
def test_vega_travels_once_to_a_notebook(lab_of: dict[str, LabPage], name: str):
    # The longest run of plain letters is Vega's own, and looks the same in JSON.
    mark = max(re.findall(r"[A-Za-z ]{30,}", vega_module()), key=len).encode()
    assert sum(mark in frame for frame in lab_of[name].frames) == 1


def test_ten_explorers_are_live(ten: LabPage):
    found = explorers(ten.page, 10)
    assert len({shown(explorer)["reading"] for explorer in found}) == 10
    for explorer in found:
        explorer.locator("select[name=effect]").focus()
        before = shown(explorer)["reading"]
        ten.page.keyboard.press("ArrowDown")
        expect(explorer.locator(".reading")).not_to_have_text(before)
        assert shown(explorer) == wait_for_agreement(explorer)
        for picture in explorer.locator(".picture:not([hidden]) svg").all():
            assert picture.bounding_box()["width"] > 200


def test_kernel_follows_the_control(ten: LabPage):
    explorer = explorers(ten.page, 10)[9]
    explorer.locator("select[name=effect]").focus()
    ten.page.keyboard.press("ArrowDown")
    python = wait_for_agreement(explorer)
    cell = ten.run_new_cell("print(*explorer.setting(), explorer.reading, sep='\\n')")
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_have_text("\n".join([*python["setting"], python["reading"]]))


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("effect", "Headache"),
        # These move other controls too.
        ("population", "chronic and cancer pain"),
        ("population", "non-medical use"),
        ("population", "depression"),
    ],
)
def test_control_follows_the_kernel(ten: LabPage, trait: str, value: str):
    explorer = explorers(ten.page, 10)[9]
    ten.run_new_cell(f"explorer.{trait} = {value!r}")
    expect(explorer.locator(f"select[name={trait}]")).to_have_value(value)
    cell = ten.run_new_cell("print(*explorer.setting(), sep='\\n')")
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_contain_text(value)
    setting = output.text_content().strip().split("\n")
    assert len(setting) == len(NAMES)
    expect(explorer.locator(".reading")).to_have_text(
        computed(SideEffectExplorer, setting)["reading"]
    )
    assert shown(explorer) == computed(SideEffectExplorer, setting)


def test_table_of_the_kernel_is_the_table_shown(ten: LabPage):
    explorer = explorers(ten.page, 10)[9]
    cell = ten.run_new_cell("print(explorer.table.to_json(orient='values', force_ascii=False))")
    output = cell.locator(".jp-OutputArea-output")
    expect(output).to_contain_text("[[")
    rows = [[str(value) for value in row] for row in json.loads(output.text_content())]
    assert shown(explorer)["table"] == rows


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_our_widgets(lesson: LabPage, theme: str):
    lesson.menu("Settings", "Theme", theme)
    light = "true" if "Light" in theme else "false"
    expect(lesson.page.locator(f"body[data-jp-theme-light={light}]")).to_have_count(1)
    # axe looks at no colour of text that is out of sight, and takes all text for hidden where the
    # body has no height of its own. So: a window for a giant, and a body as high.
    lesson.page.set_viewport_size({"width": DESKTOP["width"], "height": 6000})
    lesson.page.add_style_tag(content="body { height: 100vh !important; }")
    explorer = explorers(lesson.page)[0]
    explorer.scroll_into_view_if_needed()
    expect(explorer.locator(".details a").last).to_be_in_viewport()
    check_with_axe(lesson.page, within=[".explorer", ".activity"])
    lesson.page.set_viewport_size(DESKTOP)


def _ten_explorers() -> nbformat.NotebookNode:
    """Ten rows that compare two arms and differ in their reading; the last has a name."""
    view = SideEffectExplorer.show.default_value
    settings = [row for row in SideEffectExplorer.combinations() if row[-1] == view][:10]
    cells = [nbformat.v4.new_code_cell(IMPORT)]
    for setting in settings:
        call = ", ".join(f"{n}={v!r}" for n, v in zip(NAMES, setting, strict=True))
        cells.append(nbformat.v4.new_code_cell(f"explorer = SideEffectExplorer({call})\nexplorer"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
