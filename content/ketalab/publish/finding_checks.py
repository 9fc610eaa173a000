"""Whether the words around a fact speak of what the fact was measured in.

A wrong key still builds: it prints another record's number. So each section of a lesson that
prints a fact has to name what the fact's record is about: the illness, the people, the form of the
drug, the other medicine, the effect; and that nobody was compared, where nobody was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ketalab.activities.bank import ROLE
from ketalab.evidence import fact
from ketalab.evidence.library import TABLES, library
from ketalab.evidence.populations import population_of
from ketalab.evidence.side_effect import SideEffect
from ketalab.evidence.trial_class import trial_class
from ketalab.publish.lesson_sections import Section, lesson_sections

_S_KETAMINE = re.compile(r"\bS-ketamine\b|\besketamine\b", re.IGNORECASE)
_NOT_GRADED = re.compile(r"\bcertainty (?:was )?not graded\b", re.IGNORECASE)
_UNCOMPARED = re.compile(
    r"\b(?:no|without an?|used no) (?:control|placebo)|\buncontrolled\b|\bnobody\b|\bcohorts?\b"
    r"|\bsurveys?\b|\bno rate\b|\bfollowed\b|\bcompared\b|\bcharts?\b|\breports?\b|\bcounts?\b",
    re.IGNORECASE,
)
# A word that a reader looks for, by the course's own kinds.
_PAIN = {
    "complex regional pain syndrome": r"complex regional|\bCRPS\b",
    "fibromyalgia": r"fibromyalgia",
    "pain after spinal cord injury": r"spinal",
    "post-herpetic neuralgia": r"herpe|shingles",
    "peripheral neuropathic pain": r"nerve|neuropath|injur",
    "phantom limb pain": r"phantom",
    "neuropathic pain of several causes": r"nerve|neuropath",
    "cancer pain": r"cancer",
    "chronic pain of several kinds": r"pain",
}
_PEOPLE = {
    "chronic and cancer pain": r"pain",
    "depression": r"depress|\bmood\b|psychiatr",
    "anaesthesia, intensive and acute care": r"operat|an(?:a|)esth|surg|intensive|emergency|acute"
    r"|sedat",
    "non-medical use": r"outside medicine|recreation|non-medical|\busers\b|use ketamine|street",
    "unsupervised home use": r"\bhome\b",
}
_TABLES = {
    "depression": r"depress|\bmood\b|anxi|suicid",
    "depression_mechanisms": r"depress|\bmood\b|neuron|brain|synap|receptor|\brats?\b|\bmice\b",
    "opioid_sparing": r"opioid|morphine",
}
# By the kinds of a result.
_OUTCOMES = {
    "pain": r"\bpain|reli(?:ef|ev)|points? of 10|reviews",
    "adverse event": r"unwanted|adverse|harm|side effect|toxic|\bstops?\b|sick|bladder|urin|sedat",
    "prevalence": r"survey|how common|adults|countries|per cent|people with chronic pain",
    "pharmacokinetics": r"blood|exposure|bioavailab|enzyme|concentration|\bpeak\b|interaction",
    "mood": r"mood|depress",
    "anxiety": r"anxi",
    "opioid use": r"opioid|morphine|rescue",
    "function": r"function",
    "response to standard medicine": r"medicine|relief|nerve pain",
    "other": r"",
}
# Words that any claim of the course may hold.
_COMMON = frozenset(
    {"about", "chron", "ketam", "often", "other", "their", "there", "these", "treat"}
)
# Left behind where a fact was taken out.
_HOLE = re.compile(
    r"(?<=\S)  +(?=\S)|(?<=[ (])[,.;)](?![.\w])|\( "
    # An entry of a list that ends before it says anything, with no list inside it.
    r"|(?:^|(?<=\n)) *(?:[-*]|\d+\.) .*[:–] *(?=\n(?! )|\Z)"
    r"|\b(?:of|from|to|than|the|an?|by|its|had)[.,;)]"
)
# Here a fact was explained before.
_PRACTICE = ("Exercises", "Check yourself")
_NOT_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`|<[^>\n]*>", re.DOTALL)


def finding_problems(path: Path) -> list[str]:
    """Return a line for each fact of a lesson whose section does not say what it is about.

    A gallery of explorers explains nothing and is not asked.
    """
    return [
        f"{path.name}: section {section.title!r}: {problem}"
        for section in lesson_sections(path)
        # A fact that stands twice in a section is told of once.
        for problem in dict.fromkeys(_problems(section))
    ]


def _problems(section: Section) -> Iterator[str]:
    for cell in section.cells:
        not_graded = _NOT_GRADED.search(ROLE.sub(" ", cell))
        for role, key in ROLE.findall(cell):
            if role != "fact":
                continue
            if section.room not in _PRACTICE:
                yield from _unsaid(key, section.prose)
            if not_graded and fact(key).certainty not in (None, "not graded"):
                yield f"{key!r} has a certainty, and the words beside it are 'certainty not graded'"
    yield from _holes(section)


def _unsaid(key: str, prose: str) -> Iterator[str]:
    for what, words in _subjects(key):
        if not re.search(words, prose, re.IGNORECASE):
            yield f"{key!r} is about {what}, which the section does not name"
    if _is_uncompared(key) and not _UNCOMPARED.search(prose):
        yield f"{key!r} has no control group, which the section does not say"


def _holes(section: Section) -> Iterator[str]:
    text = _NOT_PROSE.sub("X", ROLE.sub("X", section.text))
    for match in _HOLE.finditer(text):
        start = max(match.start() - 30, text.rfind("\n", 0, match.start()) + 1)
        yield f"something is missing at {text[start : match.end() + 1].strip()!r}"


def _origin(key: str) -> tuple[str, Any, Any]:
    """The table and the record of a fact, and the result where it is typed from the record."""
    table, _, rest = key.partition("/")
    name = rest.partition(":")[0]
    if table not in TABLES:
        return table, None, None
    if table != "results":
        return table, library().table(table)[name], None
    result = library().results[name]
    return result.table, library().table(result.table)[result.record], result


def _subjects(key: str) -> Iterator[tuple[str, str]]:
    """What a fact is about, and a pattern of words that say so."""
    table, record, result = _origin(key)
    if table in ("trials", "context_studies"):
        kind = trial_class(table, record.id)
        yield kind.pain, _PAIN[kind.pain]
    if table in _TABLES:
        yield table.replace("_", " "), _TABLES[table]
    if isinstance(record, SideEffect):
        population = population_of(record).name
        yield f"people: {population}", _PEOPLE[population]
        if not key.endswith(":time_frame"):
            group = library().effect_profiles[record.effect_group]
            yield record.effect, _any_of(record.effect, group.plain_name, group.key)
    if table == "interactions":
        yield record.interacting_drug, _any_of(record.interacting_drug)
    if table == "claims":
        yield f"the claim {record.claim!r}", _any_of(record.claim)
    if result is not None:
        yield f"the outcome {result.outcome!r}", _OUTCOMES[result.outcome]
    if _is_s_ketamine(table, record, result):
        yield "S-ketamine or esketamine", _S_KETAMINE.pattern


def _any_of(*texts: str) -> str:
    """A pattern for any of the longer words, in any of their forms."""
    words = re.findall(r"[a-z]{5,}", " ".join(texts).lower())
    return "|".join(sorted({word[:5] for word in words} - _COMMON)) or re.escape(texts[0])


def _is_s_ketamine(table: str, record: Any, result: Any) -> bool:
    if result is not None and result.drug is not None:
        return _S_KETAMINE.search(result.drug) is not None
    if table in ("trials", "context_studies"):
        return trial_class(table, record.id).drug == "S-ketamine"
    return isinstance(record, SideEffect) and bool(_S_KETAMINE.search(record.drug))


def _is_uncompared(key: str) -> bool:
    table, record, result = _origin(key)
    if isinstance(record, SideEffect):
        return key.endswith(":treatment") and record.control is None
    if table == "context_studies":
        return True
    # A trial may print the count of one arm, or of its first weeks, and still have a control.
    counted = result is not None and result.kind == "responders" and table != "trials"
    return counted and result.control is None
