"""Say how hard each lesson and each question bank is to read.

`python tests/reading_level.py` prints the Flesch-Kincaid grade: the school year in the United
States, roughly, in which a text of such sentences and words is read with ease. Speaker notes and
the instructor's remarks have a line of their own. Nothing is demanded: words of the trade, such as
"risk difference", weigh as much as bad prose. A lesson that stands out is worth reading aloud.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import jupytext
import yaml
from pyphen import Pyphen

CONTENT = Path(__file__).resolve().parents[1] / "content"
_HYPHENS = Pyphen(lang="en_GB", left=1, right=1)
_ASIDE = ("notes", "instructor")
_NO_TEXTS = {"id", "lesson", "objective", "kind", "source", "fact", "unit"}
_NO_TEXTS |= {"mirrors", "pretest", "posttest"}


def prose(markdown: str) -> str:
    """Markdown as it would be read aloud, sentence by sentence.

    A role is one word: what it prints is no sentence of the author's. Headings and tables are left
    out, and an item of a list ends a sentence.
    """
    text = re.sub(r"^(```|:::).*?^\1.*?$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\s*\{cite\}`[^`]*`", "", text)
    text = re.sub(r"\{\w+\}`[^`]*`", "this", text)
    text = re.sub(r"`[^`]*`", "this", text)
    text = re.sub(r"<summary>.*?</summary>|<[^>]*>|^\s*[#|].*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    items = re.split(r"\n\s*\n|^\s*(?:[-*]|\d+\.)\s+", text, flags=re.MULTILINE)
    sentences = [" ".join(re.sub(r"[*_]", "", item).split()) for item in items]
    return "\n".join(s if s[-1] in ".?!:" else f"{s}." for s in sentences if len(s.split()) > 3)


def texts_of(lesson: Path) -> tuple[str, str]:
    """The prose of a lesson, and that of its notes and remarks."""
    parts: dict[bool, list[str]] = {True: [], False: []}
    for cell in jupytext.read(lesson, fmt="md:myst").cells:
        if cell.cell_type == "markdown":
            aside = any(tag in cell.metadata.get("tags", []) for tag in _ASIDE)
            parts[aside].append(prose(cell.source))
    return "\n".join(parts[False]), "\n".join(parts[True])


def texts_in(value: object) -> Iterator[str]:
    """Every text for readers in a question bank."""
    if isinstance(value, str):
        yield prose(value)
    elif isinstance(value, list):
        for entry in value:
            yield from texts_in(entry)
    elif isinstance(value, dict):
        for name, entry in value.items():
            if name not in _NO_TEXTS:
                yield from texts_in(entry)


def syllables(word: str) -> int:
    """How many syllables a word has: what its hyphens or its groups of vowels make of it."""
    spoken = re.sub(r"(?<![aeiouyl])(?:e|es|ed)$", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", spoken))
    return max(len(_HYPHENS.positions(word)) + 1, groups)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text, one sentence or more a line."""
    words = words_of(text)
    a_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / sentence_count(text) + 11.8 * a_word - 15.59


def words_of(text: str) -> list[str]:
    """The words of a text; numbers and signs are none."""
    return re.findall(r"[A-Za-z’'-]*[A-Za-z][A-Za-z’'-]*", text)


def sentence_count(text: str) -> int:
    """How many sentences a text has."""
    return len(re.findall(r"[.?!](?=\s|$)|:$", text, re.MULTILINE))


def line(name: str, text: str) -> str:
    """One line of the report."""
    words = len(words_of(text))
    if words < 100:
        return f"{name:<40} too short to say"
    length = words / sentence_count(text)
    return (
        f"{name:<40} grade {grade(text):4.1f}   {length:4.1f} words a sentence   {words:5d} words"
    )


def report(content: Path = CONTENT) -> list[str]:
    """Return the lines for every lesson and bank."""
    lines = []
    for lesson in sorted((content / "lessons").glob("[0-9][0-9]-*.md")):
        text, aside = texts_of(lesson)
        lines.append(line(lesson.stem, text))
        if aside:
            lines.append(line(f"  {lesson.stem[:2]}, notes and remarks", aside))
        bank = content / "ketalab" / "activities" / "questions" / f"{lesson.stem}.yaml"
        if bank.exists():
            entries = yaml.safe_load(bank.read_text(encoding="utf-8"))
            lines.append(line(f"  {lesson.stem[:2]}, questions", "\n".join(texts_in(entries))))
    return lines


if __name__ == "__main__":
    found = report()
    print("Reading level (Flesch-Kincaid grade)", *found, sep="\n")
    sys.exit(0 if found else 1)
