"""The explorers of the exported page: from `file://`, without network and without a kernel."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from ketalab.explorers import SideEffectExplorer
from ketalab.explorers.side_effect_case import of_kind as cases_of
from tests.browser.conftest import OpenOffline
from tests.browser.explorer_in_page import (
    choose,
    choose_each,
    class_of,
    computed,
    explorers,
    in_python,
    offered,
    shown,
    wait_for_agreement,
)

NAMES = SideEffectExplorer.control_names()
COMBINATIONS = SideEffectExplorer.combinations()

# Notes on the page's own clock when the explorer that the reader meets first is live.
_CLOCK = """new MutationObserver((_, observer) => {
  if (!document.querySelector('.explorer')?.dataset.ready) return;
  globalThis.firstReady = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });"""


@pytest.fixture
def page(open_once: OpenOffline, page_file: Path) -> Page:
    """The page, each of its explorers as it opens; its answers as the test before left them."""
    page = open_once(page_file)
    for explorer in explorers(page):
        explorer.get_by_role("button", name="Reset").click()
    page.evaluate("document.activeElement.blur()")
    return page


@pytest.fixture
def explorer(page: Page) -> Locator:
    """The first explorer, live, as it opens."""
    return explorers(page)[0]


def test_page_is_light_enough(page_file: Path):
    assert page_file.stat().st_size <= 2_000_000


def test_first_explorer_answers_soon_after_opening(open_offline: OpenOffline, page_file: Path):
    page = open_offline(page_file, script=_CLOCK)
    explorers(page)
    milliseconds = page.evaluate("globalThis.firstReady")
    assert milliseconds > 0
    print(f"\nthe first explorer was live {milliseconds:.0f} ms after the page was opened")


def test_every_explorer_opens_on_what_python_computes(page: Page):
    for explorer in explorers(page):
        now = shown(explorer)
        assert now == computed(class_of(explorer), now["setting"])


def test_first_explorer_opens_on_its_defaults(explorer: Locator):
    assert shown(explorer)["setting"] == list(SideEffectExplorer().setting())


def test_every_setting_shows_what_python_computes(explorer: Locator):
    # All of them: each option of each control is met at least once.
    shown_at = choose_each(explorer, COMBINATIONS)
    for combination, now in zip(COMBINATIONS, shown_at, strict=True):
        assert now == computed(SideEffectExplorer, combination)


def test_one_change_settles_where_python_settles(explorer: Locator):
    changes = [
        (combination, name, value)
        for combination in COMBINATIONS
        for place, name in enumerate(NAMES)
        for value in offered(SideEffectExplorer, combination, place)
        if value != combination[place]
    ]
    python = SideEffectExplorer()
    moved_others = 0
    for start, name, value in random.Random(2026).sample(changes, 100):
        choose(explorer, *zip(NAMES, start, strict=True))
        now = choose(explorer, (name, value))
        for other, before in zip(NAMES, start, strict=True):
            setattr(python, other, before)
        setattr(python, name, value)
        assert now["setting"] == list(python.setting()), (start, name, value)
        assert now["reading"] == python.reading
        moved_others += sum(a != b for a, b in zip(start, python.setting(), strict=True)) > 1
    assert moved_others > 20  # else the rule was hardly needed


def test_tab_reaches_every_control(open_offline: OpenOffline, page_file: Path):
    page = open_offline(page_file)  # a new one: Tab goes on from where it was last
    explorers(page)
    reached = []
    for _ in range(200):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "document.activeElement.closest('.explorer') === document.querySelector('.explorer')"
        )
        if inside:
            reached.append(
                page.evaluate("document.activeElement.name || document.activeElement.tagName")
            )
        elif reached:
            break
    assert reached[: len(NAMES) + 1] == [*NAMES, "BUTTON"]
    assert "SUMMARY" in reached


@pytest.mark.parametrize("name", NAMES)
def test_arrow_key_moves_the_control(page: Page, explorer: Locator, name: str):
    place = NAMES.index(name)
    start = next(
        row for row in COMBINATIONS if row[place] in offered(SideEffectExplorer, row, place)[:-1]
    )
    choose(explorer, *zip(NAMES, start, strict=True))
    select = explorer.locator(f"select[name={name}]")
    select.focus()
    page.keyboard.press("ArrowDown")
    options = offered(SideEffectExplorer, start, place)
    expect(select).to_have_value(options[options.index(start[place]) + 1])
    expect(select).to_be_focused()
    python = wait_for_agreement(explorer)
    assert shown(explorer) == python
    assert python != computed(SideEffectExplorer, start)


def test_reset_brings_back_the_opening_setting(page: Page, explorer: Locator):
    opening = shown(explorer)
    assert choose(explorer, ("population", "non-medical use")) != opening
    explorer.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Enter")
    expect(explorer.locator(".reading")).to_have_text(opening["reading"])
    assert shown(explorer) == opening


def test_explorers_do_not_move_each_other(page: Page):
    first, *others = explorers(page)
    before = [shown(other) for other in others]
    assert others
    # Every control of the first moves.
    now = choose(first, ("population", "non-medical use"), ("show", "kind"))
    assert not {*now["setting"]} & {*SideEffectExplorer().setting()}
    assert [shown(other) for other in others] == before


def test_controlled_count_draws_two_arrays(explorer: Locator):
    assert _headings(explorer) == ["Treated: 41 of 100", "Control: 9 of 100"]
    assert _icons(explorer) == 200


def test_count_without_control_arm_draws_one_array_and_no_difference(explorer: Locator):
    uncontrolled = [
        row
        for row in COMBINATIONS
        if (found := in_python(SideEffectExplorer, row).case().row).comparator is None
        and found.treatment
        and found.treatment.counted
    ]
    assert uncontrolled
    for combination in uncontrolled:
        now = choose(explorer, *zip(NAMES, combination, strict=True))
        # The chart is drawn one step later than the words.
        expect(explorer.locator(".picture-people svg")).not_to_contain_text("Control:")
        assert len(_headings(explorer)) == 1
        assert _icons(explorer) == 100
        if now["setting"][-1] == "study":
            assert {row[3] for row in now["table"]} == {"none"}
            assert {row[4] for row in now["table"]} == {"–"}
        assert "more of 100" not in now["reading"]


def test_row_without_numbers_draws_no_people(explorer: Locator):
    undrawn = [
        row for row in COMBINATIONS if not list(in_python(SideEffectExplorer, row).case().arms())
    ]
    assert undrawn
    for combination in undrawn:
        choose(explorer, *zip(NAMES, combination, strict=True))
        expect(explorer.locator(".picture-people")).to_be_hidden()


def test_ranking_draws_each_estimate_of_the_comparison(explorer: Locator):
    of_study = [combination for combination in COMBINATIONS if combination[-1] == "study"]
    for combination in of_study[:40]:
        choose(explorer, *zip(NAMES, combination, strict=True))
        rows = in_python(SideEffectExplorer, combination).tabulate()
        drawn = [row for row in rows if row["estimate"] is not None]
        points = explorer.locator(".picture-ranking svg .mark-symbol path")
        expect(points).to_have_count(len(drawn))


def test_other_view_draws_each_share_of_the_kind(explorer: Locator):
    of_kind = [combination for combination in COMBINATIONS if combination[-1] == "kind"]
    for combination in of_kind[:40]:
        choose(explorer, *zip(NAMES, combination, strict=True))
        case = in_python(SideEffectExplorer, combination).case()
        drawn = [other for other in cases_of(case.row.effect_group) if other.drawn_elsewhere]
        points = explorer.locator(".picture-elsewhere svg .mark-symbol path")
        expect(points).to_have_count(sum(len(list(other.arms())) for other in drawn))


def _headings(explorer: Locator) -> list[str]:
    return explorer.locator(".picture-people svg text").all_text_contents()


def _icons(explorer: Locator) -> int:
    return explorer.locator(".picture-people svg .mark-symbol path").count()
