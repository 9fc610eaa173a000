"""The exported page for everybody: axe, narrow and enlarged windows, alternative texts, policy."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from ketalab.explorers import SideEffectExplorer
from ketalab.publish.alt_text import alt_problem
from tests.browser.conftest import DESKTOP, NewContext, OpenOffline
from tests.browser.explorer_in_page import choose, class_of, explorers, shown
from tests.browser.reader import answer_all

VIEWS: dict[str, dict[str, Any]] = {
    "desktop light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}},
    # A window of 1280 pixels at 200%.
    "zoom": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}

# What Chromium logs of a request that the policy stopped.
POLICY = "Content Security Policy"


def _open(open_offline: OpenOffline, page_file: Path, view: str) -> Page:
    """The page with everything unfolded and every question answered."""
    page = open_offline(page_file, **VIEWS[view])
    explorers(page)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    answer_all(page)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_in_pictures_has_the_colour_of_the_words_around(
    open_once: OpenOffline, page_file: Path, scheme: str
):
    page = open_once(page_file)
    page.emulate_media(color_scheme=scheme)
    for explorer in explorers(page):
        colours = explorer.evaluate(
            """root => [getComputedStyle(root.querySelector('.reading')).color,
              ...[...root.querySelectorAll('svg text')].map(e => getComputedStyle(e).fill)]"""
        )
        assert len(colours) > 2
        assert len(set(colours)) == 1


@pytest.mark.parametrize("view", ["phone", "zoom"])
def test_page_does_not_scroll_sideways(open_offline: OpenOffline, page_file: Path, view: str):
    page = _open(open_offline, page_file, view)
    width = VIEWS[view]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Nor is anything cut off: what is wider than the window scrolls in a region of its own.
    cut = page.evaluate(
        """width => [...document.querySelectorAll('main *')]
          .filter(e => !e.closest('.scroller, svg, .skip') && e.getClientRects().length)
          .filter(e => e.getBoundingClientRect().right > width + 1
                       || e.getBoundingClientRect().left < -1)
          .map(e => e.outerHTML.slice(0, 120))""",
        width,
    )
    assert not cut, "\n".join(cut)


def test_pictures_have_words_that_follow_the_setting(open_once: OpenOffline, page_file: Path):
    page = open_once(page_file)
    for explorer in explorers(page):
        if class_of(explorer) is not SideEffectExplorer:
            continue  # the gallery's tests look at every explorer
        before = shown(explorer)
        assert before["alt"]
        choose(explorer, ("population", "anaesthesia, intensive and acute care"))
        after = shown(explorer)
        assert after["alt"]
        for text in (*before["alt"], *after["alt"]):
            assert len(text) > 30
            assert alt_problem(text) is None, text
        assert set(before["alt"]).isdisjoint(after["alt"])


def test_policy_forbids_requests_and_code_from_strings(page_file: Path):
    policy = _policy(page_file)
    assert policy["default-src"] == ["'none'"]
    assert not {"'unsafe-eval'", "'unsafe-inline'", "*"} & set(policy["script-src"])
    assert "connect-src" not in policy


def test_policy_is_in_force(page_file: Path, new_context: NewContext):
    # The network is on here, and would be asked: the policy alone stops the request.
    excused = {POLICY: "the test provokes it", "/x.png: csp": "the policy stops what the test asks"}
    page = new_context(lambda url: True, excused=excused).new_page()
    page.goto(page_file.as_uri())
    refused = page.evaluate(
        """async () => {
          const refused = [];
          document.addEventListener('securitypolicyviolation',
            event => refused.push(event.effectiveDirective));
          await fetch('http://127.0.0.1:9/').catch(() => {});
          const image = new Image();
          const ended = new Promise(done => { image.onload = image.onerror = done; });
          image.src = 'http://127.0.0.1:9/x.png';
          document.body.append(image);
          await ended;
          await new Promise(done => setTimeout(done, 50));
          return refused;
        }"""
    )
    assert refused == ["connect-src", "img-src"]


@pytest.mark.parametrize("kind", ["html", "slides"])
def test_file_has_no_inline_handlers_and_no_outside_sources(
    exports: Path, page_file: Path, kind: str
):
    tags = _tags(exports / kind / page_file.name)
    handlers = [(tag, name) for tag, names in tags for name in names if name.startswith("on")]
    assert handlers == []
    loaded = [
        (tag, names)
        for tag, names in tags
        if tag in {"script", "img", "link", "iframe", "source", "video", "audio", "object", "embed"}
        and {"src", "href", "data", "srcset"} & names.keys()
    ]
    assert loaded == []


@pytest.mark.parametrize("kind", ["html", "slides"])
def test_links_within_a_file_lead_somewhere(exports: Path, page_file: Path, kind: str):
    tags = _tags(exports / kind / page_file.name)
    places = {names["id"] for _, names in tags if names.get("id")}
    links = {names["href"] for tag, names in tags if tag == "a" and names.get("href")}
    inner = {link.removeprefix("#") for link in links if link.startswith("#")}
    assert inner - places == set()
    # The page links to its sources; the deck, which has no list of them, only names them.
    assert bool(inner) == (kind == "html")


def test_document_has_no_inline_handlers(open_once: OpenOffline, page_file: Path):
    page = open_once(page_file)
    explorers(page)
    handlers = page.evaluate(
        """[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]
          .filter(a => a.name.startsWith('on')).map(a => `${e.tagName} ${a.name}`))"""
    )
    assert handlers == []


def _tags(path: Path) -> list[tuple[str, dict[str, str | None]]]:
    found = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    Collector().feed(path.read_text(encoding="utf-8"))
    assert len(found) > 100
    return found


def _policy(path: Path) -> dict[str, list[str]]:
    (policy,) = [
        names["content"]
        for tag, names in _tags(path)
        if tag == "meta" and (names.get("http-equiv") or "").lower() == "content-security-policy"
    ]
    directives = [directive.split() for directive in policy.split(";")]
    return {name: values for name, *values in directives}
