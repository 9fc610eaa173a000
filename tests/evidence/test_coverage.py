"""The coverage report: counted from the tables, and wrong when they are."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from ketalab.evidence.coverage import Coverage, coverage
from ketalab.evidence.library import TABLES, Library, library
from ketalab.evidence.pharmacology import load_pharmacology
from ketalab.publish.cli import main
from ketalab.publish.course_coverage import course_coverage
from ketalab.publish.project import Project

PROSE = "{fact}`side_effects/nma__02:published` and {cite}`cohen2018`."
EXPLORER = "from ketalab.evidence import side_effects, references\nside_effects()\nreferences()\n"


@pytest.fixture(scope="module")
def report() -> Coverage:
    return coverage(library(), load_pharmacology(), [PROSE], {"a_chart": EXPLORER})


def test_levels_are_counted_and_every_record_once(report: Coverage) -> None:
    tables = {table.table: table for table in report.tables}
    assert tuple(tables) == TABLES
    for name in ("trials", "side_effects", "guidelines", "references"):
        own = Counter(entry.verified or "no level" for entry in library().table(name).values())
        assert Counter({k: n for k, n in tables[name].levels.items() if n}) == own
    assert all(table.records == len(library().table(name)) for name, table in tables.items())


def test_what_lessons_name_is_used_and_so_are_its_sources(report: Coverage) -> None:
    tables = {table.table: table for table in report.tables}
    assert "nma__02" not in tables["side_effects"].unused
    assert len(tables["side_effects"].unused) == len(library().side_effects) - 1
    used = set(library().references) - set(tables["references"].unused)
    assert used == {"cohen2018", "mcmaster2024nma"}
    assert len(tables["trials"].unused) == len(library().trials)


def test_explorers_that_read_a_whole_table_are_named(report: Coverage) -> None:
    readers = {table.table: table.explorers for table in report.tables if table.explorers}
    assert readers == {"side_effects": ("a_chart",)}


def test_references_without_identifier_and_old_records(report: Coverage) -> None:
    references = library().references
    for key in report.without_identifier:
        assert references[key].doi is None
        assert references[key].pmid is None
    assert set(report.without_address) <= set(report.without_identifier)
    assert "fda2022" in report.without_identifier
    assert report.old["trials/max1995"] == 1995
    assert all(year < 2015 for year in report.old.values())
    # The year of this one leans on memory.
    assert "trials/pickering2020" not in report.old


def test_model_cards_are_counted(report: Coverage) -> None:
    cards = load_pharmacology().cards
    assert report.cards == Counter(card.kind for card in cards.values())
    assert {"flint2017", "herd2007", "magnesium_block"} <= set(report.cards_unchecked)
    # Exact figures of its own numbers alone do not check a model against people.
    assert cards["magnesium_block"].checked_against == ("B16",)
    assert not {"domino", "otto2021", "pooling"} & set(report.cards_unchecked)
    text = report.text()
    assert f"Model cards: {len(cards)}\n{report.cards['kinetic']} kinetic; " in text


def test_another_year_counts_other_records_as_old() -> None:
    early = coverage(library(), load_pharmacology(), [], {}, before=1995)
    assert set(early.old) == {"trials/eide1994", "side_effects/eide_phn__01"}
    assert "before 1995: 2" in early.text()


def test_a_claim_whose_evidence_is_gone_is_named(tmp_path: Path) -> None:
    for path in library().folder.glob("*.yaml"):
        shutil.copyfile(path, tmp_path / path.name)
    claims = yaml.safe_load((tmp_path / "claims.yaml").read_text(encoding="utf-8"))
    claims["claims"][2]["keys"][1] = "nobody1999"
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump(claims), encoding="utf-8")
    report = coverage(Library(tmp_path), load_pharmacology(), [], {})
    assert dict(report.claims_without_evidence) == {"claims/3": ("nobody1999",)}
    assert "claims/3 (nobody1999)" in report.text()


def test_every_claim_of_the_course_has_evidence(report: Coverage) -> None:
    assert not report.claims_without_evidence


def test_text_and_html_say_the_same(report: Coverage) -> None:
    text, html = report.text(), report.html()
    for heading, _, _ in report._lists():
        assert f"\n{heading}\n" in text
        assert f"<h2>{heading}</h2>" in html
    assert html.count('scope="row"') == len(TABLES)
    assert "<script" not in html
    assert "style=" not in html
    assert max(map(len, text.splitlines())) < 160


def test_the_command_prints_the_report_of_the_course(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "--before", "1999"]) == 0
    printed = capsys.readouterr().out
    assert printed == course_coverage(Project.find(), 1999).text() + "\n"
    assert "side_effect_case" in printed


def test_lessons_are_what_the_report_reads() -> None:
    report = course_coverage(Project.find())
    tables = {table.table: table for table in report.tables}
    assert "spravato_trd__01" not in tables["side_effects"].unused
    assert "sigtermans2009" not in tables["references"].unused
