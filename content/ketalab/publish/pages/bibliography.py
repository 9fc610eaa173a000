"""The whole bibliography: a page, and files for reference managers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from ketalab.evidence import references
from ketalab.evidence.certainty import badge
from ketalab.evidence.citable import Source, source_anchor
from ketalab.evidence.citation import bibtex, csl_json
from ketalab.evidence.pharmacology import references as papers
from ketalab.evidence.reference import Reference
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.source_levels import source_levels
from ketalab.publish.lessons import sources_of
from ketalab.publish.pages.reference_pages import LIST_STYLE, reference_page
from ketalab.publish.plain_markdown import plain_markdown
from ketalab.publish.project import Project, PublishError

_TITLE = "Bibliography"
_SUMMARY = "Every source of the course: how it was checked, and which lessons cite it."
_ABOUT = """\
Every source that the course knows, with what was seen of it, in two lists: the sources of the
evidence, and the papers of the pharmacology, from which the models take their parameters. A study
that serves both stands in both.

For reference managers: [BibTeX](bibliography.bib) and [CSL-JSON](bibliography.csl.json), which lie
beside this page. They hold the first list. Of a paper of the second, one line of text is all that
is recorded, and that is too little to make an entry of.
"""
_REFERENCES = """\
## Sources of the evidence

The sign tells how it was read: ◆ an official label or a reprint of one, ● the study's own abstract
or article, ◐ a review, ○ second-hand, such as news. What was not seen is said. A detail that nobody
checked is left out.
"""
_PAPERS = """\
## Papers of the pharmacology

Papers on what the body does with ketamine, and ketamine with the receptor. Behind each stands how
much of it was read: a part, mostly the abstract; nothing of it but what others report
(second-hand); or nothing at all. How each parameter was verified stands in the explorers' details
and on the model cards.
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
    parts = (_ABOUT, _REFERENCES, entry_list(cited), "", _PAPERS, paper_list(cited))
    page = reference_page(_TITLE, _SUMMARY, "\n".join(parts), style=LIST_STYLE)
    return {
        "bibliography.html": page,
        "bibliography.bib": entries,
        "bibliography.csl.json": f"{items}\n",
    }


def entry_list(cited: Mapping[str, Iterable[str]]) -> str:
    """Return every reference as a Markdown list, by label.

    ``cited`` holds, for the name of each lesson's file, the source keys that it cites.
    """
    levels = source_levels()
    ordered = sorted(references().values(), key=lambda entry: (entry.label.casefold(), entry.key))
    return "\n".join(_entry(entry, levels.get(entry.key, ()), cited) for entry in ordered)


def paper_list(cited: Mapping[str, Iterable[str]]) -> str:
    """Return every paper of the pharmacology as a Markdown list; ``cited`` as for `entry_list`."""
    ordered = sorted(papers().values(), key=lambda paper: paper.label.casefold())
    return "\n".join(_line(paper, (), paper.reading, cited) for paper in ordered)


def _entry(
    reference: Reference, levels: Iterable[Verified], cited: Mapping[str, Iterable[str]]
) -> str:
    unseen = [f"{name} not seen" for name in reference.not_seen]
    if not reference.links:
        unseen.append("no address is known")
    return _line(reference, unseen, "; ".join(map(badge, levels)) or "level not recorded", cited)


def _line(
    source: Source, unseen: Sequence[str], read: str, cited: Mapping[str, Iterable[str]]
) -> str:
    """An item of a list: the source, what was not seen of it, how it was read, who cites it."""
    lessons = [lesson for lesson, keys in cited.items() if source.key in keys]
    where = ", ".join(f"[lesson {int(lesson[:2])}]({lesson}.html)" for lesson in lessons)
    parts = [
        f'- <a id="{source_anchor(source)}"></a>**{plain_markdown(source.label)}.**',
        plain_markdown(source.citation),
        *(f"[{plain_markdown(text)}]({url})" for text, url in source.links),
        f"({', '.join(unseen)})" if unseen else "",
        f'<span class="badge">{read}</span>',
        f"Cited in {where}." if where else "Not cited in a lesson yet.",
    ]
    return " ".join(filter(None, parts))
