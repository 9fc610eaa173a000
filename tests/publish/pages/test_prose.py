"""Markdown as the page shows it: formulas, money, anchors, and what may not stand there."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from ketalab.publish.pages.contents import Contents
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.prose import prose_html
from ketalab.publish.project import PublishError


def html_of(markdown: str) -> str:
    return prose_html(markdown, Contents())


def formulas(markdown: str) -> list[ElementTree.Element]:
    """The formulas of a text; each is well-formed XML."""
    found = BeautifulSoup(html_of(markdown), "html.parser").find_all("math")
    return [ElementTree.fromstring(str(element)) for element in found]


def test_a_formula_in_a_line_is_mathml_and_keeps_its_tex():
    (formula,) = formulas(r"The curve $C(t) = \frac{D}{V} e^{-kt}$ falls.")
    assert formula.find(".//mfrac") is not None
    annotation = formula.find(".//annotation")
    assert annotation.attrib == {"encoding": "application/x-tex"}
    assert annotation.text == r"C(t) = \frac{D}{V} e^{-kt}"
    assert "display" not in formula.attrib


@pytest.mark.parametrize(
    "text",
    [
        "$$\n\\sqrt{x^2}\n$$",
        "Before $$\\sqrt{x^2}$$ after",
        "\\begin{aligned}a &= \\sqrt{b}\\\\c &= d\\end{aligned}",
    ],
)
def test_a_formula_with_a_line_of_its_own_is_a_block_that_the_keyboard_reaches(text):
    (formula,) = formulas(text)
    assert formula.find(".//msqrt") is not None
    assert formula.attrib["display"] == "block"
    region = BeautifulSoup(html_of(text), "html.parser").select_one(".formula")
    assert (region["tabindex"], region["role"], region["aria-label"]) == ("0", "group", "Formula")


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and then $10.",
        "It costs $5, or 10$ elsewhere.",
        "From $1,200 to $3,000 a year, or US$ 40.",
        r"A price of \$5 and one of \$x.",
        "A single $ is nothing.",
        "`$x$` is code.",
    ],
)
def test_a_dollar_that_means_money_or_code_stays(text):
    assert formulas(text) == []
    plain = text.replace("\\", "").replace("`", "")
    assert BeautifulSoup(html_of(text), "html.parser").get_text().strip() == plain


@pytest.mark.parametrize(
    ("text", "count"),
    [("$2 \\times 3$ and $2n + 1$", 2), ("$n$", 1), ("($p_1$, $p_0$)", 2), ("**$x$**", 1)],
)
def test_a_formula_may_begin_with_a_number_and_stand_anywhere(text, count):
    assert len(formulas(text)) == count


@pytest.mark.parametrize("tex", [r"\frac{1", r"\nosuchcommand", r"a & b", r"\href{x}{y}"])
@pytest.mark.parametrize("fence", ["$", "$$"])
def test_a_formula_that_does_not_parse_names_lesson_and_formula(tex, fence):
    cells = [new_markdown_cell(f"# Hi\n\nSee {fence}{tex}{fence}.")]
    metadata = {"title": "Nine lives", "ketalab": {"summary": "Small."}}
    with pytest.raises(PublishError) as caught:
        PageExporter().from_notebook_node(new_notebook(cells=cells, metadata=metadata))
    assert str(caught.value).startswith("Nine lives: the formula ")
    assert repr(tex) in str(caught.value)


def test_a_formula_cannot_smuggle_html_in():
    html = html_of(r"$\text{</annotation><script>alert(1)</script>}$")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_headings_have_anchors_that_come_from_their_text():
    contents = Contents()
    html = prose_html('## The *claim*, "again" & <abbr title="x">more</abbr>', contents)
    html += prose_html("## Lesson\n\n### Verdict", contents)
    html += prose_html("### Verdict\n\n### Größe $n$?", contents)
    soup = BeautifulSoup(html, "html.parser")
    ids = [heading["id"] for heading in soup.find_all(["h2", "h3"])]
    assert ids == ["the-claim-again-more", "lesson-2", "verdict", "verdict-2", "groe-n"]
    first, second = contents.entries
    assert first.text == 'The claim, "again" & more'
    assert [part.anchor for part in second.parts] == ["verdict", "verdict-2", "groe-n"]
    assert second.parts[-1].text == "Größe n?"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "text <script src='x.js'></script> text",
        "<iframe src='https://example.org'></iframe>",
        "<object data='x'></object>",
        "<style>@import 'x';</style>",
        "<link rel=stylesheet href=x>",
        "<meta http-equiv=refresh content=0>",
        "<base href='https://example.org'>",
        "<form action='x'></form>",
        "<svg><a href='x'>y</a></svg>",
        "<p onclick='alert(1)'>x</p>",
        "<a href='x' OnMouseOver='alert(1)'>x</a>",
        "<img src='https://example.org/x.png' alt='x'>",
        "<img src='//example.org/x.png' alt='x'>",
        "<img srcset='https://example.org/x.png' alt='x'>",
        "<img src=x.png alt=x>",
        "![a picture](https://example.org/x.png)",
        "![a picture](x.png)",
        "[x](javascript:alert(1))",
        "<a href=' java&#10;script:alert(1)'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "[x](file:///etc/passwd)",
        "<input type=password>",
        "<span style='background: url(https://example.org)'>x</span>",
        "<video poster=x></video>",
        "<!-- a note to myself -->",
    ],
)
def test_html_that_runs_or_loads_is_refused(html):
    with pytest.raises(PublishError, match="not allowed"):
        html_of(f"Before\n\n{html}\n\nafter")


def test_harmless_html_stands():
    text = (
        'A <abbr class="word" data-word="x" title="y">word</abbr>, <a id="source-z"></a>'
        "[a link](https://example.org/), [mail](mailto:a@example.org), [down](#source-z), "
        "[beside](glossary.html#word-x).\n\n<details><summary>Hint</summary>\n\nSo.\n\n</details>\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [ ] to do\n\n![dot](data:image/png;base64,AAAA)\n"
    )
    soup = BeautifulSoup(html_of(text), "html.parser")
    assert {"abbr", "a", "details", "summary", "table", "img", "input"} <= {
        element.name for element in soup.find_all(True)
    }


def test_a_tag_that_is_not_closed_is_refused():
    with pytest.raises(PublishError, match="close the tag"):
        html_of("<div>\n<p class='x\n\n")


@pytest.mark.parametrize(
    ("markdown", "problem"),
    [
        ("## Only this", "one heading of level 1, found 0"),
        ("# One\n\n# Two", "found 2: One, Two"),
        ("# One\n\n### Three", "'Three' of level 3 follows 'One' of level 1"),
    ],
)
def test_headings_that_skip_a_level_stop_the_page(markdown, problem):
    metadata = {"title": "Nine lives", "ketalab": {"summary": "Small."}}
    notebook = new_notebook(cells=[new_markdown_cell(markdown)], metadata=metadata)
    with pytest.raises(PublishError, match=f"Nine lives: .*{problem}"):
        PageExporter().from_notebook_node(notebook)
