"""HTML -> tagged PDF: printed by Chromium, then made the same bytes for the same document."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf

from ketalab.publish.browser import find_chromium
from ketalab.publish.process_tree import run_to_end
from ketalab.publish.project import PublishError

_SECONDS = 120
# Bytes. In a longer folder for temporary files Chromium's socket has a path that no system allows.
_LONGEST = 58
_OPTIONS = (
    "--headless",
    "--no-sandbox",  # the file is our own, has no script, and a container has no sandbox to offer
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
    "--no-pdf-header-footer",
)


def print_pdf(html: str, title: str) -> bytes:
    """Return a self-contained HTML document as a tagged PDF with bookmarks.

    The same document, printed by the same Chromium with the same fonts, gives the same bytes. Each
    call starts a browser of its own, with no network and no profile, and ends it.

    Args:
        html: the document; its language and its headings become those of the PDF.
        title: plain text; viewers show it instead of the name of the file.

    Raises:
        PublishError: no Chromium was found, it took too long, or what it printed is not tagged.
    """
    return _normalised(_printed(html, find_chromium()), title, _Links(html).texts)


def _printed(html: str, browser: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ketalab-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "sheet.html", Path(folder) / "sheet.pdf"
        source.write_text(html, encoding="utf-8")
        profile = Path(folder) / "profile"
        command: list[str | Path] = [
            *(browser, *_OPTIONS, f"--user-data-dir={profile}"),
            *(f"--print-to-pdf={target}", source.as_uri()),
        ]
        try:
            done = run_to_end(command, _SECONDS, _environment())
        except subprocess.TimeoutExpired:
            raise PublishError(f"{browser} did not print a PDF within {_SECONDS} s.") from None
        if done.returncode != 0 or not target.exists():
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            said = [line for line in lines if "FATAL" in line] or lines[-3:] or ["nothing"]
            ended = f"{browser} printed no PDF and ended with status {done.returncode}. It says:"
            raise PublishError("\n".join([ended, *said]))
        return target.read_bytes()


def _environment() -> dict[str, str]:
    """The environment, with a folder for temporary files that a browser can use."""
    environment = dict(os.environ)
    if len(os.fsencode(tempfile.gettempdir())) > _LONGEST:
        environment.pop("TMPDIR", None)
    return environment


def _normalised(data: bytes, title: str, links: dict[str, str]) -> bytes:
    """Take out what differs from print to print, and say what Chromium leaves unsaid."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.Root
        if not {"/StructTreeRoot", "/Lang", "/Outlines"} <= root.keys():
            raise PublishError(
                "Chromium printed a PDF without tags or bookmarks: a newer version is needed."
            )
        language = str(root.Lang)
        for key in list(pdf.docinfo.keys()):  # dates, and the browser's version
            del pdf.docinfo[key]
        pdf.docinfo["/Title"] = title
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = title
            metadata["dc:language"] = {language}
        _number_nodes(root.StructTreeRoot)
        for page in pdf.pages:
            _describe_links(page, links)
        result = io.BytesIO()
        pdf.save(result, deterministic_id=True)
    return result.getvalue()


def _elements(node: Any) -> Iterator[pikepdf.Dictionary]:
    """Yield the elements of the structure tree in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node.K)


def _number_nodes(tree: pikepdf.Object) -> None:
    """Name the cells of tables by their place: Chromium's names count whatever it did before."""
    named = {bytes(element.ID): element for element in _elements(tree.K) if "/ID" in element}
    names = {old: pikepdf.String(f"node{place:08d}") for place, old in enumerate(named)}
    for old, element in named.items():
        element.ID = names[old]
    for element in _elements(tree.K):
        for attribute in element.get("/A", []):
            if isinstance(attribute, pikepdf.Dictionary) and "/Headers" in attribute:
                headers = [names[bytes(header)] for header in attribute.Headers]
                attribute.Headers = pikepdf.Array(headers)
    if names:  # in ascending order, as a name tree has to be
        pairs = [part for old, element in named.items() for part in (names[old], element)]
        tree.IDTree = pikepdf.Dictionary(Names=pikepdf.Array(pairs))


def _describe_links(page: pikepdf.Page, links: dict[str, str]) -> None:
    """Give each link a description, for readers that list links without the text around them."""
    for note in page.get("/Annots", []):
        if note.get("/Subtype") == "/Link":
            inside = "/Dest" in note
            address = f"#{str(note.Dest).lstrip('/')}" if inside else str(note.A.URI)
            note.Contents = pikepdf.String(links.get(address, address))


class _Links(HTMLParser):
    """Collect the text of the links of a document by their address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self._open: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") if tag == "a" else None
        if href and href not in self.texts:  # one address, one text: that of its first link
            self._open = href

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open] = self.texts.get(self._open, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = None
