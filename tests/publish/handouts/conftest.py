"""Handouts of the real lessons, and a reader of PDFs that had no part in making them."""

from __future__ import annotations

import ast
import io
import unicodedata
from functools import cache, cached_property
from pathlib import Path

import pytest
from nbformat.v4 import new_output
from pypdf import PdfReader

from ketalab.frontend.explorer import Explorer
from ketalab.publish.editions import student_edition
from ketalab.publish.handouts.handout import handout
from ketalab.publish.handouts.pdf import print_pdf
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.project import Project
from ketalab.publish.widgets import WIDGET_STATE, WIDGET_VIEW

LESSONS = ("00", "01", "02", "03", "04", "05")


class Pdf:
    """What a reader, or a screen reader, finds in a PDF."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reader = PdfReader(io.BytesIO(data))
        self.root = self.reader.trailer["/Root"]
        self.pages = len(self.reader.pages)

    @cached_property
    def text(self) -> str:
        """All text in one line, ligatures undone."""
        return plain(" ".join(page.extract_text() for page in self.reader.pages))

    @cached_property
    def elements(self) -> list:
        """The elements of the structure tree in reading order."""
        return list(_elements(self.root["/StructTreeRoot"]["/K"]))

    def all(self, *kinds: str) -> list:
        return [element for element in self.elements if element["/S"] in kinds]

    @property
    def bookmarks(self) -> list[str]:
        return [plain(entry.title) for entry in _flat(self.reader.outline)]

    @property
    def links(self) -> list:
        notes = [n.get_object() for page in self.reader.pages for n in page.get("/Annots", [])]
        return [note for note in notes if note["/Subtype"] == "/Link"]


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _flat(entries):
    for entry in entries:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def _elements(node):
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node["/K"])


@cache
def read(lesson: Path):
    """The lesson, read once; whoever changes it takes a copy."""
    return read_lesson(lesson)


def executed_here(lesson: Path):
    """The students' edition with its explorers, run in this process and not in a kernel."""
    notebook = student_edition(read(lesson))
    states: dict = {}
    names: dict = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or "ketalab.explorers" not in cell.source + str(names):
            continue
        tree = ast.parse(cell.source)
        last = tree.body[-1]
        if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
            continue
        imports = [node for node in tree.body[:-1] if isinstance(node, ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), lesson.name, "exec"), names)
        if getattr(last.value.func, "id", "").endswith("Explorer"):
            explorer = eval(compile(ast.Expression(last.value), lesson.name, "eval"), names)
            assert isinstance(explorer, Explorer)
            setting = dict(zip(explorer.control_names(), explorer.setting(), strict=True))
            state = {"_spec": explorer.specification(), **setting}
            states[explorer.model_id] = {"state": state}
            view = {WIDGET_VIEW: {"model_id": explorer.model_id}}
            cell.outputs = [new_output("display_data", view)]
    notebook.metadata["widgets"] = {WIDGET_STATE: {"state": states}}
    return notebook


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Make a function that puts an executed notebook where the build leaves it."""

    def make(lesson: Path, notebook) -> Project:
        project = Project(tmp_path_factory.mktemp("project"))
        folder = project.build / "executed"
        folder.mkdir(parents=True)
        (folder / f"{lesson.stem}.ipynb").write_text(write_notebook(notebook), encoding="utf-8")
        return project

    return make


@pytest.fixture(scope="session", params=LESSONS)
def lesson(request, repository) -> Path:
    return next((repository / "content" / "lessons").glob(f"{request.param}-*.md"))


@pytest.fixture(scope="session")
def html(lesson, built) -> str:
    return handout(built(lesson, executed_here(lesson)), lesson)


@pytest.fixture(scope="session")
def pdf(lesson, html) -> Pdf:
    return Pdf(print_pdf(html, f"{lesson.stem}: the title"))
