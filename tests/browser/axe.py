"""What axe finds wrong on a page: WCAG 2.2 up to level AA, and axe's own best practice."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rules that look at colours. They take longer than all others together.
COLOUR_RULES = ("color-contrast", "link-in-text-block")


def check_with_axe(
    page: Page, *, within: list[str] | None = None, only_rules: tuple[str, ...] = ()
) -> None:
    """Fail with a line for each element that breaks a rule.

    Args:
        page: the page as it stands; what is hidden is not looked at.
        within: selectors of the parts to look at; None is the whole page.
        only_rules: the rules to hold it to; none named is all of the tags above.

    Raises:
        AssertionError: axe found a violation, or could not see what it should look at.
    """
    context = {"include": [[selector] for selector in within]} if within else None
    run = {"type": "rule", "values": only_rules} if only_rules else {"type": "tag", "values": _TAGS}
    # Every rule is applied to every element; of those that pass, one example comes back and not
    # all: their HTML alone is megabytes.
    options = {"runOnly": run, "resultTypes": ["violations", "incomplete"]}
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
