"""What happens when ketamine meets another medicine.

``interactions.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
Changes of exposure are averages of small studies in healthy volunteers, each of one form and one
route of ketamine; they do not carry over to another route.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from ketalab.evidence.readable_id import readable_id
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.tables import Record, Text, Texts

KetamineForm = Literal[
    "oral S-ketamine 0.2 mg/kg",
    "oral S-ketamine 0.3 mg/kg",
    "intravenous S-ketamine 0.1 mg/kg",
    "nasal esketamine",
    "injection",
    "IV infusion",
    "any",
]
Severity = Literal[
    "major",
    "major for oral use",
    "major for oral use (loss of effect)",
    "major (compatibility)",
    "moderate",
    "minor",
    "uncertain",
]

_SYNTHESIS = frozenset({"severity", "what_is_done"})


class Interaction(Record):
    """One medicine with one form of ketamine.

    ``auc_change`` and ``cmax_change`` are the changes of the total exposure and of the peak of
    ketamine in the source's words, None where nothing was measured. ``severity`` and
    ``what_is_done`` are not the source's: show them as not yet reviewed by a clinician.
    """

    interacting_drug: Text
    drug_class: Text
    ketamine_form: KetamineForm
    mechanism: Text
    auc_change: Text | None
    cmax_change: Text | None
    study: Text | None
    severity: Severity
    what_is_done: Text
    sources: Texts
    verified: Verified
    note: Text | None

    @property
    def id(self) -> str:
        """Medicine and form of ketamine: "clarithromycin_oral_s_ketamine"."""
        return _id(self.interacting_drug, self.ketamine_form)

    def is_synthesis(self, field: str) -> bool:
        """Whether ``field`` is the compiler's general knowledge. KeyError: no such field."""
        if field not in type(self).model_fields:
            raise KeyError(field)
        return field in _SYNTHESIS


def interaction_id(entry: Mapping[str, Any]) -> str | None:
    """Return the id of an entry that is not a record yet; None when it cannot be named."""
    drug, form = entry.get("interacting_drug"), entry.get("ketamine_form")
    if not isinstance(drug, str) or not isinstance(form, str):
        return None
    try:
        return _id(drug, form)
    except ValueError:
        return None


def _id(drug: str, form: str) -> str:
    # Neither the examples in brackets nor the dose of the study belong in a name.
    drug = re.sub(r"\(.*?\)", "", drug)
    form = re.sub(r"[\d.]+ mg/kg", "", form)
    return readable_id(drug, "any form" if form == "any" else form)
