"""What a question rests on: its sources, how each was read, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from ketalab.activities.bank import ROLE, Question, cited_by
from ketalab.evidence import fact
from ketalab.evidence.certainty import Certainty, badge, grade
from ketalab.evidence.citable import citable
from ketalab.evidence.facts import Fact
from ketalab.evidence.pharmacology import Paper
from ketalab.evidence.source_levels import source_levels


@dataclass(frozen=True)
class EvidenceNote:
    """One source, and the marks of what the question takes from it.

    `links` are (text, address). `marks` are levels of verification, certainties as the source
    grades them, and what has to be said beside its numbers.
    """

    label: str
    citation: str
    links: tuple[tuple[str, str], ...]
    marks: tuple[str, ...]

    @property
    def short(self) -> str:
        """Label and marks: "Hardy 2012 (● primary)"."""
        return f"{self.label} ({'; '.join(self.marks)})" if self.marks else self.label

    def html(self) -> Markup:
        """The note as HTML without a paragraph around it, with everything escaped."""
        link = Markup('<a href="{1}">{0}</a>')
        links = Markup(", ").join(link.format(*pair) for pair in self.links)
        parts = (Markup("<strong>{}.</strong>").format(self.label), self.citation, links)
        marks = Markup(" ({})").format("; ".join(self.marks)) if self.marks else ""
        return Markup(" ").join(part for part in parts if part) + marks


def evidence_notes(question: Question) -> tuple[EvidenceNote, ...]:
    """Every source of a question, its answers and its feedback included; the main one first."""
    facts = _facts(str(question.model_dump()))
    if question.answer is not None and question.answer.fact is not None:
        facts.append(fact(question.answer.fact))
    keys = dict.fromkeys([question.source, *cited_by(question)])
    return tuple(_note(key, facts) for key in keys)


def seen_evidence_notes(questions: Iterable[Question]) -> tuple[EvidenceNote, ...]:
    """The sources that questions name before they are answered, by label."""
    texts = [text for question in questions for text in _seen(question)]
    facts = [found for text in texts for found in _facts(text)]
    cited = [key for text in texts for role, key in ROLE.findall(text) if role == "cite"]
    keys = dict.fromkeys([*(key for found in facts for key in found.source_keys), *cited])
    notes = [_note(key, facts) for key in keys]
    return tuple(sorted(notes, key=lambda note: (note.label.casefold(), note.citation)))


def _seen(question: Question) -> list[str]:
    chosen = [option.text for option in question.options]
    placed = [item.text for item in question.items]
    matched = [pair.left for pair in question.pairs]
    return [question.prompt, *chosen, *placed, *matched, *question.choices()]


def _facts(text: str) -> list[Fact]:
    keys = [key for role, key in ROLE.findall(text) if role == "fact"]
    return [fact(key) for key in dict.fromkeys(keys)]


def _note(key: str, facts: Iterable[Fact]) -> EvidenceNote:
    source = citable()[key]
    own = [found for found in facts if key in found.source_keys]
    marks = [badge(found.verified) for found in own if found.verified is not None]
    if not marks:
        marks = (
            [source.reading]
            if isinstance(source, Paper)
            else [*map(badge, source_levels().get(key, ()))]
        )
    marks += [_certainty(found.certainty) for found in own if found.certainty is not None]
    marks += [caveat for found in own for caveat in found.caveats]
    return EvidenceNote(source.label, source.citation, source.links, tuple(dict.fromkeys(marks)))


def _certainty(certainty: Certainty) -> str:
    words = grade(certainty).removeprefix("– ")
    return f"certainty {words}" if certainty == "not graded" else f"certainty: {words}"
