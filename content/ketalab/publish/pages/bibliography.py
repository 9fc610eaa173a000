"""The whole bibliography: a page, and files for reference managers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ketalab.evidence import references
from ketalab.evidence.certainty import badge
from ketalab.evidence.citation import bibtex, csl_json
from ketalab.evidence.library import SOURCES, library
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.sources import source_keys
from ketalab.publish.lessons import sources_of
from ketalab.publish.pages.reference_pages import reference_page
from ketalab.publish.project import Project, PublishError

_TITLE = "Bibliography"
_SUMMARY = "Every source of the course: how it was checked, and which lessons cite it."
_ABOUT = """\
Every source that the course knows, with what was seen of it. The sign tells how it was read:
◆ an official label or a reprint of one, ● the study's own abstract or article, ◐ a review,
○ second-hand, such as news. What was not seen is said. A detail that nobody checked is left out.

For reference managers: [BibTeX](bibliography.bib) and [CSL-JSON](bibliography.csl.json), which lie
beside this page.
"""


def bibliography_files(project: Project) -> dict[str, str]:
    """Return the texts of bibliography.html, bibliography.bib and bibliography.csl.json, by name.

    Raises:
        PublishError: a lesson that cannot be read, or pybtex is not installed.
    """
    cited = {path.stem: sources_of(path) for path in project.lesson_files()}
    try:
        entries = bibtex()
    except ModuleNotFoundError as error:
        raise PublishError(
            f"{error.name} is not installed: exports need the extra of pyproject.toml, `make "
            "exports` installs it"
        ) from error
    items = json.dumps(csl_json(), ensure_ascii=False, indent=1)
    page = reference_page(_TITLE, _SUMMARY, f"{_ABOUT}\n{entry_list(cited)}")
    return {
        "bibliography.html": page,
        "bibliography.bib": entries,
        "bibliography.csl.json": f"{items}\n",
    }


def entry_list(cited: Mapping[str, Iterable[str]]) -> str:
    """Return every reference as a Markdown list, by label.

    ``cited`` holds, for the name of each lesson's file, the source keys that it cites.
    """
    levels = _levels()
    ordered = sorted(references().values(), key=lambda entry: (entry.label.casefold(), entry.key))
    return "\n".join(_entry(entry, levels.get(entry.key, ()), cited) for entry in ordered)


def _entry(
    reference: Reference, levels: Iterable[Verified], cited: Mapping[str, Iterable[str]]
) -> str:
    lessons = [lesson for lesson, keys in cited.items() if reference.key in keys]
    links = [f"[{text}]({url})" for text, url in reference.links]
    unseen = [f"{name} not seen" for name in reference.not_seen]
    if not reference.links:
        unseen.append("no address is known")
    signs = "; ".join(map(badge, levels)) or "level not recorded"
    where = ", ".join(f"[lesson {lesson}]({lesson}.html)" for lesson in lessons)
    parts = [
        f'- <a id="source-{reference.key}"></a>**{reference.label}.**',
        reference.citation,
        *links,
        f"({', '.join(unseen)})" if unseen else "",
        f'<span class="badge">{signs}</span>',
        f"Cited in {where}." if where else "Not cited in a lesson yet.",
    ]
    return " ".join(filter(None, parts))


def _levels() -> dict[str, tuple[Verified, ...]]:
    """How each source was checked; where it does not say itself, how its records were."""
    found: dict[str, dict[Verified, None]] = {}
    for table in SOURCES:
        for record in library().table(table).values():
            level = getattr(record, "verified", None)
            for key in source_keys(record) if level is not None else ():
                found.setdefault(key, {})[level] = None
    for key, entry in references().items():
        if entry.verified is not None:
            found[key] = {entry.verified: None}
    return {key: tuple(levels) for key, levels in found.items()}
