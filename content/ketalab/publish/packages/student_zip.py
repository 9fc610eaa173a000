"""The student edition as one zip for handing out, which runs where it is unpacked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ketalab.publish.built_notebooks import notebook_path
from ketalab.publish.packages.student_project import student_project
from ketalab.publish.packages.zip_of import zip_of
from ketalab.publish.project import Project, PublishError

FOLDER = "ketamine-for-chronic-pain"

_AS_THEY_ARE = ("requirements.txt", "LICENSE", "CITATION.cff")
_START_PAGE = "index.html"
# What the package is made of. `publish` needs the lessons' sources, which hold the solutions.
_KINDS = {".py", ".yaml", ".js", ".css", ".json", ".txt"}
_LEFT_OUT = {"publish"}


def student_zip(project: Project, pages: Mapping[str, bytes] | None = None) -> bytes:
    """Pack notebooks, package, requirements and a README into one folder.

    `pages` are the files of `exports/html/` by name, for students without Python; without them the
    README says that there are such pages. The zip holds no lesson's source. Whoever writes it still
    has to search it for leaks.

    Raises:
        PublishError: a file is missing, or the pages have no `index.html` to begin with.
    """
    if pages and _START_PAGE not in pages:
        raise PublishError(f"student zip: the pages lack {_START_PAGE}, where students begin")
    notebooks = [notebook_path(project, lesson) for lesson in project.lesson_files()]
    if not notebooks:
        raise PublishError(f"student zip: there is no lesson in {project.lessons.name}/")
    pyproject = _read(project, project.root / "pyproject.toml").decode()
    files = {name: _read(project, project.root / name) for name in _AS_THEY_ARE}
    files |= {_name(project, path): _read(project, path) for path in notebooks}
    files |= {_name(project, path): path.read_bytes() for path in _package(project)}
    files |= {f"html/{name}": content for name, content in (pages or {}).items()}
    files["pyproject.toml"] = student_project(pyproject).encode()
    files["README.md"] = _readme(pyproject, notebooks[0], with_pages=bool(pages)).encode()
    return zip_of({f"{FOLDER}/{name}": content for name, content in files.items()})


def _package(project: Project) -> list[Path]:
    """The files of the package that a notebook may need."""
    package = project.root / "content" / "ketalab"
    return [
        path
        for path in package.rglob("*")
        if path.suffix in _KINDS and path.relative_to(package).parts[0] not in _LEFT_OUT
    ]


def _name(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _read(project: Project, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        missing = _name(project, path)
        raise PublishError(
            f"student zip: {missing} is missing; `ketalab build` makes notebooks"
        ) from None


def _readme(pyproject: str, first: Path, *, with_pages: bool) -> str:
    about = tomllib.loads(pyproject)["project"]
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, and nothing in it comes from a reader
    )
    return templates.get_template("student_readme.j2").render(
        title=about["description"],
        python=about["requires-python"].removeprefix(">="),
        first=first.name,
        pages=with_pages,
    )
