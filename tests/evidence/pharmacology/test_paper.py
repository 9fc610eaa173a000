"""The pharmacology's papers: what may be printed, and what of each was read."""

from __future__ import annotations

from ketalab.evidence.pharmacology import references


def test_author_and_year_from_memory_are_left_out() -> None:
    koppel = references()["Koppel1990"]
    assert koppel.citation == (
        "Eur J Drug Metab Pharmacokinet. Abstract read. "
        "Details that were not checked are not shown."
    )
    assert koppel.label == "Eur J Drug Metab Pharmacokinet"
    singh = references()["Singh2022"]
    assert singh.citation == (
        "Pharmacotherapy 2022;42:298-310. doi:10.1002/phar.2669. Table 6 read. "
        "Details that were not checked are not shown."
    )
    assert singh.label == "Pharmacotherapy 2022;42:298-310"


def test_no_citation_speaks_of_memory() -> None:
    withheld = [paper.key for paper in references().values() if paper.citation != paper.text]
    assert withheld == ["Singh2022", "Koppel1990"]
    for paper in references().values():
        assert "memory" not in paper.citation


def test_links_lead_to_the_paper() -> None:
    assert references()["Clements1981"].links == (
        ("doi:10.1093/bja/53.1.27", "https://doi.org/10.1093/bja/53.1.27"),
        ("PMID 7459184", "https://pubmed.ncbi.nlm.nih.gov/7459184/"),
    )
    assert references()["Kamp2020meta"].links == (
        ("doi:10.1097/ALN.0000000000003577", "https://doi.org/10.1097/ALN.0000000000003577"),
    )
    assert references()["PMC1084341"].links[0][0] == "PMC1084341"
    assert references()["Merck"].links == ()


def test_what_was_read_is_said() -> None:
    readings = {key: paper.reading for key, paper in references().items()}
    assert readings["Otto2021"] == "read in part"
    assert readings["Domino1982"] == "not read"
    assert readings["Zhao2012"] == "not read"
    assert readings["Flint2017"] == "second-hand"
    assert readings["Chong2006"] == "read in part"
