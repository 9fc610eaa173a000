"""The home page: the map of the lessons, one look, and where everything else lies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ketalab.activities.bank import banks
from ketalab.evidence.citable import citable
from ketalab.explorers import SideEffectExplorer
from ketalab.publish.front_matter import front_matter
from ketalab.publish.pages.home import home_page
from ketalab.publish.pages.icon_array import icon_array
from ketalab.publish.project import Project, PublishError


class Page(HTMLParser):
    """The words of the page, its links with theirs, the lessons' cards, and the icon arrays."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.links: list[list[str]] = []  # address, words, accessible name
        self.tags: list[str] = []
        self.arrays: list[dict] = []
        self.cards: list[dict] = []
        self.policy = ""
        self._lists: list[str] = []
        self._link: list[str] | None = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if tag in ("ol", "ul"):
            self._lists.append(attrs.get("class", ""))
        elif tag == "li" and self._lists == ["lessons"]:
            self.cards.append({"text": "", "links": []})
        elif tag == "a" and "href" in attrs:
            self._link = [attrs["href"], "", attrs.get("aria-label", "")]
            self.links.append(self._link)
            if "lessons" in self._lists:
                self.cards[-1]["links"].append(self._link)
        elif attrs.get("class") == "people":
            self.arrays.append({"label": attrs["aria-label"], "people": []})
        elif tag == "span" and self.arrays and len(self.arrays[-1]["people"]) < 100:
            self.arrays[-1]["people"].append(attrs.get("class") == "had")
        elif tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]

    def handle_endtag(self, tag):
        if tag in ("ol", "ul"):
            self._lists.pop()
        elif tag == "a":
            self._link = None

    def handle_data(self, data):
        self.text += data
        if self._link is not None:
            self._link[1] += data
        if "lessons" in self._lists and self.cards:
            self.cards[-1]["text"] += data


def read(html: str) -> Page:
    page = Page()
    page.feed(re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL))
    return page


@pytest.fixture(scope="module")
def html() -> str:
    return home_page(Project.find())


@pytest.fixture(scope="module")
def page(html) -> Page:
    return read(html)


def one_lesson(root: Path, front: str) -> Project:
    lessons = root / "content" / "lessons"
    lessons.mkdir(parents=True)
    (lessons / "01-first.md").write_text(f"---\nketalab:\n{front}---\n", encoding="utf-8")
    return Project(root)


def test_every_lesson_has_its_card_and_the_gallery_has_none(page):
    taught = {
        path.stem: front
        for path in Project.find().lesson_files()
        if (front := front_matter(path)).get("kind") != "gallery"
    }
    assert len(page.cards) == len(taught) == 6
    aims = {bank.lesson: [aim.text for aim in bank.objectives] for bank in banks()}
    for card, (stem, front) in zip(page.cards, taught.items(), strict=True):
        for words in (front["title"], front["summary"], f"{front['minutes']} minutes"):
            assert " ".join(words.split()) in card["text"]
        assert all(" ".join(aim.split()) in card["text"] for aim in aims[stem])
        title = front["title"]
        assert card["links"] == [
            [f"{stem}.html", title, ""],
            [f"../slides/{stem}.html", "Slides", f"Slides: {title}"],
            [f"../handouts/{stem}.pdf", "Handout (PDF)", f"Handout (PDF): {title}"],
        ]


def test_nothing_of_the_instructors_is_linked_from_a_lesson(page):
    theirs = [link for link in page.links if re.match(r"\.\./(instructor|questions)", link[0])]
    assert [link[0] for link in theirs] == ["../questions/", "../instructor/"]
    before, _, after = page.text.rpartition("For instructors")
    assert "solutions" in after
    assert "solutions" not in before


def test_all_that_belongs_to_the_course_is_linked(page):
    names = [path.name for path in Project.find().lesson_files()]
    wanted = {"glossary.html", "bibliography.html", "evidence.html", "90-explorers.html"}
    wanted |= {name.replace(".md", ".html") for name in names}
    assert wanted <= {link[0] for link in page.links}
    assert f"{len(citable())} sources" in page.text


def test_one_look_is_what_the_explorer_shows_when_it_opens(page):
    case = SideEffectExplorer().case()
    assert [(sum(array["people"]), len(array["people"])) for array in page.arrays] == [
        (arm["per_hundred"], 100) for arm in case.arms()
    ]
    assert [array["label"] for array in page.arrays] == [arm["heading"] for arm in case.arms()]
    assert case.reading() in page.text  # with directness, verification and certainty
    source = citable()[case.row.source]
    assert [source.links[0][1], source.label, ""] in page.links


def test_the_progress_is_live_and_nothing_is_fetched(html, page):
    assert html.count('data-model="') == 1
    assert "Map of the lessons." in page.text  # its text form, until it is live
    assert page.policy.startswith("default-src 'none'")
    assert "http" not in page.policy
    assert not {"link", "img", "iframe", "form"} & set(page.tags)


def test_no_code_is_shown(page):
    assert "Code" not in [line.strip() for line in page.text.splitlines()]
    assert "pre" not in page.tags[: page.tags.index("h1")]


def test_another_process_makes_the_same_bytes(html):
    script = (
        "import sys; from ketalab.publish.pages.home import home_page; "
        "from ketalab.publish.project import Project; "
        "sys.stdout.buffer.write(home_page(Project.find()).encode())"
    )
    again = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert again.stdout == html.encode()


def test_a_title_is_text_and_never_html(tmp_path):
    hostile = "</h3></li><script>alert(1)</script> \"'"
    front = f"  number: 1\n  title: >-\n    {hostile}\n  minutes: 5\n"
    front += "  summary: |\n    One.\n\n    *Two* <img src=x onerror=alert(1)>\n"
    html = home_page(one_lesson(tmp_path, front))
    assert "<script>alert" not in html
    assert "<img" not in html
    (card,) = read(html).cards
    assert card["links"][0][1] == hostile
    assert "One. *Two* <img src=x onerror=alert(1)>" in card["text"]
    assert [link[1] for link in card["links"][1:]] == ["Slides", "Handout (PDF)"]


@pytest.mark.parametrize("field", ["number", "title", "minutes", "summary"])
def test_a_lesson_that_lacks_something_is_named(tmp_path, field):
    given = {"number": 1, "title": "A title", "minutes": 5, "summary": "It is."}
    front = "".join(f"  {name}: {value}\n" for name, value in given.items() if name != field)
    with pytest.raises(
        PublishError, match=rf"^01-first\.md:1: front matter lacks ketalab\.{field}$"
    ):
        home_page(one_lesson(tmp_path, front))


def test_a_course_without_a_lesson_is_refused(tmp_path):
    with pytest.raises(PublishError, match="expected lessons, found none"):
        home_page(
            one_lesson(
                tmp_path, "  kind: gallery\n  number: 1\n  title: G\n  minutes: 5\n  summary: S\n"
            )
        )


@pytest.mark.parametrize("count", [0, 1, 99, 100])
def test_an_icon_array_has_a_hundred_people(count):
    (array,) = read(icon_array(count, "A & B")).arrays
    assert (sum(array["people"]), len(array["people"])) == (count, 100)
    assert array["label"] == "A & B"


@pytest.mark.parametrize("count", [-1, 101])
def test_more_than_a_hundred_of_a_hundred_is_refused(count):
    with pytest.raises(ValueError, match=f"from 0 to 100, got {count}"):
        icon_array(count, "")
