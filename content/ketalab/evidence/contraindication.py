"""Who should not have ketamine, or only with care, as each country and product puts it.

``contraindications.yaml`` is a copy of the table that the course's fact check produced, byte for
byte. Labels and consensus differ by country: the classification follows the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ketalab.evidence.readable_id import readable_id
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.tables import Record, Text, Texts, WebAddress

# As the sources say it. Where countries or products differ, all stand in the same text.
Classification = Literal[
    "absolute",
    "absolute (Swiss; US digest)",
    "absolute (UK; Swiss text for stroke); caution (US)",
    "absolute as sole agent",
    "avoid",
    "avoid (infusion); not recommended, unstudied (esketamine, Child-Pugh C)",
    "avoid as sole agent",
    "do not give serial infusions",
    "do not use",
    "not approved",
    "not recommended",
    "precaution",
    "precaution to avoid",
    "should not be used",
]


class Classified(NamedTuple):
    """One word of a classification, and the country or product that it holds for."""

    word: str
    where: str | None


class Contraindication(Record):
    """One condition, how a source classifies it, and the products and countries it speaks of.

    ``applies_to`` is part of the classification: what one country's label forbids for one product
    another may allow with care.
    """

    condition: Text
    classification: Classification
    applies_to: Text
    reason: Text
    sources: Texts
    verified: Verified
    note: Text | None
    url: WebAddress | None = None

    @property
    def id(self) -> str:
        """The condition without what stands in brackets: "uncontrolled_hypertension"."""
        return readable_id(_without_brackets(self.condition))

    @property
    def classified(self) -> tuple[Classified, ...]:
        """The classification taken apart: ("absolute", "UK; …"), ("caution", "US").

        ``where`` is None where the whole record speaks of the same countries and products; then
        ``applies_to`` names them.
        """
        parts = re.findall(r"([^;()]+?) *(?:\(([^()]*)\))? *(?:;|$)", self.classification)
        return tuple(Classified(word.strip(), where or None) for word, where in parts)


def contraindication_id(entry: Mapping[str, Any]) -> str | None:
    """Return the id of an entry that is not a record yet; None when it has no condition."""
    condition = entry.get("condition")
    try:
        return readable_id(_without_brackets(condition)) if isinstance(condition, str) else None
    except ValueError:
        return None


def _without_brackets(text: str) -> str:
    return re.sub(r"\(.*?\)", "", text)
