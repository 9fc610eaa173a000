"""Words for those who do not see a picture: every picture on a page has them, and they say much."""

from __future__ import annotations

from playwright.sync_api import Page

from ketalab.publish.alt_text import alt_problem

# Every picture that is not part of one or kept from screen readers, with the words for it. A figure
# is named by its caption.
_PICTURES = """() => {
  const words = (e) => e.getAttribute('aria-label') ?? e.getAttribute('alt')
    ?? e.querySelector(':scope > title')?.textContent ?? '';
  const named = (e) => e.getAttribute('aria-labelledby')?.split(/\\s+/)
    .map(id => document.getElementById(id)?.textContent ?? '').join(' ') || words(e);
  const drawn = (e) => !e.closest('[hidden], [aria-hidden=true]')
    && !e.parentElement.closest('[role=img]');
  const pictures = [...document.querySelectorAll('img, svg, canvas, [role=img], area, object')]
    .filter(drawn).map(e => [e.outerHTML.slice(0, 120), named(e)]);
  const figures = [...document.querySelectorAll('figure, [role=figure]')].filter(drawn)
    .map(e => [e.outerHTML.slice(0, 120),
      e.querySelector('figcaption')?.textContent || named(e)]);
  return { pictures, figures };
}"""


def check_words_of_pictures(page: Page) -> int:
    """Fail with a line for each picture or figure without words, or with words that say nothing.

    Returns:
        How many pictures there are.

    Raises:
        AssertionError: a text is empty, a placeholder or the name of a file, or too short to say
            what a picture shows.
    """
    found = page.evaluate(_PICTURES)
    lines = []
    for html, words in found["pictures"]:
        problem = alt_problem(words)
        if problem is None and len(words.split()) < 4:
            problem = f"alternative text {words!r} is too short to say what the picture shows"
        if problem:
            lines.append(f"{problem}: {html}")
    for html, words in found["figures"]:
        if problem := alt_problem(words):
            lines.append(f"a figure's name: {problem}: {html}")
    assert not lines, "\n".join(lines)
    return len(found["pictures"])
