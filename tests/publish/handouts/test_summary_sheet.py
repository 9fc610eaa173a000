"""The summary of findings: two pages, every row with all that belongs to it, nothing typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ketalab.evidence import summary_of_findings
from ketalab.evidence.certainty import badge, grade
from ketalab.publish.handouts import summary_sheet as module
from ketalab.publish.handouts.pdf import print_pdf
from ketalab.publish.handouts.summary_sheet import TITLE, summary_sheet
from ketalab.publish.project import PublishError
from tests.publish.handouts.conftest import Pdf, plain

CHOICE = Path(module.__file__).with_name("summary_sheet.yaml")


@pytest.fixture(scope="module")
def html():
    return summary_sheet()


@pytest.fixture(scope="module")
def pdf(html):
    return Pdf(print_pdf(html, TITLE))


def chosen():
    """(page, row) of everything on the sheet, straight from the evidence."""
    for number, page in enumerate(yaml.safe_load(CHOICE.read_text())["pages"]):
        for part in page["parts"]:
            frame = summary_of_findings(part["summary"])
            for name in part["rows"]:
                yield number, frame.loc[name]


def test_benefits_stand_on_one_page_and_harms_on_the_other(pdf):
    assert pdf.pages == 2
    benefits, harms = (plain(page.extract_text()) for page in pdf.reader.pages)
    assert "Benefits: what was found" in benefits
    assert "Harms: what was found" in harms
    assert "Harms: what was found" not in benefits
    for page in (benefits, harms):
        assert "What is not known" in page
    assert "The marks." in harms


def test_every_row_has_its_effect_its_certainty_and_how_it_was_checked(pdf):
    rows = pdf.all("/TR")
    assert len(list(chosen())) + 2 + 4 == len(rows)  # two heads, four parts
    texts = [plain(page.extract_text()) for page in pdf.reader.pages]
    for number, row in chosen():
        text = squeezed(texts[number])
        if row.absolute != "not printed":
            assert squeezed(row.absolute) in text, row.absolute
        assert squeezed(grade(row.certainty)) in text
        assert squeezed(badge(row.verified)) in text
        assert squeezed(row.who) in text


def test_each_row_says_its_own_certainty_and_directness(html):
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', html)
    assert len(rows) == len(list(chosen()))
    for cells, (_, row) in zip(rows, chosen(), strict=True):
        cells = cells.split("<td>")
        assert cells[4].startswith(grade(row.certainty))
        assert cells[5] == f"{row.directness}</td>"
        assert badge(row.verified) in cells[6]
        if row.absolute == "not printed":
            assert cells[3].startswith("Of 100 people: not printed.")


def test_rows_that_share_people_carry_the_same_letter(html):
    rows = re.findall(r'<tr><th scope="row">(?:([A-Z]): )?', html)
    groups: dict[tuple[int, str], list[str]] = {}
    for letter, (page, row) in zip(rows, chosen(), strict=True):
        if row.get("overlap_group", "–") != "–":
            groups.setdefault((page, row.overlap_group), []).append(letter)
    shared = [letters for letters in groups.values() if len(letters) > 1]
    assert len(shared) > 1
    assert all(len(set(letters)) == 1 and letters[0] for letters in shared)
    assert len({letters[0] for letters in shared}) == len(shared)
    assert all(letters == [""] for letters in groups.values() if len(letters) == 1)


def test_the_table_is_one_for_a_screen_reader(pdf):
    assert len(pdf.all("/Table")) == 2
    scopes = [str(a["/Scope"]) for th in pdf.all("/TH") for a in th["/A"] if "/Scope" in a]
    assert scopes.count("/Column") == 2 * 7
    assert scopes.count("/Row") >= len(list(chosen()))
    assert pdf.root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean
    assert [e["/S"] for e in pdf.all("/H1", "/H2", "/H3")] == ["/H1", *["/H2", "/H3"] * 2]
    assert pdf.bookmarks[0] == TITLE
    assert all(str(link.get("/Contents", "")) for link in pdf.links)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- nma__02", "- nma__99", r"page 'Harms', rows: no 'nma__99' in 'harms'; there is nma__0"),
        ("summary: mood", "summary: modo", r"page 'Benefits', summary: expected one of .*'modo'"),
        ("- nma__03", "- nma__02", r"page 'Harms', rows: expected a row once, got 'nma__02' again"),
        ("**At home or watched?**", "In 12 of 50 people.", r"'12 of 50' looks like n of N typed"),
        ("result.finding", "result.fading", r"page 'Benefits', unknown: .*fading"),
        ("  unknown:\n", "  not_known:\n", r"not_known"),
    ],
)
def test_a_wrong_choice_is_named(tmp_path, old, new, message):
    text = CHOICE.read_text()
    assert old in text
    wrong = tmp_path / "choice.yaml"
    wrong.write_text(text.replace(old, new, 1))
    with pytest.raises(PublishError, match=message):
        summary_sheet(wrong)


def squeezed(text):
    """Without spaces: a line may break anywhere in a cell."""
    return plain(text).replace(" ", "")
