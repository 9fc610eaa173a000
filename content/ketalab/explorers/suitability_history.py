"""Invented histories: what each holds, as the names of its items. No person is described."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class History:
    """A case to read, and the items that stand in it as written."""

    key: str
    title: str
    text: str
    holds: tuple[str, ...]


OWN = "own"

HISTORIES = (
    History(
        "shingles",
        "Woman, 68, pain after shingles",
        "A woman of 68 has had burning pain since a shingles rash. She had a stroke six years ago "
        "and a heart attack four weeks ago. Today her pressure is 152/94. She came by car, alone, "
        "and wants to drive home.",
        (
            "previous_stroke_or_cerebral_trauma",
            "heart_attack_within_the_last_6_weeks",
            "elevated_pressure_on_the_day",
            "older_age",
            "needs_to_drive_or_operate_machinery_the_same_day",
        ),
    ),
    History(
        "crps",
        "Man, 41, complex regional pain",
        "A man of 41 with complex regional pain syndrome asks for a third course of infusions. "
        "Nobody tested his liver in the first two. He was dependent on alcohol until three years "
        "ago. For some months passing water has burned.",
        (
            "repeated_courses_without_liver_tests",
            "history_of_substance_use_disorder",
            "existing_bladder_disease_or_urinary_symptoms",
        ),
    ),
    History(
        "fibromyalgia",
        "Woman, 29, fibromyalgia",
        "A woman of 29 with fibromyalgia breastfeeds her first child. Her thyroid is overactive, "
        "and the tablets do not control it yet. She had lunch an hour ago.",
        (
            "breastfeeding",
            "thyrotoxicosis_or_uncontrolled_hyperthyroidism",
            "not_fasted",
        ),
    ),
    History(
        "back",
        "Man, 57, back pain",
        "A man of 57 with back pain takes three medicines for his pressure, and at rest it is "
        "still 185/105. A scan found an aneurysm of the aorta. His cirrhosis is of Child-Pugh "
        "class C.",
        (
            "uncontrolled_hypertension",
            "elevated_pressure_on_the_day",
            "aneurysmal_vascular_disease",
            "severe_liver_impairment",
        ),
    ),
)
