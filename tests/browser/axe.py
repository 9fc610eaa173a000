"""What axe finds wrong on a page: WCAG 2.2 up to level AA, and axe's own best practice."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check_with_axe(page: Page, *, within: list[str] | None = None) -> None:
    """Fail with a line for each element that breaks a rule.

    Args:
        page: the page as it stands; what is hidden is not looked at.
        within: selectors of the parts to look at; None is the whole page.

    Raises:
        AssertionError: axe found a violation, or nothing to look at.
    """
    context = {"include": [[selector] for selector in within]} if within else None
    options = {"runOnly": {"type": "tag", "values": _TAGS}}
    found = Axe().run(page, context=context, options=options).response
    # A run that looked at nothing would find nothing.
    assert found["passes"], "axe had nothing to look at"
    lines = [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not lines, "\n".join(lines)
