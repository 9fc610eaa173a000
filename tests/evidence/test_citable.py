"""One look-up for the sources of both bibliographies, in which none hides another."""

from __future__ import annotations

import pytest

from ketalab.evidence import EvidenceError, Reference, pharmacology, references
from ketalab.evidence.citable import citable, joined, source_anchor
from ketalab.evidence.pharmacology import Paper


def book(*keys: str) -> dict[str, Reference]:
    return {key: Reference(key=key, title="A title") for key in keys}


def papers(*keys: str) -> dict[str, Paper]:
    return {key: Paper(key=key, text="Doe J. Abstract read.") for key in keys}


def test_both_tables_are_there_in_their_order() -> None:
    assert list(citable()) == [*references(), *pharmacology.references()]
    for key, source in citable().items():
        assert source.key == key
        assert source.label
        assert source.citation
        assert all(
            url.startswith("https://") or url.startswith("http://") for _, url in source.links
        )


def test_no_two_entries_of_a_page_differ_by_capitals_alone() -> None:
    folded = [key.casefold() for key in citable()]
    assert len(set(folded)) < len(folded)  # the case that anchors are made for
    anchors = {source_anchor(source).casefold() for source in citable().values()}
    assert len(anchors) == len(citable())


@pytest.mark.parametrize(
    ("bibliography", "pharmacy", "message"),
    [
        (
            book("a2001"),
            papers("b2002", "a2001"),
            "pharmacology/references.yaml: record 'a2001', field 'key': "
            "expected a key that references.yaml does not have",
        ),
        (
            book("a2001", "A2001"),
            papers(),
            "references.yaml: record 'A2001', field 'key': "
            "expected more than capitals to tell it from 'a2001'",
        ),
        (
            book(),
            papers("B2002", "b2002"),
            "pharmacology/references.yaml: record 'b2002', field 'key': "
            "expected more than capitals to tell it from 'B2002'",
        ),
    ],
)
def test_sources_that_cannot_be_told_apart_are_refused(bibliography, pharmacy, message) -> None:
    with pytest.raises(EvidenceError) as caught:
        joined(bibliography, pharmacy)
    assert str(caught.value) == message


def test_a_capital_between_the_tables_is_enough() -> None:
    assert list(joined(book("a2001"), papers("A2001"))) == ["a2001", "A2001"]
