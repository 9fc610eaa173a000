"""Roles print value, source and level of verification."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from nbconvert.filters.markdown import markdown2html

from ketalab.evidence import effect_profiles, fact, references, side_effects
from ketalab.evidence.citable import citable, source_anchor
from ketalab.publish.project import PublishError
from ketalab.publish.roles import Citations, resolve, source_list


def resolved(text: str) -> tuple[str, list[str]]:
    citations = Citations()
    return resolve(text, citations, lambda at: f"here:{at}"), citations.keys


def test_a_fact_is_value_source_and_badge():
    assert resolved("In all {fact}`side_effects/spravato_trd__01:treatment`.") == (
        "In all 142 of 346 (41%) [\\[SPRAVATO label 2021\\]](#source-spravato_uspi)"
        '<span class="badge">◆ label</span>.',
        ["spravato_uspi"],
    )


def test_every_row_can_be_printed():
    signs = {"label": "◆", "primary-abstract": "●", "review": "◐", "secondary": "○"}
    for row in side_effects().values():
        said, keys = resolved(f"{{fact}}`side_effects/{row.id}:effect`")
        assert said.startswith(f"{row.effect} [\\[{references()[row.source].label}\\]]")
        assert f'<span class="badge">{signs[row.verified]} ' in said
        assert keys == [row.source]


@pytest.mark.parametrize(
    ("key", "badge"),
    [
        ("escape__02:treatment", "computed from %"),
        ("pickering__01:risk_difference", "crossover: approximate"),
        ("corkery__01:treatment", "no denominator"),
    ],
)
def test_caveats_stand_in_the_badge(key, badge):
    said, _ = resolved(f"{{fact}}`side_effects/{key}`")
    assert badge in said.partition('<span class="badge">')[2]


def test_what_no_source_vouches_for_has_no_source_and_no_level():
    key, field = next(
        (key, profile.compiler_synthesis_fields[0])
        for key, profile in effect_profiles().items()
        if profile.compiler_synthesis_fields
    )
    said, keys = resolved(f"{{fact}}`effect_profiles/{key}:{field}`")
    assert keys == []
    assert said == (
        f"{fact(f'effect_profiles/{key}:{field}').text}"
        '<span class="badge">not yet reviewed by a clinician</span>'
    )


def test_a_graded_result_shows_its_certainty():
    said, keys = resolved("{fact}`results/ferraro2025__adverse_events`")
    assert said == (
        "RR 3.26 (CI 1.05 to 10.09) [\\[Ferraro 2025\\]](#source-ferraro2025)"
        '<span class="badge">○ second-hand; ⊕⊕◯◯ low</span>'
    )
    assert keys == ["ferraro2025"]
    ungraded, _ = resolved("{fact}`results/noppers2011fm__min15`")
    assert ungraded.endswith('<span class="badge">● primary</span>')


def test_all_sources_of_a_claim_are_linked_and_collected():
    said, keys = resolved("{fact}`claims/9:verdict`")
    assert len(keys) > 5
    assert said.startswith("overstated [")
    assert [f"#source-{key}" in said for key in keys] == [True] * len(keys)
    assert said.endswith('<span class="badge">our own reading of these sources</span>')


def test_citations_are_collected_once_in_order():
    text = "{cite}`winstock2012` {cite}`motov2017` {cite}`winstock2012`"
    said, keys = resolved(text)
    assert keys == ["winstock2012", "motov2017"]
    assert said.count("#source-winstock2012") == 2


def test_a_paper_of_the_pharmacology_is_cited_like_any_source():
    said, keys = resolved("{cite}`Sigtermans2009` {cite}`sigtermans2009`")
    assert said == (
        " [\\[Sigtermans2009\\]](#source-paper-Sigtermans2009)"
        "  [\\[Sigtermans 2009\\]](#source-sigtermans2009)"
    )
    assert keys == ["Sigtermans2009", "sigtermans2009"]


def test_a_key_that_nobody_has_is_refused_with_what_comes_near():
    with pytest.raises(PublishError, match=r"here:0: cite: no source 'Gilling2008'.*'Gilling2009'"):
        resolved("{cite}`Gilling2008`")


def test_prose_without_roles_stays_as_it_is():
    for text in ("A {set} of `code`.", "`x = {1: 2}`", "$x_{i}$", "{fact}", "`{fact}`"):
        assert resolved(text) == (text, [])


# --- The list of sources, as a browser sees it ---------------------------------------------------


class Entries(HTMLParser):
    """Text and addresses of each entry of a list, and its anchor."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict] = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "li":
            self.found.append({"text": "", "links": [], "id": None})
        elif tag == "a" and "href" in attrs:
            self.found[-1]["links"].append(attrs["href"])
        elif tag == "a":
            self.found[-1]["id"] = attrs["id"]

    def handle_data(self, data):
        if self.found:
            self.found[-1]["text"] += data


def test_every_source_of_the_course_survives_markdown():
    """Parentheses in a DOI, underscores in a key, angle brackets in a title."""
    parser = Entries()
    parser.feed(markdown2html(source_list(Citations([*citable()]))))
    assert len(parser.found) == len(citable())
    for entry, source in zip(parser.found, citable().values(), strict=True):
        assert entry["id"] == source_anchor(source)
        assert [unescape(link) for link in entry["links"]] == [url for _, url in source.links]
        words = re.sub(r"\s+", " ", entry["text"]).strip()
        labels = " ".join(text for text, _ in source.links)
        assert words == f"{source.label}. {source.citation} {labels}".strip()
