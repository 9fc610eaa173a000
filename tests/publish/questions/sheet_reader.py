"""Reads a printed paper or key as a person does: what stands under each number."""

from __future__ import annotations

from lxml import etree, html

KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "main", "footer", "section", "div"),
    *("h1", "h2", "p", "ol", "ul", "li", "span", "br", "a", "strong"),
}


class Sheet:
    """`questions` are the sections with a number, in order."""

    def __init__(self, page: str) -> None:
        parser = html.HTMLParser(encoding="utf-8")
        self.root = html.document_fromstring(page.encode(), parser=parser)
        tags = {e.tag for e in self.root.iter() if isinstance(e.tag, str)}
        assert tags <= KNOWN, f"tags that nobody meant: {tags - KNOWN}"
        assert not self.root.xpath("//comment()")
        events = [a for e in self.root.iter(etree.Element) for a in e.attrib if a.startswith("on")]
        assert not events
        self.questions = self.root.xpath('//section[@class="question"]')

    def said(self, question) -> list[str]:
        """Its texts, each without what stands around it."""
        return [e.text_content() for e in question.xpath('.//*[contains(@class, "said")]')]

    def lines(self, question, tag: str = "li") -> list[list[str]]:
        """The parts of each line of its lists; those of an empty line to write on are "" ."""
        items = question.xpath(f'.//{tag}[not(ancestor::ul[@class="notes"])]')
        return [[part.text_content() for part in item] for item in items]

    def solution(self, question) -> list[str]:
        return question.find("h2").text_content().partition(": ")[2].split(", ")
