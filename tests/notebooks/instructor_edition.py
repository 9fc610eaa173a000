"""Execute the instructor edition of every lesson into a folder, for nbval to run it again.

`python tests/notebooks/instructor_edition.py FOLDER` writes one notebook for each lesson that has a
solution or a remark; it fails when a check does not know the solution of its exercise.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ketalab.publish.course_checks import check_exercises
from ketalab.publish.editions import hidden_from_students, instructor_edition
from ketalab.publish.lessons import read_lesson, write_notebook
from ketalab.publish.notebooks import execute, for_jupyter
from ketalab.publish.project import Project, PublishError


def write(lesson: Path, folder: Path) -> Path | None:
    """Write the executed notebook of one lesson, if it hides anything from students."""
    whole = read_lesson(lesson)
    if not hidden_from_students(whole):
        return None
    notebook = execute(instructor_edition(whole), lesson)
    check_exercises(notebook, lesson)
    path = folder / f"{lesson.stem}.ipynb"
    path.write_text(write_notebook(for_jupyter(notebook)), encoding="utf-8")
    return path


def main(arguments: list[str]) -> int:
    """Write all notebooks, two at a time; the exit status is 1 if one cannot be written."""
    folder = Path(arguments[0])
    lessons = Project.find().lesson_files()
    try:
        with ProcessPoolExecutor(2) as pool:
            written = list(filter(None, pool.map(write, lessons, [folder] * len(lessons))))
    except (PublishError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"instructor edition: {len(written)} notebooks executed")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
