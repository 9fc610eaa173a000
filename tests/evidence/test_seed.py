"""Every sentence of the text is taken up, by a claim or by its section."""

from __future__ import annotations

import pytest

from ketalab.evidence import seed
from ketalab.evidence.library import library
from ketalab.evidence.seed import seed_coverage, sentences
from ketalab.evidence.tables import EvidenceError

TABLE = library().folder / "seed_coverage.yaml"
TEXT = library().folder / "seed.txt"


def test_the_sentences_are_the_whole_text_in_order():
    found = list(sentences().values())
    assert len(found) == 23
    words = " ".join(TEXT.read_text(encoding="utf-8").split())
    for sentence in found:
        assert sentence.text[-1] == "."
        assert sentence.text in words
        words = words.replace(sentence.text, "", 1)
    headings = dict.fromkeys(sentence.section for sentence in found)
    assert len(headings) == 5
    for heading in headings:
        words = words.replace(heading, "", 1)
    assert not words.strip()


def test_every_sentence_is_covered_and_every_claim_is_made_by_one():
    covered = seed_coverage(library().claims)
    assert list(covered) == list(sentences())
    made = {claim for entry in covered.values() for claim in entry.claims}
    assert made == {claim.id for claim in library().claims.values()}


def refusal(tmp_path, text=None, old="", new=""):
    """What is said of a changed text, or of a table with one change."""
    file, table = TEXT, TABLE
    if text is not None:
        file = tmp_path / "seed.txt"
        file.write_text(text, encoding="utf-8")
    if old:
        written = TABLE.read_text(encoding="utf-8")
        assert old in written
        table = tmp_path / "seed_coverage.yaml"
        table.write_text(written.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        seed_coverage(library().claims, file, table)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '- id: "3.6"\n  begins: The antidepressant properties of ketamine are believed\n'
            "  claims: [9]\n",
            "",
            "seed_coverage.yaml: record '3.6': no entry for the sentence 'The antidepressant",
        ),
        (
            "begins: Third, ketamine",
            "begins: Third, esketamine",
            "seed_coverage.yaml: record '3.7', field 'begins': expected the first words of 'Third,",
        ),
        ("claims: [8]", "claims: [88]", "record '3.4', field 'claims': no claim 88"),
        ("claims: [9]", "claims: [6]", "seed_coverage.yaml: no sentence makes claim 9"),
        ("claims: [9]", "claims: []", "a sentence is covered by claims or answered by a section"),
        ('- id: "5.4"', '- id: "5.5"', "record '5.5': the text has no such sentence"),
    ],
)
def test_a_table_that_does_not_fit(tmp_path, old, new, message):
    assert message in refusal(tmp_path, old=old, new=new)


def test_a_sentence_more_in_the_text(tmp_path):
    text = TEXT.read_text(encoding="utf-8").replace("worldwide.", "worldwide. It cures all.")
    said = refusal(tmp_path, text)
    assert "record '1.5': no entry for the sentence 'In this blog post" in said
    assert "record '1.2', field 'begins': expected the first words of 'It cures all.'" in said


def test_a_text_without_a_heading(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("It is so.\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"no heading above 'It is so\.'"):
        seed.sentences(file)
