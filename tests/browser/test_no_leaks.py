"""Every file that students get, as it was built: no solution, no instructor's remark."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.publish.leaks import leak_check
from ketalab.publish.products import ZIP
from ketalab.publish.project import Project, PublishError


def students_files(exports: Path) -> list[Path]:
    """Everything in exports/ but what is for instructors alone."""
    folders = ("html", "slides", "handouts", "questions")
    found = [path for name in folders for path in sorted((exports / name).rglob("*.*"))]
    return [*found, exports / "instructor" / ZIP]


def test_no_file_for_students_holds_a_secret(exports: Path, repository: Path):
    files = students_files(exports)
    kinds = {path.suffix for path in files}
    assert kinds >= {".html", ".pdf", ".zip", ".xml", ".bib", ".json"}
    leak_check(Project(repository), files)


def test_the_instructors_page_would_be_found(exports: Path, repository: Path):
    page = exports / "instructor" / "04-side-effects.html"
    with pytest.raises(PublishError, match=r"04-side-effects\.html: students would see"):
        leak_check(Project(repository), [page])
