"""Executed notebooks -> the files that instructors and students without an installation open."""

from __future__ import annotations

import time
from collections.abc import Callable

from ketalab.publish.course_coverage import course_coverage
from ketalab.publish.fingerprint import Ledger, fingerprint
from ketalab.publish.leaks import refuse_leaks, secrets_of
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.notebooks import build_notebooks, for_jupyter, read_executed
from ketalab.publish.pages.bibliography import bibliography_files
from ketalab.publish.pages.exporters import DeckExporter, PageExporter
from ketalab.publish.pages.glossary_page import glossary_page
from ketalab.publish.pages.reference_pages import reference_page
from ketalab.publish.project import Project
from ketalab.publish.staging import staged

KINDS = {"html": PageExporter, "slides": DeckExporter}
REFERENCE_FILES = (
    *("bibliography.html", "bibliography.bib", "bibliography.csl.json"),
    "evidence.html",
    "glossary.html",
)


def export(project: Project, say: Callable[[str], None]) -> None:
    """Build the notebooks where needed, then every page and deck that is out of date.

    A file replaces its predecessor only when all of its kind are written.

    Raises:
        PublishError: a lesson that does not build, a package that is not installed, or a page or
            deck for students that would hold a solution or a remark.
    """
    build_notebooks(project, say)
    for kind, exporter in KINDS.items():
        ledger = Ledger(project.build / f"{kind}.json")
        made = []
        with staged(project.exports / kind) as stage:
            for lesson in project.lesson_files():
                output = project.exports / kind / f"{lesson.stem}.html"
                inputs = fingerprint([lesson, *project.sources()])
                if ledger.is_current(output, inputs):
                    say(f"exports: {kind}/{output.name} is up to date")
                    continue
                started = time.monotonic()
                body, _ = exporter().from_notebook_node(read_executed(project, lesson))
                secrets = secrets_of(read_lesson(lesson))
                refuse_leaks(secrets, f"{kind}/{output.name}", body.encode())
                (stage / output.name).write_text(body, encoding="utf-8")
                made.append((output, inputs))
                size = len(body.encode()) / 1e6
                seconds = time.monotonic() - started
                say(f"exports: {kind}/{output.name} {size:.2f} MB in {seconds:.1f} s")
        for output, inputs in made:
            ledger.record(output, inputs)
    _export_instructor_edition(project, say)
    _export_reference_pages(project, say)


def _export_instructor_edition(project: Project, say: Callable[[str], None]) -> None:
    """Write each lesson with solutions and remarks, as a notebook and as a page."""
    folder = project.exports / "instructor"
    ledger = Ledger(project.build / "instructor.json")
    made = []
    with staged(folder) as stage:
        for lesson in project.lesson_files():
            names = [f"{lesson.stem}.html", f"{lesson.stem}.ipynb"]
            inputs = fingerprint([lesson, *project.sources()])
            if all(ledger.is_current(folder / name, inputs) for name in names):
                say(f"exports: instructor/{lesson.stem} is up to date")
                continue
            notebook = read_executed(project, lesson, "instructor")
            exporter = PageExporter(glossary_address="../html/glossary.html")
            body, _ = exporter.from_notebook_node(notebook)
            for name, text in zip(
                names, (body, write_notebook(for_jupyter(notebook))), strict=True
            ):
                (stage / name).write_text(text, encoding="utf-8")
                made.append((folder / name, inputs))
            say(f"exports: instructor/{lesson.stem}, page and notebook")
    for output, inputs in made:
        ledger.record(output, inputs)


def _export_reference_pages(project: Project, say: Callable[[str], None]) -> None:
    """Write bibliography, coverage of the evidence and glossary beside the lessons' pages."""
    ledger = Ledger(project.build / "reference_pages.json")
    inputs = fingerprint([*project.lesson_files(), *project.sources()])
    outputs = [project.exports / "html" / name for name in REFERENCE_FILES]
    if all(ledger.is_current(output, inputs) for output in outputs):
        say("exports: bibliography, evidence and glossary are up to date")
        return
    files = bibliography_files(project)
    files["evidence.html"] = reference_page(
        "The evidence",
        "What the tables hold, how it was checked, and what no lesson uses yet.",
        course_coverage(project).html(),
    )
    files["glossary.html"] = glossary_page(project)
    with staged(project.exports / "html") as stage:
        for name in REFERENCE_FILES:
            (stage / name).write_text(files[name], encoding="utf-8")
    for output in outputs:
        ledger.record(output, inputs)
        say(f"exports: html/{output.name} {output.stat().st_size / 1e6:.2f} MB")
