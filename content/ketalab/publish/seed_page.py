"""`content/seed-coverage.md`: every sentence of the text, and the claims and lesson that answer it.

Written anew with `python -m ketalab.publish.seed_page`.
"""

from __future__ import annotations

from pathlib import Path

from ketalab.evidence.library import library
from ketalab.evidence.seed import SentenceCoverage, seed_coverage, sentences
from ketalab.publish.project import Project

LESSONS = {
    "Introduction": "01-introduction",
    "The Mechanism of Action of Ketamine": "02-mechanism",
    "Benefits of Ketamine for Chronic Pain Management": "03-benefits",
    "Possible Side Effects of Ketamine": "04-side-effects",
    "Conclusion": "05-conclusion",
}
_ABOUT = """\
# What of the text is covered, and where

Every sentence of the text that the course examines, the claims that it makes, and the lesson of its
section. The claims stand, with the sources of each verdict, in
[`claims.yaml`](ketalab/evidence/claims.yaml); the text in
[`seed.txt`](ketalab/evidence/seed.txt); the mapping in
[`seed_coverage.yaml`](ketalab/evidence/seed_coverage.yaml).

This page is built from them: `python -m ketalab.publish.seed_page` writes it anew."""


def page_path(project: Project) -> Path:
    """Where the page stands in a checkout."""
    return project.root / "content" / "seed-coverage.md"


def seed_page() -> str:
    """Return the page as Markdown. Raises EvidenceError when a sentence is not covered."""
    claims = library().claims
    covered = seed_coverage(claims)
    parts = [_ABOUT]
    section = None
    for name, sentence in sentences().items():
        if sentence.section != section:
            section = sentence.section
            lesson = LESSONS[section]
            parts += [
                f"\n## {section}\n",
                f"Lesson: [`{lesson}`](lessons/{lesson}.md)\n",
                "| sentence | what the text says | covered by |",
                "| --- | --- | --- |",
            ]
        parts.append(f"| {name} | {sentence.text} | {_cover(covered[name])} |")
    parts += [
        "\n## The claims and their verdicts\n",
        "| claim | in short | verdict | sentences |",
        "| --- | --- | --- | --- |",
    ]
    for number, claim in claims.items():
        makers = ", ".join(name for name, entry in covered.items() if claim.id in entry.claims)
        parts.append(f"| {number} | {claim.claim} | {claim.verdict} | {makers} |")
    return "\n".join(parts) + "\n"


def _cover(entry: SentenceCoverage) -> str:
    numbers = ", ".join(map(str, entry.claims))
    claims = f"claim{'s' if len(entry.claims) > 1 else ''} {numbers}" if numbers else ""
    return ". ".join(filter(None, [claims, entry.answered]))


if __name__ == "__main__":
    page_path(Project.find()).write_text(seed_page(), encoding="utf-8")
