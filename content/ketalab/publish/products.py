"""What exports/ holds: each file, what it is made from, and who makes it.

The makers import their libraries when they are called, so that finding out that there is nothing to
make takes a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ketalab.publish.built_notebooks import executed_path
from ketalab.publish.fingerprint import digest, fingerprint
from ketalab.publish.front_matter import front_matter
from ketalab.publish.project import Project
from ketalab.publish.questions.names import course_names, lesson_names

if TYPE_CHECKING:
    from ketalab.publish.leaks import Secrets
    from ketalab.publish.pages.place import Place

KINDS = ("html", "slides", "handouts", "instructor", "questions")
ZIP = "ketamine-for-chronic-pain.zip"
FileContent = TypeVar("FileContent", str, bytes, str | bytes)


@dataclass(frozen=True)
class Product:
    """Files of exports/ that are made together.

    `outputs` are their names in exports/; `inputs` is a digest of all that they are made from;
    `make` returns their contents in the same order, and can be handed to another process; `lesson`
    is the name of the lesson that they belong to, None for those of the whole course.
    """

    kind: str
    outputs: tuple[str, ...]
    inputs: str
    make: Callable[[], tuple[str | bytes, ...]]
    lesson: str | None = None

    @property
    def name(self) -> str:
        """What is said of it while it is made."""
        more = len(self.outputs) - 1
        return f"{self.outputs[0]} and {more} more" if more else self.outputs[0]

    def write(self, folder: Path) -> int:
        """Make the files, write them into a folder that stands for exports/, return the bytes."""
        size = 0
        for name, content in zip(self.outputs, self.make(), strict=True):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            size += path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return size


def all_products(project: Project) -> list[Product]:
    """What the course exports, but for what is made of other exports.

    The notebooks must have been built. What takes longest comes first, so that no core is idle at
    the end.
    """
    sources = fingerprint(project.export_sources())
    return [
        *_handouts(project, sources),
        *_pages(project, sources),
        *_course_pages(project, sources),
        *_questions(project, sources),
    ]


def handed_out(project: Project) -> list[Product]:
    """The zip for students. It holds the pages, which must have been made."""
    if not _taught(project):
        return []
    sources = fingerprint(project.export_sources())
    held = [*project.notebooks.glob("*.ipynb"), *(project.exports / "html").glob("*")]
    inputs = digest(sorted(path for path in held if path.is_file()), sources)
    make = partial(_student_zip, project)
    return [Product("instructor", (f"instructor/{ZIP}",), inputs, make)]


def _handouts(project: Project, sources: str) -> Iterator[Product]:
    for lesson in _taught(project):
        inputs = digest([lesson, executed_path(project, lesson)], sources)
        make = partial(_handout, project, lesson)
        yield Product("handouts", (f"handouts/{lesson.stem}.pdf",), inputs, make, lesson.stem)
    make = partial(_summary_of_findings, project)
    inputs = digest(project.lesson_files(), sources)
    yield Product("handouts", ("handouts/summary-of-findings.pdf",), inputs, make)


def _pages(project: Project, sources: str) -> Iterator[Product]:
    lessons = project.lesson_files()
    # A page names its neighbours, so a lesson that comes or goes changes others' pages too.
    course = digest(lessons)
    for lesson in lessons:
        name = lesson.stem
        for_students = digest([lesson, executed_path(project, lesson)], sources, course)
        instructors = executed_path(project, lesson, "instructor")
        for kind, outputs, inputs, maker in (
            ("html", (f"html/{name}.html",), for_students, _page),
            ("slides", (f"slides/{name}.html",), for_students, _deck),
            (
                "instructor",
                (f"instructor/{name}.html", f"instructor/{name}.ipynb"),
                digest([lesson, instructors], sources, course),
                _for_instructors,
            ),
        ):
            yield Product(kind, outputs, inputs, partial(maker, project, lesson), name)


def _course_pages(project: Project, sources: str) -> Iterator[Product]:
    inputs = digest(project.lesson_files(), sources)
    bibliography = ("bibliography.html", "bibliography.bib", "bibliography.csl.json")
    pages = [
        (bibliography, _bibliography),
        (("evidence.html",), _evidence),
        (("glossary.html",), _glossary),
    ]
    if _taught(project):
        pages.append((("index.html",), _home))
    for names, maker in pages:
        outputs = tuple(f"html/{name}" for name in names)
        yield Product("html", outputs, inputs, partial(maker, project))


def _questions(project: Project, sources: str) -> Iterator[Product]:
    for lesson in _taught(project):
        outputs = tuple(f"questions/{name}" for name in lesson_names(lesson.stem))
        make = partial(_lesson_questions, project, lesson)
        yield Product("questions", outputs, sources, make, lesson.stem)
    outputs = tuple(f"questions/{name}" for name in course_names())
    yield Product("questions", outputs, sources, partial(_course_questions, project))


def _taught(project: Project) -> list[Path]:
    """The lessons proper: a gallery has no take-aways and no questions."""
    return [path for path in project.lesson_files() if front_matter(path).get("kind") != "gallery"]


# The makers -----------------------------------------------------------------------------------


def _page(project: Project, lesson: Path) -> tuple[str]:
    from ketalab.publish.notebooks import read_executed
    from ketalab.publish.pages.exporters import PageExporter

    exporter = PageExporter(place=_place(project, lesson))
    body, _ = exporter.from_notebook_node(read_executed(project, lesson))
    return (_without_leaks(project, f"html/{lesson.stem}.html", body),)


def _deck(project: Project, lesson: Path) -> tuple[str]:
    from ketalab.publish.notebooks import read_executed
    from ketalab.publish.pages.deck import DeckExporter

    body, _ = DeckExporter().from_notebook_node(read_executed(project, lesson))
    return (_without_leaks(project, f"slides/{lesson.stem}.html", body),)


def _for_instructors(project: Project, lesson: Path) -> tuple[str, str]:
    """A lesson with solutions and remarks, as a page and as a notebook."""
    from ketalab.publish.notebooks import read_executed
    from ketalab.publish.packages.instructor_notebook import instructor_notebook
    from ketalab.publish.pages.exporters import PageExporter

    notebook = read_executed(project, lesson, "instructor")
    exporter = PageExporter(place=_place(project, lesson, folder="../html/"))
    body, _ = exporter.from_notebook_node(notebook)
    return body, instructor_notebook(notebook)


def _place(project: Project, lesson: Path, folder: str = "") -> Place:
    """A page's neighbours, which lie beside it."""
    from ketalab.publish.pages.place import Link, Place

    lessons = project.lesson_files()
    links = [Link(front_matter(path)["title"], f"{path.stem}.html") for path in lessons]
    own = lessons.index(lesson)
    previous = links[own - 1] if own else None
    following = links[own + 1] if own + 1 < len(links) else None
    return Place(previous, following, folder)


