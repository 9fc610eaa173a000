"""The page that maps the text's sentences to claims and lessons."""

from __future__ import annotations

import re

from ketalab.evidence.library import library
from ketalab.evidence.seed import sentences
from ketalab.publish.project import Project
from ketalab.publish.seed_page import LESSONS, page_path, seed_page


def test_the_page_is_what_the_tables_say():
    kept = page_path(Project.find()).read_text(encoding="utf-8")
    assert kept == seed_page(), "run `python -m ketalab.publish.seed_page`"


def test_every_sentence_and_every_claim_has_a_row():
    page = seed_page()
    for name, sentence in sentences().items():
        (row,) = re.findall(rf"^\| {re.escape(name)} \| (.*) \| (.+) \|$", page, re.MULTILINE)
        assert row[0] == sentence.text
    for number, claim in library().claims.items():
        row = rf"^\| {number} \| {re.escape(claim.claim)} \| {claim.verdict} \| \d\.\d.* \|$"
        assert re.search(row, page, re.MULTILINE)


def test_every_section_has_a_lesson_that_exists():
    assert list(LESSONS) == list(dict.fromkeys(s.section for s in sentences().values()))
    for name in LESSONS.values():
        assert (Project.find().lessons / f"{name}.md").is_file(), name
