"""Markdown of a lesson as HTML: headings with anchors, formulas as MathML, nothing harmful."""

from __future__ import annotations

from typing import Any, ClassVar

from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)

from ketalab.publish.pages.contents import Contents
from ketalab.publish.pages.harmless import refuse_harmful
from ketalab.publish.pages.mathml import mathml

# "$5 and 10$" is money, "$2 \times 3$" and "$n$" are formulas: an opening dollar stands before no
# space and before no amount that a word follows, a closing one after no space and before no digit.
_WORD = r"[^\W\d_]"
_AMOUNT = rf"\d[\d.,]*[,;:)]?\s+(?:{_WORD}\s+)?{_WORD}{{2,}}"
_FORMULA = rf"(?<![$\\])\$(?!\s)(?!{_AMOUNT})(?P<math_inline_tex>[^$]+?)(?<![\s$\\])\$(?![\d$])"


class _Formulas(MathInlineParser):
    SPECIFICATION: ClassVar[dict[str, str]] = {
        **MathInlineParser.SPECIFICATION,
        "inline_math_tex": _FORMULA,
    }


class _Renderer(IPythonRenderer):
    def __init__(self, contents: Contents) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._contents = contents

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        anchor = self._contents.add(level, text)
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def block_math(self, body: str) -> str:
        # A long formula scrolls in itself, so it must be reached with the keyboard.
        formula = mathml(body, display=True)
        return (
            f'<span class="formula" tabindex="0" role="group" aria-label="Formula">{formula}</span>'
        )

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def prose_html(markdown: str, contents: Contents) -> str:
    """Return the HTML of a Markdown text; its headings are added to the contents.

    A formula stands between dollar signs, one with a line of its own between double ones. A dollar
    sign that means money stays what it is; write `\\$` where that could be mistaken.

    Raises:
        PublishError: a formula that cannot be read, or HTML that may not stand in prose.
    """
    inline = _Formulas(hard_wrap=False)
    html = MarkdownWithMath(renderer=_Renderer(contents), inline=inline).render(markdown)
    refuse_harmful(html)
    return html
