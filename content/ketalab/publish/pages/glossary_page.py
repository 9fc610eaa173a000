"""The page of the whole glossary, which the words of every lesson's page link to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ketalab.publish.front_matter import front_matter
from ketalab.publish.glossary import FILE, Glossary, Word, load_glossary
from ketalab.publish.pages.reference_pages import LIST_STYLE, reference_page
from ketalab.publish.plain_markdown import plain_markdown
from ketalab.publish.project import Project, PublishError

_TITLE = "Glossary"
_SUMMARY = "Every word that a lesson explains, in one place."
_ABOUT = (
    "Every word that a lesson explains, with the lesson that lists it first. The meanings are "
    "those that this course needs; a dictionary may know more."
)


def glossary_page(project: Project) -> str:
    """Return the glossary of a checkout as one HTML page.

    Raises:
        EvidenceError: the file is not sound.
        PublishError: a word whose lesson is not the first that lists it.
    """
    path = project.lessons / FILE
    words = load_glossary(path) if path.exists() else {}
    lessons = {lesson.stem: front_matter(lesson) for lesson in project.lesson_files()}
    problems = misplaced(words, {name: front.get("words", ()) for name, front in lessons.items()})
    if problems:
        raise PublishError("\n".join(problems))
    entries = [_entry(word, words, lessons[word.lesson]["number"]) for word in words.values()]
    body = "\n".join(entries) or "No lesson explains a word yet."
    return reference_page(_TITLE, _SUMMARY, f"{_ABOUT}\n\n{body}", style=LIST_STYLE)


def misplaced(words: Glossary, listed: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a line for each word whose lesson is not the first of those that list it.

    ``listed`` holds the words of each lesson's front matter, in the order of the course.
    """
    first: dict[str, str] = {}
    for lesson, terms in listed.items():
        for term in terms:
            first.setdefault(term.casefold(), lesson)
    return [
        f"{FILE}: record {word.term!r}, field lesson: expected "
        f"{first.get(word.term.casefold(), 'a lesson that lists it')!r}, got {word.lesson!r}"
        for word in words.values()
        if first.get(word.term.casefold()) != word.lesson
    ]


def _entry(word: Word, words: Glossary, number: int) -> str:
    see = ", ".join(f"[{plain_markdown(other)}](#word-{words[other].slug})" for other in word.see)
    parts = [
        f'- <a id="word-{word.slug}"></a>**{plain_markdown(word.term)}**: '
        f"{plain_markdown(word.definition)}",
        f"See also {see}." if see else "",
        f"First in [lesson {number}]({word.lesson}.html).",
    ]
    return " ".join(filter(None, parts))
