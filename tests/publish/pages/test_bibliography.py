"""The page of the whole bibliography, and the files beside it."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser

import pytest

from ketalab.evidence import pharmacology, references
from ketalab.evidence.citable import citable, source_anchor
from ketalab.evidence.citation import bibtex, csl_json
from ketalab.publish.lessons import sources_of
from ketalab.publish.pages.bibliography import bibliography_files
from ketalab.publish.project import Project, PublishError


class Page(HTMLParser):
    """The entries of the list by anchor: text and links; and what the page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, dict] = {}
        self.fetched: list[str] = []
        self.policy = ""
        self._open: dict | None = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if tag in ("link", "script", "img", "iframe"):
            self.fetched += [attrs[name] for name in ("src", "href") if name in attrs]
        if tag == "li":
            self._open = {"text": "", "links": []}
        elif tag == "a" and self._open is not None and "href" in attrs:
            self._open["links"].append(attrs["href"])
        elif tag == "a" and self._open is not None:
            assert attrs["id"] not in self.entries
            self.entries[attrs["id"]] = self._open

    def handle_endtag(self, tag):
        if tag == "li":
            self._open = None

    def handle_data(self, data):
        if self._open is not None:
            self._open["text"] += data


@pytest.fixture(scope="module")
def files():
    return bibliography_files(Project.find())


@pytest.fixture(scope="module")
def page(files):
    parser = Page()
    parser.feed(files["bibliography.html"])
    return parser


def test_every_source_stands_there_once(page):
    sources = [*references().values(), *pharmacology.references().values()]
    assert set(page.entries) == set(map(source_anchor, sources))
    for source in sources:
        entry = page.entries[source_anchor(source)]
        text = re.sub(r"\s+", " ", entry["text"])
        assert text.startswith(f"{source.label}. {source.citation}")
        assert [url for _, url in source.links] == [
            link for link in entry["links"] if link.startswith("http")
        ]


def test_a_paper_of_the_pharmacology_says_how_much_of_it_was_read(page):
    readings = ("read in part", "second-hand", "not read")
    for paper in pharmacology.references().values():
        said = page.entries[source_anchor(paper)]["text"].partition(paper.citation)[2]
        assert [reading for reading in readings if reading in said] == [paper.reading]


def test_what_was_not_seen_is_said(page):
    for key, reference in references().items():
        text = page.entries[f"source-{key}"]["text"]
        assert ("DOI not seen" in text) == (reference.doi is None)
        assert ("PMID not seen" in text) == (reference.pmid is None)
        assert ("no address is known" in text) == (not reference.links)
        if reference.doi_unverified:
            assert reference.doi_unverified not in text


def test_each_source_says_how_it_was_checked(page):
    signs = {"label": "◆", "primary-abstract": "●", "review": "◐", "secondary": "○"}
    for key, reference in references().items():
        text = page.entries[f"source-{key}"]["text"]
        if reference.verified is not None:
            assert f"{signs[reference.verified]} " in text
            assert sum(sign in text for sign in signs.values()) == 1
        else:
            assert any(sign in text for sign in signs.values()) or "level not recorded" in text
    # The label of the spray has no level of its own: its rows do.
    assert references()["spravato_uspi"].verified is None
    assert "◆ label" in page.entries["source-spravato_uspi"]["text"]


def test_the_lessons_that_cite_a_source_are_named(page):
    lessons = Project.find().lesson_files()
    cited = {lesson.stem: sources_of(lesson) for lesson in lessons}
    assert sum(len(keys) > 10 for keys in cited.values()) >= 4
    assert "Gilling2009" in cited["02-mechanism"]
    for key, source in citable().items():
        entry = page.entries[source_anchor(source)]
        for stem, keys in cited.items():
            assert (f"{stem}.html" in entry["links"]) == (key in keys)
        nowhere = not any(key in keys for keys in cited.values())
        assert ("Not cited in a lesson yet." in entry["text"]) == nowhere


def test_the_page_fetches_nothing(page):
    assert page.fetched == []
    assert page.policy.startswith("default-src 'none'")


def test_the_files_for_reference_managers(files):
    assert files["bibliography.bib"] == bibtex()
    assert json.loads(files["bibliography.csl.json"]) == csl_json()


def test_without_pybtex_the_reader_is_told_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pybtex.database", None)
    with pytest.raises(PublishError, match=r"pybtex.* is not installed: exports need"):
        bibliography_files(Project.find())
