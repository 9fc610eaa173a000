"""To which form of the drug, kind of pain and kind of comparison a trial belongs.

A trial's own words stand in ``trials.yaml``; ``trial_class.yaml`` sorts them into a few closed
kinds, so that trials of different kinds are never mixed unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from ketalab.evidence.paths import words_of
from ketalab.evidence.tables import Problem, Record, Text, load_table

DrugForm = Literal["S-ketamine", "ketamine, form not stated", "ketamine and amitriptyline cream"]
Pain = Literal[
    "complex regional pain syndrome",
    "fibromyalgia",
    "pain after spinal cord injury",
    "post-herpetic neuralgia",
    "peripheral neuropathic pain",
    "phantom limb pain",
    "neuropathic pain of several causes",
    "cancer pain",
    "chronic pain of several kinds",
]
Comparison = Literal[
    "placebo", "active placebo", "active", "placebo and active", "ketamine in both arms", "none"
]

_FILE = "trial_class.yaml"
_S_KETAMINE = re.compile(r"\bS(?:\(\+\))?-ketamine\b|\bsee sigtermans2009\b")
# What a record's own words on the condition, or on the comparator, hold for a class.
_CONDITION: Mapping[str, str] = {
    "complex regional pain syndrome": r"complex regional|CRPS",
    "fibromyalgia": r"fibromyalgia",
    "pain after spinal cord injury": r"spinal",
    "post-herpetic neuralgia": r"herpetic",
    "peripheral neuropathic pain": r"neuropath|nerve|traumatic",
    "phantom limb pain": r"phantom",
    "neuropathic pain of several causes": r"neuropath|nerve",
    "cancer pain": r"cancer",
    "chronic pain of several kinds": r"",  # whatever else it says
}
_ACTIVE_PLACEBO = re.compile(r"\bactive[- ]placebo\b", re.IGNORECASE)
_PLACEBO = re.compile(r"\b(?:placebo|saline)\b", re.IGNORECASE)


class TrialClass(Record):
    """The kinds of one record, named ``table/id``; ``reason`` where they need one."""

    key: Text
    drug: DrugForm
    pain: Pain
    comparison: Comparison
    reason: Text | None = None


def load_trial_classes(path: Path) -> Mapping[str, TrialClass]:
    """Read ``path`` and return the classes by key. Raises EvidenceError."""
    return MappingProxyType(load_table(path, TrialClass, key="classes", id_field="key"))


def check_trial_classes(
    classes: Mapping[str, TrialClass],
    trials: Mapping[str, Record],
    context_studies: Mapping[str, Record],
) -> Iterator[Problem]:
    """Yield records without a class, classes without a record, and those at odds with its words."""
    records = {f"trials/{name}": record for name, record in trials.items()} | {
        f"context_studies/{name}": record for name, record in context_studies.items()
    }
    for key in records:
        if key not in classes:
            yield Problem(_FILE, key, None, "expected a class for this record, got none")
    for key, entry in classes.items():
        if key not in records:
            message = f"expected the key of a record of trials.yaml, got {key!r}"
            yield Problem(_FILE, key, "key", message)
            continue
        says_s = _S_KETAMINE.search(words_of(records[key])) is not None
        if says_s != (entry.drug == "S-ketamine"):
            expected = "'S-ketamine'" if says_s else "a form that the record names"
            yield Problem(_FILE, key, "drug", f"expected {expected}, got {entry.drug!r}")
        if (entry.comparison == "none") != key.startswith("context_studies/"):
            message = "expected 'none' for a study without controls, and only there"
            yield Problem(_FILE, key, "comparison", f"{message}, got {entry.comparison!r}")
            continue
        for field, message in _against_words(entry, records[key]):
            yield Problem(_FILE, key, field, message)


def _against_words(entry: TrialClass, record: Record) -> Iterator[tuple[str, str]]:
    condition = getattr(record, "condition", None)
    if condition and not re.search(_CONDITION[entry.pain], condition, re.IGNORECASE):
        yield "pain", f"expected a kind of pain that {condition!r} speaks of, got {entry.pain!r}"
    comparator = getattr(record, "comparator", None)
    if not comparator:
        return
    active = _ACTIVE_PLACEBO.search(comparator) is not None
    placebo = not active and _PLACEBO.search(comparator) is not None
    said = (entry.comparison == "active placebo", entry.comparison.startswith("placebo"))
    if said != (active, placebo):
        message = f"expected a comparison as in {comparator!r}, got {entry.comparison!r}"
        yield "comparison", message


@cache
def _classes() -> Mapping[str, TrialClass]:
    return load_trial_classes(Path(__file__).with_name(_FILE))


def trial_class(table: str, record: str) -> TrialClass:
    """Return the class of a record of ``trials`` or ``context_studies``. KeyError: none."""
    return _classes()[f"{table}/{record}"]
