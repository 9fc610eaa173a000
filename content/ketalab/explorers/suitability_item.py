"""What a history can hold: a row of the contraindications, as an item that a student ticks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from textwrap import wrap
from typing import Any, Literal

from ketalab.evidence import library, references
from ketalab.evidence.certainty import NOT_REVIEWED, badge
from ketalab.evidence.contraindication import Contraindication
from ketalab.evidence.printable import printable_part
from ketalab.frontend import digest

Strength = Literal["with care", "avoid", "contraindicated"]

PARTS = {
    "heart": "Heart and vessels",
    "brain": "Brain, eyes and mind",
    "organs": "Liver, bladder, thyroid, allergy",
    "life": "Age, pregnancy, substance use",
    "day": "On the day, and how it is given",
}
# Column of a word of a classification in the picture. "caution" stands for the whole word.
_STRENGTHS: dict[str, Strength] = {
    "absolute": "contraindicated",
    "absolute as sole agent": "contraindicated",
    "should not be used": "avoid",
    "do not use": "avoid",
    "do not give serial infusions": "avoid",
    "avoid": "avoid",
    "avoid as sole agent": "avoid",
    "not recommended": "avoid",
    "not recommended, unstudied": "avoid",
    "not approved": "avoid",
    "precaution to avoid": "avoid",
    "precaution": "with care",
    "caution": "with care",
}
COLUMNS: tuple[Strength, ...] = ("with care", "avoid", "contraindicated")


@dataclass(frozen=True)
class _Asked:
    """Where an item stands, its short name, and what a clinician would ask next.

    The question is the course's own, not a source's: it is shown as not yet reviewed.
    """

    row: str
    part: str
    label: str
    question: str


_ASKED = (
    _Asked(
        "uncontrolled_hypertension",
        "heart",
        "High blood pressure, not controlled",
        "What are the readings at rest, over weeks, and on which treatment?",
    ),
    _Asked(
        "heart_attack_within_the_last_6_weeks",
        "heart",
        "Heart attack within 6 weeks",
        "On which day was it, what was done, and what does the cardiologist say?",
    ),
    _Asked(
        "poorly_controlled_cardiovascular_disease_incl_unstable_angina",
        "heart",
        "Heart disease, poorly controlled",
        "What brings on symptoms, when were the last ones, and did they change lately?",
    ),
    _Asked(
        "severe_coronary_or_myocardial_disease",
        "heart",
        "Severe disease of heart or its vessels",
        "What did the last heart scan and the last test under load show?",
    ),
    _Asked(
        "sole_anaesthetic_in_manifest_ischaemic_heart_disease",
        "heart",
        "Ischaemic heart, ketamine alone",
        "Is it planned as the only anaesthetic, and could another plan do?",
    ),
    _Asked(
        "severe_cardiac_decompensation_or_catecholamine_depletion",
        "heart",
        "Failing heart, or stress hormones used up",
        "How far does the person walk, and is there swelling or breathlessness at rest?",
    ),
    _Asked(
        "aneurysmal_vascular_disease",
        "heart",
        "Aneurysm",
        "Where is it, how large, was it treated, and who follows it?",
    ),
    _Asked(
        "arteriovenous_malformation",
        "heart",
        "Arteriovenous malformation",
        "Where is it, did it ever bleed, and was it treated?",
    ),
    _Asked(
        "any_condition_in_which_a_significant_blood_pressure_rise_would_be_a_serious_hazard",
        "heart",
        "Other hazard if pressure rises",
        "Which condition, and what pressure is the limit that its specialist set?",
    ),
    _Asked(
        "previous_stroke_or_cerebral_trauma",
        "brain",
        "Stroke or head injury in the past",
        "When was it, was it a bleed or a clot, and what remained?",
    ),
    _Asked(
        "history_of_intracerebral_haemorrhage",
        "brain",
        "Bleeding in the brain in the past",
        "When was it, what caused it, and was the cause removed?",
    ),
    _Asked(
        "raised_intracranial_pressure",
        "brain",
        "Raised pressure in the skull",
        "What causes it, and is there a scan from the time since?",
    ),
    _Asked(
        "raised_intra_ocular_pressure_open_eye_injury_glaucoma",
        "brain",
        "Raised eye pressure, eye injury, glaucoma",
        "What are the eye pressures on treatment, and what does the eye clinic say?",
    ),
    _Asked(
        "uncontrolled_psychosis",
        "brain",
        "Psychosis, not controlled",
        "When were the last symptoms, on which treatment, and who treats it?",
    ),
    _Asked(
        "severe_liver_impairment",
        "organs",
        "Liver impairment, severe",
        "What is the Child-Pugh class, from which day, and what caused it?",
    ),
    _Asked(
        "moderate_liver_impairment",
        "organs",
        "Liver impairment, moderate",
        "What do the liver tests show over time, and which medicines add to it?",
    ),
    _Asked(
        "repeated_courses_without_liver_tests",
        "organs",
        "Repeated courses without liver tests",
        "How many courses, how far apart, and when were the last tests?",
    ),
    _Asked(
        "existing_bladder_disease_or_urinary_symptoms",
        "organs",
        "Bladder disease or urinary symptoms",
        "Since when, how often, is there blood, and was ketamine used before?",
    ),
    _Asked(
        "thyrotoxicosis_or_uncontrolled_hyperthyroidism",
        "organs",
        "Overactive thyroid, not controlled",
        "What do the last thyroid tests show, and what is the pulse at rest?",
    ),
    _Asked(
        "hypersensitivity_to_ketamine_esketamine_or_an_excipient",
        "organs",
        "Allergy to ketamine or an excipient",
        "What happened, how soon after which product, and was it tested?",
    ),
    _Asked(
        "older_age",
        "life",
        "Age 65 or more",
        "Which other illnesses and medicines, and is there a risk of falls?",
    ),
    _Asked(
        "under_18_years",
        "life",
        "Under 18 years (depression use)",
        "Which specialist team is in charge, and under which approval or study?",
    ),
    _Asked(
        "pregnancy",
        "life",
        "Pregnancy",
        "How many weeks, and could a pregnancy be possible without being known?",
    ),
    _Asked(
        "breastfeeding",
        "life",
        "Breastfeeding",
        "How old is the child, and how is it fed?",
    ),
    _Asked(
        "pre_eclampsia_or_eclampsia",
        "life",
        "Pre-eclampsia or eclampsia",
        "What are the pressures now, and is the obstetric team involved?",
    ),
    _Asked(
        "active_substance_misuse",
        "life",
        "Substance misuse, active",
        "Which substance, how often, and what help is in place?",
    ),
    _Asked(
        "history_of_substance_use_disorder",
        "life",
        "Substance use disorder in the past",
        "Which substance, since when in remission, and with what support?",
    ),
    _Asked(
        "elevated_pressure_on_the_day",
        "day",
        "Pressure raised on the day",
        "Is it so when measured again at rest, and were today's medicines taken?",
    ),
    _Asked(
        "not_fasted",
        "day",
        "Not fasted",
        "What was eaten or drunk, and when?",
    ),
    _Asked(
        "needs_to_drive_or_operate_machinery_the_same_day",
        "day",
        "Must drive or use machines that day",
        "Who takes the person home, and what waits there?",
    ),
    _Asked(
        "use_with_xanthine_derivatives_or_ergometrine",
        "day",
        "Takes theophylline-like drug or ergometrine",
        "Which medicine, at what dose, and when was the last one?",
    ),
    _Asked(
        "surgery_of_pharynx_larynx_or_bronchial_tree_as_sole_agent",
        "day",
        "Throat or airway surgery, ketamine alone",
        "What else is planned to calm the reflexes of the airway?",
    ),
    _Asked(
        "intrathecal_or_epidural_use_of_preserved_product",
        "day",
        "Spinal or epidural, preserved product",
        "Which product, and does it hold a preservative?",
    ),
)


@dataclass(frozen=True)
class Item:
    """A row of the contraindications with its place among the items."""

    place: int
    row: Contraindication
    part: str
    label: str
    question: str

    @property
    def name(self) -> str:
        """The name of the item's control."""
        return self.row.id

    @property
    def strengths(self) -> tuple[Strength, ...]:
        """One for each part of the classification."""
        return tuple(_STRENGTHS[part.word] for part in self.row.classified)

    @property
    def differs(self) -> bool:
        """Whether the row itself says that sources, or products, differ."""
        return len(self.row.classified) > 1

    def says(self) -> Iterator[dict[str, Any]]:
        """A line of the picture and of the table for each part of the classification."""
        for number, part in enumerate(self.row.classified):
            applies = self.row.applies_to
            if applies == "all":
                where = part.where or "all products"
            else:
                where = f"{applies}, {part.where}" if part.where else applies
            strength = _STRENGTHS[part.word]
            yield {
                "place": self.place,
                "line": f"{self.row.id}/{number}",
                "label": self.label,
                "condition": self.row.condition,
                "word": part.word,
                "where": where,
                "drawn": _two_lines(f"{part.word}: {where}"),
                "strength": strength,
                "column": COLUMNS.index(strength),
                "reason": self._reason(),
                "sources": "; ".join(references()[key].label for key in self.row.sources),
                "verified": badge(self.row.verified),
                "record": digest(self.row.model_dump()),
            }

    def details(self) -> Iterator[dict[str, Any]]:
        """What stands beneath while the item is ticked; rows of one term follow each other."""
        row = self.row
        yield {
            "order": 0,
            "term": "A clinician would ask",
            "text": f"{self.label}: {self.question}",
            "mark": NOT_REVIEWED,
        }
        yield {"order": 1, "term": "Reason given", "text": f"{self.label}: {self._reason()}"}
        if row.note and (note := printable_part(row.note)):
            yield {"order": 2, "term": "Note", "text": f"{self.label}: {note}"}
        for key in row.sources:
            yield self._source(key)

    def _source(self, key: str) -> dict[str, Any]:
        reference = references()[key]
        text = f"({self.label}; {badge(self.row.verified)})"
        detail: dict[str, Any] = {"order": 3, "term": "Sources"}
        address = self.row.url or (reference.links[0][1] if reference.links else None)
        if address is None:
            return {**detail, "text": f"{reference.label} {text}"}
        return {**detail, "text": text, "link": address, "link_text": reference.label}

    def _reason(self) -> str:
        # "As above" points at the row before it in the table.
        if self.row.reason != "As above":
            return self.row.reason.replace(">=", "≥")
        rows = list(library().contraindications.values())
        return rows[rows.index(self.row) - 1].reason


@cache
def items() -> tuple[Item, ...]:
    """All items, part by part. KeyError: a row has no short name here, or a name has no row."""
    table = library().contraindications
    asked = {entry.row: entry for entry in _ASKED}
    if missing := asked.keys() ^ table.keys():
        raise KeyError(", ".join(sorted(missing)))
    ordered = [entry for part in PARTS for entry in _ASKED if entry.part == part]
    return tuple(
        Item(place, table[entry.row], entry.part, entry.label, entry.question)
        for place, entry in enumerate(ordered)
    )


def _two_lines(text: str) -> str:
    # A picture on a telephone has room for so many letters.
    return "\n".join(wrap(text, 46, max_lines=2, placeholder=" …"))
