"""Where things are in a checkout of the course."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class PublishError(Exception):
    """Something that the author of a lesson, or the one who builds, can put right."""


@dataclass(frozen=True)
class Project:
    """The folders of one checkout. `build` holds what may be deleted at any time."""

    root: Path

    @classmethod
    def find(cls) -> Project:
        """The checkout that this package was installed from.

        Raises:
            PublishError: if the package does not stand in a checkout (lessons are not installed).
        """
        root = Path(__file__).resolve().parents[3]
        if not (root / "content" / "lessons").is_dir():
            raise PublishError(
                f"no content/lessons in {root}: install the course from its checkout with "
                "`pip install -r requirements.txt`"
            )
        return cls(root)

    @property
    def lessons(self) -> Path:
        return self.root / "content" / "lessons"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def build(self) -> Path:
        return self.root / "build"

    def lesson_files(self) -> list[Path]:
        """All lessons in the order of the course."""
        return sorted(self.lessons.glob("[0-9][0-9]-*.md"))

    def sources(self) -> list[Path]:
        """Every file that the notebooks depend on: the package, its data and the glossary.

        What only exports are made with is not among them.
        """
        publish = self.root / "content" / "ketalab" / "publish"
        apart = [publish / folder for folder in ("pages", "handouts", "questions", "packages")]
        inside = [p for p in self.export_sources() if p.is_relative_to(self.root / "content")]
        return [path for path in inside if not any(map(path.is_relative_to, apart))]

    def export_sources(self) -> list[Path]:
        """Every file that the exports depend on, besides the lessons themselves."""
        package = self.root / "content" / "ketalab"
        kinds = {".py", ".yaml", ".js", ".css", ".j2", ".json", ".txt", ".typed"}
        glossary = self.lessons.glob("glossary.yaml")
        names = ("LICENSE", "CITATION.cff", "pyproject.toml", "requirements.txt")
        beside = [self.root / name for name in names if (self.root / name).exists()]
        files = (path for path in package.rglob("*") if path.suffix in kinds)
        return sorted([*files, *glossary, *beside])
