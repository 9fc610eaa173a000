"""A new lesson with all its rooms, and a new question bank, in which only the words are missing.

Each place to fill says `TO WRITE`. The two can be built at once, so that one sees what one has, but
a course that still has such a place does not pass its checks.
"""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ketalab.activities.bank import bank_file
from ketalab.publish.project import Project, PublishError

MARK = "TO WRITE"

_NAME = re.compile(r"[0-9]{2}(?:-[a-z0-9]+)+")
_OBJECTIVES = ("one", "two", "three")
_EXERCISES = ("exercise-1", "exercise-2", "exercise-3")
_QUESTIONS = (*(f"question-{number}" for number in range(1, 8)), "vignette")


def new_lesson(project: Project, name: str, title: str) -> tuple[Path, Path]:
    """Write the lesson `name` ("06-sleep") and its bank, and return their paths.

    Raises:
        PublishError: the name is not two digits and words with hyphens, its number or one of the
            two files is there already, or the title is empty or more than one line.
    """
    if not _NAME.fullmatch(name):
        raise PublishError(
            f"new: {name!r} is not two digits, a hyphen and words in small letters: 06-sleep"
        )
    if not title.strip() or len(title.splitlines()) != 1:
        raise PublishError("new: the title is one line of text")
    number = name.partition("-")[0]
    twins = [path.name for path in project.lesson_files() if path.name.startswith(f"{number}-")]
    if twins:
        raise PublishError(f"new: there is a lesson {number} already: {twins[0]}")
    bank = project.root / "content" / "ketalab" / "activities" / "questions" / bank_file(name).name
    if bank.exists():
        raise PublishError(f"new: there is a question bank already: {bank.name}")
    lesson = project.lessons / f"{name}.md"
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("new_lesson_files")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown and YAML; the title is quoted by the template
    )
    for path, template in ((lesson, "lesson.md.j2"), (bank, "bank.yaml.j2")):
        text = templates.get_template(template).render(
            name=name,
            number=number,
            title=title.strip(),
            mark=MARK,
            objectives=_OBJECTIVES,
            exercises=_EXERCISES,
            questions=_QUESTIONS,
        )
        path.write_text(text, encoding="utf-8", newline="\n")
    return lesson, bank


def unwritten(path: Path) -> list[str]:
    """Return a line for each place of a file that is still to be written, by its line number."""
    return [
        f"{path.name}:{number}: still {MARK}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MARK in line
    ]
