"""The files for reference managers, read back by libraries that had no part in writing them."""

from __future__ import annotations

import json
import re
import warnings

import bibtexparser
import pytest
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON

from ketalab.evidence import references
from ketalab.evidence.citation import bibtex, csl_json


@pytest.fixture(scope="module")
def parsed():
    library = bibtexparser.parse_string(bibtex())
    assert library.failed_blocks == []
    return {entry.key: entry.fields_dict for entry in library.entries}


def plain(text: str) -> str:
    """LaTeX that pybtex wrote, as the text that it came from."""
    return re.sub(r"\\([&%_#$])", r"\1", text).replace("{", "").replace("}", "")


def test_every_reference_can_be_read_back(parsed):
    assert list(parsed) == list(references())
    for key, reference in references().items():
        fields = parsed[key]
        value = {name: plain(field.value) for name, field in fields.items()}
        assert value["title"] == (reference.shown("title") or key)
        assert value.get("year") == reference.shown("year")
        assert value.get("pmid") == reference.pmid
        # Addresses stand as they are, without LaTeX.
        assert (fields["doi"].value if "doi" in fields else None) == reference.doi
        assert (fields["url"].value if "url" in fields else None) == reference.url
        assert ("author" in fields) == (reference.shown("authors") is not None)


def test_an_article_is_taken_apart(parsed):
    fields = {name: field.value for name, field in parsed["corriger2022"].items()}
    assert fields["journal"] == "Pain"
    assert (fields["volume"], fields["number"], fields["pages"]) == ("163", "4", "690-701")
    assert fields["author"] == (
        "Corriger, A and Voute, M and Lambert, C and {OKAPI Consortium} and Pereira, B and "
        "Pickering, G"
    )
    assert parsed["rikard2023"]["author"].value.endswith("Guy, Jr, GP")
    assert parsed["schilder2013"]["author"].value == "Schilder, JCM and others"
    assert parsed["asa2023"]["author"].value == (
        "{American Society of Anesthesiologists, Committee on Pain Medicine}"
    )


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("amr2011", ("Anesth Essays Res", "5", "1", "83-86")),
        ("jonkman2017", ("F1000Research", "6", None, "1711")),
        ("rawat2022", ("Nat Commun", "13", None, None)),
        ("jackson2015", ("Lancet 385 Suppl 2:S10", None, None, None)),
        ("fda2022", ("FDA safety communication, 16 February 2022", None, None, None)),
        ("ferraro2025", ("Cochrane Database Syst Rev", None, None, None)),
    ],
)
def test_where_it_was_published(key, expected):
    (item,) = csl_json([key])
    fields = ("container-title", "volume", "issue", "page")
    assert tuple(item.get(name) for name in fields) == expected


def test_nothing_from_memory_leaves_the_house():
    """Each detail that leans on memory is gone from both files, and the entry says so."""
    checked = 0
    for key, reference in references().items():
        (item,) = csl_json([key])
        entry = bibtex([key])
        for field in ("authors", "title", "journal", "publisher", "year"):
            value = getattr(reference, field)
            if value is None or reference.shown(field) is not None:
                continue
            checked += 1
            withheld = re.sub(r"\W+", " ", str(value)).strip()
            for text in (json.dumps(item, ensure_ascii=False), entry):
                # The key, and the address of the page read, may hold a year or a name.
                printed = re.sub(r"https?://\S+|\b10\.\d{4}\S+", "", text.replace(key, ""))
                assert withheld not in re.sub(r"\W+", " ", printed), (key, field)
            assert reference.withholds_details or "not shown" in str(value)
        if reference.withholds_details:
            assert "not checked are left out" in item["note"]
            assert "not checked are left out" in entry
        if reference.doi_unverified:
            assert reference.doi_unverified not in entry
            assert "DOI" not in item
    assert checked > 50


def test_what_was_not_seen_is_said():
    (item,) = csl_json(["noppers2011fm"])
    assert item["note"] == "Not seen: DOI, PMID."
    (item,) = csl_json(["sigtermans2009"])
    assert "note" not in item


def test_a_style_can_print_every_entry():
    """citeproc-py reads CSL-JSON as a word processor's plug-in does."""
    items = csl_json()
    assert json.loads(json.dumps(items)) == items
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fields that it does not know, such as PMID
        source = CiteProcJSON(items)
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        printed = CitationStylesBibliography(style, source, formatters.plain)
        for item in items:
            printed.register(Citation([CitationItem(item["id"])]))
        lines = [str(line) for line in printed.bibliography()]
    assert len(lines) == len(references())
    together = words(" ".join(lines))
    for item in items:
        assert words(item["title"]) in together


def words(text: str) -> str:
    """Letters and digits alone: a style changes case, quotation marks and dashes."""
    return re.sub(r"\W+", " ", text).strip().casefold()


def test_an_unknown_key():
    with pytest.raises(KeyError):
        csl_json(["nobody1999"])
    with pytest.raises(KeyError):
        bibtex(["nobody1999"])
