"""What a table shows of each kind of record: its caption, and its columns with their units."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CAPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "claims": "The claims of the text that the course examines, paraphrased",
        "trials": "Randomised trials of ketamine for chronic pain",
        "context_studies": "Studies of ketamine for chronic pain without a control group",
        "reviews": "Systematic reviews and meta-analyses",
        "mechanism_reviews": "Reviews of how ketamine may act on pain",
        "disagreements": "Where sources disagree",
        "guidelines": "Guidelines, position statements and regulators' alerts",
        "epidemiology": "How common chronic pain is, and what standard medicines achieve",
        "depression": "Ketamine and esketamine in depression",
        "depression_mechanisms": "How ketamine may act in depression",
        "opioid_sparing": "Ketamine and the use of opioids",
        "side_effects": "Side effects: one study or label and one effect a row",
        "effect_profiles": "Kinds of side effect",
        "contraindications": "Contraindications, as each source classifies them",
        "interactions": "Interactions with other medicines",
        "routes": "Routes of administration",
        "references": "Sources",
        "results": "Results, as printed in their sources",
    }
)

# Field (a part of a field as field_part): the heading with its unit. Everything else that may be
# printed can be asked for by name.
COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "claims": {"claim": "Claim", "verdict": "Verdict of the course", "reason": "Reason"},
        "trials": {
            "condition": "Condition",
            "drug": "Drug",
            "n_randomised": "People randomised (number)",
            "design": "Design",
            "comparator": "Comparator",
            "route": "Route",
            "follow_up": "Follow-up",
            "direction": "Direction of the result",
        },
        "context_studies": {
            "condition": "Condition",
            "drug": "Drug",
            "n": "People (number)",
            "study_type": "Kind of study",
            "route": "Route",
        },
        "reviews": {
            "type": "Kind of review",
            "scope": "Question",
            "n_trials": "Trials (number)",
            "n_participants": "People (number)",
            "certainty_overall": "Certainty, in the record's words",
        },
        "mechanism_reviews": {"type": "Kind of review", "finding": "Finding"},
        "disagreements": {"topic": "Topic", "views": "What the sources say"},
        "guidelines": {
            "body": "Body",
            "document_type": "Kind of document",
            "home_use": "On use at home",
        },
        "epidemiology": {
            "topic": "Topic",
            "population": "Population",
            "definition": "Definition",
        },
        "depression": {
            "kind": "Kind of study",
            "topic": "Topic",
            "design": "Design",
            "n": "People (number)",
            "n_trials": "Trials (number)",
            "comparator": "Comparator",
        },
        "depression_mechanisms": {
            "kind": "Kind of study",
            "species": "Species",
            "supports": "Supports",
        },
        "opioid_sparing": {
            "setting": "Setting",
            "study_type": "Kind of study",
            "n": "People (number)",
            "n_trials": "Trials (number)",
        },
        "side_effects": {
            "effect": "Effect",
            "population": "Population",
            "directness": "For chronic pain",
            "drug": "Drug",
            "route": "Route",
            "unit": "Counted",
            "treatment_events": "Treated: events",
            "treatment_n": "Treated: of",
            "treatment_pct": "Treated (% as printed)",
            "control_events": "Control: events",
            "control_n": "Control: of",
            "control_pct": "Control (% as printed)",
            "comparator": "Comparator",
            "time_frame": "Time frame",
            "counts_basis": "Counts",
            "certainty": "Certainty (GRADE)",
            "overlap_group": "Overlap group",
        },
        "effect_profiles": {
            "plain_name": "Effect",
            "claim_mild_and_short_lived": "Mild and short-lived?",
            "claim_comment": "Why",
        },
        "contraindications": {
            "condition": "Condition",
            "classification": "Classification",
            "applies_to": "Applies to",
            "reason": "Reason",
        },
        "interactions": {
            "interacting_drug": "Other medicine",
            "ketamine_form": "Form of ketamine",
            "auc_change": "Change in exposure (AUC)",
            "cmax_change": "Change in peak concentration",
            "study": "Study",
        },
        "routes": {
            "route": "Route",
            "drug": "Drug",
            "bioavailability": "Bioavailability",
            "onset": "Onset",
            "duration": "Duration",
            "status": "Status",
        },
        "references": {"citation": "Reference"},
        "results": {
            "measure": "What was measured",
            "result": "Result",
            "population": "Population",
            "drug": "Drug",
            "route": "Route",
            "comparator": "Comparator",
            "time": "Time",
            "certainty": "Certainty (GRADE)",
            "overlap_group": "Overlap group",
        },
    }
)
