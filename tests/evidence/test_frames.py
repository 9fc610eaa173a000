"""A table shows caption, units and sources, as text and as accessible HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from ketalab.evidence import table
from ketalab.evidence.frames import EvidenceTable, FindingsTable


class Outline(HTMLParser):
    """Collects tags with their attributes, and checks that every tag is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def trials() -> EvidenceTable:
    return table("trials", route="oral")


def test_html_has_caption_scopes_and_a_named_region(trials: EvidenceTable) -> None:
    outline = Outline(trials._repr_html_())
    assert outline.open == []
    assert len(outline.all("caption")) == 1
    scopes = [cell["scope"] for cell in outline.all("th")]
    assert scopes == ["col"] * (1 + len(trials.columns)) + ["row"] * len(trials)
    (region,) = outline.all("div")
    assert region["role"] == "region"
    assert region["tabindex"] == "0"
    assert region["aria-label"] == "Randomised trials of ketamine for chronic pain (3 records)"


def test_headings_carry_units_and_cells_carry_marks(trials: EvidenceTable) -> None:
    html = trials._repr_html_()
    assert '<th scope="col">People randomised (number)</th>' in html
    assert "● primary" in html
    assert "○ second-hand" in html
    harms = table("side_effects", certainty="very low")._repr_html_()
    assert "⊕◯◯◯ very low" in harms
    assert "(% as printed)" in harms or "Certainty (GRADE)" in harms


def test_sources_are_links(trials: EvidenceTable) -> None:
    links = [link["href"] for link in Outline(trials._repr_html_()).all("a")]
    assert "https://doi.org/10.1016/S0304-3959%2899%2900117-7" in links


def test_text_is_escaped(trials: EvidenceTable) -> None:
    hostile = trials.copy()
    hostile.loc["rigo2017", "condition"] = "<script>alert(1)</script>"
    assert "<script>" not in hostile._repr_html_()


def test_text_form_says_the_same(trials: EvidenceTable) -> None:
    text = repr(trials)
    assert text.startswith("Randomised trials of ketamine for chronic pain (3 records)\n")
    assert "People randomised (number)" in text
    assert "Haines 1999: https://doi.org/10.1016/S0304-3959%2899%2900117-7" in text


def test_what_is_chosen_from_it_keeps_caption_and_its_own_sources(trials: EvidenceTable) -> None:
    large = trials[trials.n_randomised > 40].sort_values("n_randomised")
    assert isinstance(large, EvidenceTable)
    assert repr(large).startswith("Randomised trials of ketamine for chronic pain (2 records)")
    assert "Haines" not in repr(large)
    assert "rigo2017: https://pubmed" in repr(large)


def test_nothing_found_is_said() -> None:
    nothing = table("trials", condition="gout")
    assert "No record." in repr(nothing)
    assert Outline(nothing._repr_html_()).open == []
    assert "No record." in nothing._repr_html_()


def test_a_long_table_says_what_it_does_not_show() -> None:
    long = table("side_effects")
    rows = Outline(long._repr_html_()).all("tr")
    assert len(rows) == 61
    assert f"{len(long) - 60} more records are not shown" in repr(long)


def test_gaps_and_numbers_read_well() -> None:
    text = repr(table("reviews", columns=["n_participants"], scope="CRPS"))
    assert "1,029" in text
    assert re.search(r"connolly2015 +–", text)
    assert "nan" not in text


def test_a_count_by_pandas_still_works(trials: EvidenceTable) -> None:
    assert trials.groupby("verified").size().to_dict() == {"primary-abstract": 2, "secondary": 1}
    assert trials.describe() is not None


def test_without_a_caption_it_is_an_ordinary_table() -> None:
    plain = EvidenceTable({"n": [1, 2]})
    assert repr(plain) == repr(pd.DataFrame({"n": [1, 2]}))
    assert plain._repr_html_() == pd.DataFrame({"n": [1, 2]})._repr_html_()
    assert repr(FindingsTable({"n": [1, 2]})) == repr(pd.DataFrame({"n": [1, 2]}))


def test_a_column_left_out_takes_its_sources_with_it(trials: EvidenceTable) -> None:
    without = trials[["n_randomised"]]
    assert "https://" not in repr(without)
    assert "<a " not in without._repr_html_()
    assert without.caption in repr(without)


def test_yes_and_no_stand_for_true_and_false() -> None:
    shown = EvidenceTable({"is_crossover": [True, False]}, index=["one", "two"])
    shown.caption = "Two studies"
    assert re.search(r"one +yes", repr(shown))
    assert re.search(r"two +no", repr(shown))
