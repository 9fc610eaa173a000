"""A walk through a page with the Tab key alone."""

from __future__ import annotations

from playwright.sync_api import Page

# What Tab must reach, in the order of the page. Of radio buttons with one name, one is a stop.
_MARK = """() => {
  const focusable = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const groups = new Set();
  const stops = [...document.querySelectorAll(focusable)].filter(e => {
    if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({ visibilityProperty: true }))
      return false;
    if (e.closest('[inert]') || e.type === 'hidden') return false;
    if (e.type !== 'radio') return true;
    const group = e.closest('fieldset, form, .activity')?.querySelector('input[type=radio]');
    const key = group ?? e.name;
    if (groups.has(key)) return false;
    groups.add(key);
    return true;
  });
  globalThis.tabWalk = { stops, reached: [], unseen: [] };
  document.addEventListener('focusin', ({ target }) => {
    tabWalk.reached.push(target);
    if (getComputedStyle(target).outlineStyle === 'none') tabWalk.unseen.push(target);
  });
  document.activeElement.blur();
  return stops.length;
}"""
_RESULT = """() => {
  const name = (e) => e.outerHTML.slice(0, 100);
  const { stops, reached, unseen } = tabWalk;
  const order = reached.filter(e => stops.includes(e));
  return {
    missed: stops.filter(e => !reached.includes(e)).map(name),
    unseen: unseen.map(name),
    disordered: order.filter((e, i) => i > 0 && stops.indexOf(e) < stops.indexOf(order[i - 1]))
      .map(name),
  };
}"""

# A browser may stop at more than that, as at what scrolls.
_MORE = 20


def check_tab_walk(page: Page) -> int:
    """Press Tab from the head of a page to its end; fail with a line for each thing wrong.

    Returns:
        How many stops there were.

    Raises:
        AssertionError: Tab does not reach what can be focused, goes back on the way, or the focus
            is not seen where it is.
    """
    stops = page.evaluate(_MARK)
    assert stops, "nothing on the page can be focused"
    for press in range(stops + _MORE):
        if press >= stops and page.evaluate("tabWalk.reached.includes(tabWalk.stops.at(-1))"):
            break
        page.keyboard.press("Tab")
    found = page.evaluate(_RESULT)
    lines = [f"{what}: {html}" for what, all_html in found.items() for html in all_html]
    assert not lines, "\n".join(lines)
    return stops