def _home(project: Project) -> tuple[str]:
    from ketalab.publish.pages.home import home_page

    return (home_page(project),)


def _bibliography(project: Project) -> tuple[str, ...]:
    from ketalab.publish.pages.bibliography import bibliography_files

    return tuple(bibliography_files(project).values())


def _evidence(project: Project) -> tuple[str]:
    from ketalab.publish.course_coverage import course_coverage
    from ketalab.publish.pages.reference_pages import reference_page

    page = reference_page(
        "The evidence",
        "What the tables hold, how it was checked, and what no lesson uses yet.",
        course_coverage(project).html(),
    )
    return (page,)


def _glossary(project: Project) -> tuple[str]:
    from ketalab.publish.pages.glossary_page import glossary_page

    return (glossary_page(project),)


def _handout(project: Project, lesson: Path) -> tuple[bytes]:
    from ketalab.publish.handouts.handout import handout
    from ketalab.publish.handouts.pdf import print_pdf

    title = f"{front_matter(lesson)['title']} (handout)"
    pdf = print_pdf(handout(project, lesson), title)
    return (_without_leaks(project, f"handouts/{lesson.stem}.pdf", pdf),)


def _summary_of_findings(project: Project) -> tuple[bytes]:
    from ketalab.publish.handouts.pdf import print_pdf
    from ketalab.publish.handouts.summary_sheet import summary_sheet

    pdf = print_pdf(summary_sheet(), "Ketamine for chronic pain: summary of findings")
    return (_without_leaks(project, "handouts/summary-of-findings.pdf", pdf),)


def _lesson_questions(project: Project, lesson: Path) -> tuple[str | bytes, ...]:
    from ketalab.activities.bank import bank_file, load_bank
    from ketalab.publish.questions.files import lesson_files

    files = lesson_files(load_bank(bank_file(lesson.stem)))
    return tuple(_without_leaks(project, name, content) for name, content in files.items())


def _course_questions(project: Project) -> tuple[str | bytes, ...]:
    from ketalab.activities.bank import banks
    from ketalab.publish.questions.files import course_files

    files = course_files(banks())
    return tuple(_without_leaks(project, name, content) for name, content in files.items())


def _student_zip(project: Project) -> tuple[bytes]:
    from ketalab.publish.packages.student_zip import student_zip

    _without_leaks(project, f"instructor/{ZIP}", student_zip(project))
    # Each page was searched when it was made.
    made = sorted((project.exports / "html").glob("*"))
    return (student_zip(project, {p.name: p.read_bytes() for p in made if p.is_file()}),)


def _without_leaks(project: Project, name: str, content: FileContent) -> FileContent:
    """The content of a file that students may get.

    Raises:
        PublishError: it holds a solution or an instructor's remark.
    """
    from ketalab.publish.leaks import refuse_leaks

    secrets = _secrets(project, digest(project.lesson_files()))
    refuse_leaks(secrets, name, content.encode() if isinstance(content, str) else content)
    return content


@cache
def _secrets(project: Project, _lessons: str) -> Secrets:
    """What the lessons hide, as long as they are what their digest says."""
    from ketalab.publish.leaks import secrets_of_course

    return secrets_of_course(project)
