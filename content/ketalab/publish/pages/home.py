"""The course's home page: what it is, one look, the map of its lessons, and what lies beside.

Links lead to the folders that stand beside the page's own in exports/. The page says so, for
whoever got this folder alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from ketalab.activities import progress_map
from ketalab.activities.bank import banks
from ketalab.evidence.citable import citable
from ketalab.evidence.library import TABLES, library
from ketalab.publish.front_matter import front_matter
from ketalab.publish.glossary import glossary_beside
from ketalab.publish.pages.icon_array import icon_array
from ketalab.publish.pages.reference_pages import reference_page
from ketalab.publish.project import Project, PublishError

Lessons = Mapping[Path, Mapping[str, Any]]  # the file of each, and its front matter

_HEADING = "Ketamine for Chronic Pain"
_SUMMARY = (
    "An interactive course in reading the evidence: six lessons, live explorers, and questions "
    "that explain every answer."
)
_PROGRESS = """\
## Your progress

What you predict and answer in a lesson is counted here.
"""
_WHERE_KEPT = """\
The pages of the course share what they keep as long as they are opened in one browser: from a disk
(tried with Chromium and Firefox), or from one address on the web. What you answer in JupyterLab is
kept apart from that; to bring it here, save it to a file there.
"""
_FOR_INSTRUCTORS = """\
## For instructors

<ul class="shelf">
<li><a href="../slides/">Slides</a>: a deck for each lesson, with speaker notes and live
explorers.</li>
<li><a href="../handouts/">Handouts</a>: take-aways, key tables and figures on paper, and a
<a href="../handouts/summary-of-findings.pdf">summary of findings</a> on two pages.</li>
<li><a href="../questions/">Questions</a>: for Moodle and Canvas, and as a paper with a separate
key.</li>
<li><a href="../instructor/">Instructor’s edition</a>: each lesson with its solutions, timing and
remarks. It is not for students.</li>
</ul>

These lie in folders of their own beside the folder of this page: `slides`, `handouts`, `questions`
and `instructor`. If you were given this folder alone, or read this on the web, some of them may not
be there. Whoever has the course’s source makes them all with `make exports`.
"""
_LICENCE = """\
## Licence

