"""What axe finds wrong on a page: WCAG 2.2 up to level AA, and axe's own best practice."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check_with_axe(
    page: Page, *, within: list[str] | None = None, without_rules: tuple[str, ...] = ()
) -> None:
    """Fail with a line for each element that breaks a rule.

    Args:
        page: the page as it stands; what is hidden is not looked at.
        within: selectors of the parts to look at; None is the whole page.
        without_rules: rules that do not fit the page; the caller says why.

    Raises:
        AssertionError: axe found a violation, or could not see what it should look at.
    """
    context = {"include": [[selector] for selector in within]} if within else None
    options = {
        "runOnly": {"type": "tag", "values": _TAGS},
        "rules": {rule: {"enabled": False} for rule in without_rules},
    }
    found = Axe().run(page, context=context, options=options).response
    # A run that looked at nothing would find nothing.
    assert found["passes"], "axe had nothing to look at"
    lines = [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    # Text that axe takes to be covered has not been checked at all. Text in a chart always seems
    # so; another test holds its colour to that of the words around.
    lines += [
        f"not checked: {node['html'][:160]}: {reason['message']}"
        for rule in found["incomplete"]
        for node in rule["nodes"]
        for reason in node["any"]
        if "overlapped" in reason["message"] and not node["html"].startswith(("<text", "<tspan"))
    ]
    assert not lines, "\n".join(lines)
