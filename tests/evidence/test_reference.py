"""What of a reference may be printed, and that nothing from memory ever is."""

from __future__ import annotations

import re

import pytest

from ketalab.evidence import Reference, references

WITHHELD = "Bibliographic details not checked, so not shown."


def made(**fields: object) -> Reference:
    return Reference.model_validate({"key": "k2001", "title": "A title", **fields})


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("carr2004", "Carr 2004"),
        ("oconnell2013", "O’Connell 2013"),
        ("almukhaizeem2023", "Al Mukhaizeem 2023"),
        ("kvarnstrom2003", "Kvarnström 2003"),
        ("sa2019", "Sá 2019"),
        ("mcmaster2024nma", "Moradi 2024"),
        ("spravato_uspi", "SPRAVATO label 2021"),
        ("ketalar_uspi", "KETALAR label 2012"),
        ("fda2022", "US Food and Drug Administration 2022"),
        ("asa2023", "American Society of Anesthesiologists, Committee on Pain Medicine 2023"),
        ("uk_ketalar_smpc", "Pfizer / MHRA 2019"),
        ("jnj_hepatic", "Johnson & Johnson Medical Information"),
        ("gewandter2014", "Gewandter 2014"),  # only the initials lean on memory
        ("daly2019", "daly2019"),  # bib_partly_from_memory
        ("goldberg2010", "goldberg2010"),  # authors from memory
        ("eichenberger2008", "eichenberger2008"),  # year from memory
        ("dumanreview", "dumanreview"),  # the authors' own text says from memory
        ("zimmer2022", "zimmer2022"),  # the note on the year says from memory
        ("kim2013", "kim2013"),  # no authors
        ("jackson2010burst", "jackson2010burst"),  # authors not shown on the page read
    ],
)
def test_label(key: str, label: str) -> None:
    assert references()[key].label == label


@pytest.mark.parametrize(
    ("key", "citation"),
    [
        (
            "motov2017",
            "Motov S, Mai M, Pushkar I, et al. IV push versus short infusion of low-dose "
            "ketamine in the emergency department. Am J Emerg Med 35(8):1095-1100. 2017.",
        ),
        (
            "winstock2012",
            f"Urinary symptoms among recreational ketamine users. {WITHHELD}",
        ),
        (
            "goldberg2010",
            "5-day moderate-dose continuous racemic ketamine infusion in CRPS with "
            f"enantioselective pharmacokinetics. 2010. {WITHHELD}",
        ),
        (
            "gewandter2014",
            "Topical amitriptyline and ketamine for neuropathy after chemotherapy "
            f"[working title]. Support Care Cancer 22(7):1807-1814. 2014. {WITHHELD}",
        ),
        (
            "kim2015",
            "Kim YH, Lee PB, Oh TK. Is magnesium sulfate effective for pain in chronic "
            "postherpetic neuralgia patients comparing with ketamine infusion therapy? "
            "J Clin Anesth. 2015.",
        ),
        (
            "aetna0938",
            "Aetna. Clinical Policy Bulletin 0938: Ketamine for the treatment of depression and "
            "other selected indications. payer policy.",
        ),
    ],
)
def test_citation(key: str, citation: str) -> None:
    assert references()[key].citation == citation


@pytest.mark.parametrize("key", sorted(references()))
def test_nothing_from_memory_is_printed(key: str) -> None:
    reference = references()[key]
    printed = f"{reference.label}\n{reference.citation}"
    assert not re.search(r"from memory|not shown on the page", printed)
    assert "\n" not in reference.citation
    unseen = reference.doi_unverified
    assert unseen is None or unseen not in f"{printed} {reference.links}"
    leaning = [f for f in reference.memory_only_fields if hasattr(reference, f)]
    if reference.bib_partly_from_memory:
        leaning += ["authors", "journal", "publisher", "year"]
    if "initials of the first author" in reference.memory_only_fields:
        leaning.append("authors")
    for field in leaning:
        value = getattr(reference, field)
        if value is None:
            continue
        assert str(value) not in reference.citation.replace(reference.title, ""), field
        assert reference.citation.endswith(WITHHELD)
        if reference.label != key:
            assert str(value) not in reference.label


def test_each_detail_is_withheld_by_itself() -> None:
    whole = {"authors": "Doe J", "journal": "J Tests 1:1", "year": 2001}
    assert made(**whole).citation == "Doe J. A title. J Tests 1:1. 2001."
    assert made(**whole, memory_only_fields=["year"]).citation == (
        f"Doe J. A title. J Tests 1:1. {WITHHELD}"
    )
    assert made(**whole, memory_only_fields=["journal"]).citation == (
        f"Doe J. A title. 2001. {WITHHELD}"
    )
    assert made(**whole, memory_only_fields=["title"]).citation == (
        f"Doe J. J Tests 1:1. 2001. {WITHHELD}"
    )
    assert made(**whole, bib_partly_from_memory=True).citation == f"A title. {WITHHELD}"
    assert made(publisher="House", memory_only_fields=["journal"]).citation == (
        f"A title. {WITHHELD}"
    )
    assert made(doi="10.1/x", memory_only_fields=["title"]).citation == WITHHELD


def test_links() -> None:
    assert references()["carr2004"].links[:2] == (
        ("doi:10.1016/j.pain.2003.07.001", "https://doi.org/10.1016/j.pain.2003.07.001"),
        ("PMID 15109503", "https://pubmed.ncbi.nlm.nih.gov/15109503/"),
    )
    # Brackets in a DOI would end a Markdown link too soon.
    assert references()["haines1999"].links[0] == (
        "doi:10.1016/S0304-3959(99)00117-7",
        "https://doi.org/10.1016/S0304-3959%2899%2900117-7",
    )
    assert references()["noppers2011fm"].links == ()  # its DOI was never seen
    for reference in references().values():
        assert all(url.startswith(("http://", "https://")) for _, url in reference.links)