You may share and adapt the lessons, pictures, questions, pages, slides and handouts, even
commercially, under the
[Creative Commons Attribution 4.0 International licence](https://creativecommons.org/licenses/by/4.0/):
name “The ketalab authors”, link to the licence, and say what you changed. The code is under the
BSD 3-Clause License. The sources keep the rights that they have: each is named beside its numbers.

Found a mistake? Every number comes out of one record, and a record can be mended.
"""


def home_page(project: Project) -> str:
    """Return the home page, index.html, as one self-contained HTML file.

    Raises:
        PublishError: a lesson whose front matter lacks something, or no lesson at all.
    """
    lessons = {path: front_matter(path) for path in project.lesson_files()}
    for path, front in lessons.items():
        missing = [key for key in ("number", "title", "minutes", "summary") if key not in front]
        if missing:
            raise PublishError(f"{path.name}:1: front matter lacks ketalab.{missing[0]}")
    galleries = [path for path, front in lessons.items() if front.get("kind") == "gallery"]
    taught = {path: front for path, front in lessons.items() if path not in galleries}
    if not taught:
        raise PublishError(f"{project.lessons}: expected lessons, found none")
    return reference_page(
        "Home",
        _SUMMARY,
        f"{_opening(taught, galleries)}\n\n{_look(taught)}\n\n{_map(taught)}\n\n{_PROGRESS}",
        progress_map(),
        "\n\n".join([_WHERE_KEPT, _shelf(project, galleries), _FOR_INSTRUCTORS, _LICENCE]),
        heading=_HEADING,
        style=Path(__file__).with_name("home.css").read_text(encoding="utf-8"),
    )


def _opening(taught: Lessons, galleries: Iterable[Path]) -> str:
    first = next(iter(taught))
    hours = round(sum(front["minutes"] for front in taught.values()) / 30) / 2
    gallery = "".join(
        f' <a class="button quiet" href="{path.stem}.html">All explorers</a>' for path in galleries
    )
    return f"""\
<p class="subtitle">An interactive course in reading the evidence</p>

A text about ketamine and chronic pain is going round. It is friendly, and it sounds sure. Here you
take it apart, sentence by sentence: you say what you expect, you look at the people who were
studied, and you judge how far each claim holds.

It is for students of medicine, pharmacy and nursing, and for everybody who has to judge such
claims. You need no pharmacology and no programming. There are {_in_words(len(taught))} lessons,
about {hours:g} hours in all; begin with the first.

<p class="ways"><a class="button" href="{first.stem}.html">Start here</a>{gallery}</p>

<p class="caution">It gives no advice on doses, it is no guideline, and it does not replace a
clinician. A question about your own treatment belongs with your own team.</p>"""


def _look(taught: Lessons) -> str:
    """What the explorer of side effects shows when it opens, and the lesson where it is live."""
    from ketalab.explorers import SideEffectExplorer

    case = SideEffectExplorer().case()
    caption = case.people_caption()
    assert caption is not None  # it opens with both arms counted
    source = citable()[case.row.source]
    address = source.links[0][1]
    arms = "".join(
        f"<div>{icon_array(arm['per_hundred'], arm['heading'])}<p>{arm['heading']}</p></div>"
        for arm in case.arms()
    )
    name = f"{SideEffectExplorer.__name__}("
    live = "".join(
        f' <a href="{path.stem}.html">Explore it in lesson {front["number"]}</a>.'
        for path, front in taught.items()
        if name in path.read_text(encoding="utf-8")
    )
    return f"""\
## One look

People, not percentages alone; the control group beside them; how sure the difference is; and where
each number comes from. This is how the course looks at a claim.

<figure class="look">
<div class="arms">{arms}</div>
<figcaption><strong>{escape(caption["title"])}</strong>
<span>{escape(case.reading())}</span>
<span>Source: <a href="{escape(address)}">{escape(source.label)}</a>.{live}</span></figcaption>
</figure>"""


def _map(taught: Lessons) -> str:
    cards = "\n".join(_card(path, front) for path, front in taught.items())
    return f'## The lessons\n\n<ol class="lessons">\n{cards}\n</ol>'


def _card(path: Path, front: Mapping[str, Any]) -> str:
    bank = next((bank for bank in banks() if bank.lesson == path.stem), None)
    aims = "".join(f"<li>{_text(aim.text)}</li>" for aim in bank.objectives) if bank else ""
    folded = f"<details><summary>What you will be able to do</summary><ul>{aims}</ul></details>"
    title = _text(front["title"])
    return f"""\
<li>
<p class="number"><span>Lesson {_text(front["number"])}</span>
<span>{_text(front["minutes"])} minutes</span></p>
<h3><a href="{path.stem}.html">{title}</a></h3>
<p>{_text(front["summary"])}</p>{folded if aims else ""}
<p class="forms"><a href="../slides/{path.stem}.html" aria-label="Slides: {title}">Slides</a>
<a href="../handouts/{path.stem}.pdf" aria-label="Handout (PDF): {title}">Handout (PDF)</a></p>
</li>"""


def _text(value: object) -> str:
    """Plain text in one line of HTML: an empty line would end the HTML block in Markdown."""
    return escape(" ".join(str(value).split()))


def _shelf(project: Project, galleries: Iterable[Path]) -> str:
    first_lesson = project.lesson_files()[0]
    words = len(glossary_beside(first_lesson))
    records = sum(len(library().table(name)) for name in TABLES)
    entries = [
        *(
            (f"{path.stem}.html", "All explorers", "Every live picture of the course on one page.")
            for path in galleries
        ),
        ("glossary.html", "Glossary", f"{words} words, each with the lesson that explains it."),
        (
            "bibliography.html",
            "Bibliography",
            f"{len(citable())} sources, and how much of each was read.",
        ),
        (
            "evidence.html",
            "The evidence",
            f"{records} records behind the numbers: how they were checked, and what is missing.",
        ),
    ]
    items = "\n".join(
        f'<li><a href="{address}">{name}</a>: {text}</li>' for address, name, text in entries
    )
    return f'## Look things up\n\n<ul class="shelf">\n{items}\n</ul>'


def _in_words(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[count] if count < len(words) else str(count)
