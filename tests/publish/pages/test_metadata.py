"""The head of a page: what it says of the lesson, and that it says no more than that."""

from __future__ import annotations

import json

import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from ketalab.activities.bank import bank_file, load_bank
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.metadata import objectives, page_metadata
from ketalab.publish.pages.place import Link, Place
from ketalab.publish.project import PublishError


def small(title: str = "Small", summary: str = "It is small.", text: str = "# Small", **more):
    metadata = {"title": title, "ketalab": {"title": title, "summary": summary, **more}}
    return new_notebook(cells=[new_markdown_cell(text)], metadata=metadata)


def page_of(notebook, **options) -> BeautifulSoup:
    return BeautifulSoup(PageExporter(**options).from_notebook_node(notebook)[0], "html.parser")


def linked_data(page: BeautifulSoup) -> dict:
    (script,) = page.find_all("script", type="application/ld+json")
    return json.loads(script.string)


def test_linked_data_holds_the_front_matter_and_the_citation(students, repository):
    cited = yaml.safe_load((repository / "CITATION.cff").read_text(encoding="utf-8"))
    front = students.metadata["ketalab"]
    data = linked_data(page_of(students))
    assert data["@type"] == "LearningResource"
    assert data["name"] == front["title"]
    assert data["description"] == front["summary"]
    assert data["timeRequired"] == f"PT{front['minutes']}M"
    assert data["position"] == front["number"]
    assert data["inLanguage"] == "en-GB"
    assert data["isPartOf"]["name"] == cited["title"]
    assert [author["name"] for author in data["author"]] == [a["name"] for a in cited["authors"]]
    assert [url.rsplit("/")[-1] for url in data["license"]] == cited["license"]


def test_linked_data_teaches_what_the_bank_tests(students):
    aims = [
        " ".join(aim.text.split()) for aim in load_bank(bank_file("04-side-effects")).objectives
    ]
    assert linked_data(page_of(students))["teaches"] == aims


def test_aims_are_plain_text_and_end_with_their_room():
    text = (
        "# Hi\n\n- not this\n\n## What you will be able to do\n\nYou can:\n\n1. Read *one*\n line."
        '\n2. See <abbr title="x">a word</abbr>.\n\n## The claim\n\n- nor this'
    )
    assert objectives(small(text=text)) == ("Read one line.", "See a word.")
    assert objectives(small()) == ()


def test_a_page_that_is_no_lesson_claims_no_time_and_no_number():
    data = linked_data(page_of(small()))
    assert data["learningResourceType"] == "reference"
    assert not {"timeRequired", "position", "teaches"} & data.keys()


def test_open_graph_names_nothing_to_be_fetched():
    page = page_of(small())
    found = {
        meta["property"]: meta["content"]
        for meta in page.find_all("meta", attrs={"property": True})
    }
    assert found["og:title"] == "Small"
    assert found["og:description"] == "It is small."
    assert not any("http" in content for content in found.values())
    assert not any(word in name for name in found for word in ("image", "video", "audio"))


HOSTILE = """</script></title><script>alert(1)</script> "> ' onload=x <!-- {{ 7*7 }} & \u2028"""


def test_hostile_title_summary_and_neighbours_stay_text():
    place = Place(Link(HOSTILE, f"a.html?{HOSTILE}"), Link("Next one", "b.html"))
    page = page_of(small(HOSTILE, HOSTILE), place=place)
    assert all("alert" not in (s.string or "") or "json" in s["type"] for s in page("script"))
    assert page.title.string.startswith(HOSTILE)
    assert linked_data(page)["name"] == HOSTILE
    assert page.find("meta", attrs={"name": "description"})["content"] == HOSTILE
    assert page.find("meta", property="og:title")["content"] == HOSTILE
    previous = page.find("a", rel="prev")
    assert previous["href"] == f"a.html?{HOSTILE}"
    assert set(previous.attrs) == {"rel", "href"}
    assert HOSTILE.split()[0] in previous.get_text()


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f"])
@pytest.mark.parametrize("field", ["title", "summary"])
def test_marks_that_turn_the_direction_are_refused(mark, field):
    with pytest.raises(PublishError, match=rf"ketalab\.{field} holds .* U\+{ord(mark):04X}"):
        page_metadata(small(**{field: f"good{mark}bad"}))
