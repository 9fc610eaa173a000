"""The side-effects table: all of it loads, and its rows know what they are."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ketalab.evidence import (
    EffectProfile,
    effect_profiles,
    population_of,
    references,
    side_effects,
)
from ketalab.models.risk import compare_proportions


def test_every_record_loads() -> None:
    assert (len(side_effects()), len(effect_profiles()), len(references())) == (235, 37, 215)


def test_the_tables_are_read_once_and_cannot_be_changed() -> None:
    assert side_effects() is side_effects()
    with pytest.raises(TypeError):
        side_effects()["x__01"] = side_effects()["spravato_trd__01"]  # type: ignore[index]


def test_no_row_in_chronic_pain_has_a_number_needed_to_harm() -> None:
    compared = 0
    for row in side_effects().values():
        if population_of(row).name != "chronic and cancer pain" or not row.has_two_arms:
            continue
        assert row.treatment is not None
        assert row.control is not None
        result = compare_proportions(
            row.treatment.events, row.treatment.n, row.control.events, row.control.n
        )  # type: ignore[arg-type]
        compared += 1
        assert result.number_needed is None, row.id
    assert compared == 6


def test_what_a_row_says_of_itself() -> None:
    rows = side_effects()
    assert rows["esk_ph23_db__01"].study == "esk_ph23_db"
    assert rows["spravato_trd__01"].has_two_arms
    assert not rows["carr__01"].has_two_arms  # a comparator, but no count in its arm
    assert not rows["hardy__01"].has_two_arms  # denominators without events
    assert not rows["cochrane25__01"].has_two_arms  # no arms at all
    assert [row.id for row in rows.values() if row.is_crossover and row.has_two_arms] == [
        "pickering__01",
        "pickering__02",
        "carr__05",
        "eide_phn__01",
    ]
    assert rows["rems__01"].is_per_session
    assert not rows["rems__01"].counts_patients
    assert rows["rems__04"].counts_patients
    assert rows["corkery__01"].is_numerator_only
    assert rows["spravato_trd__01"].counts_printed
    assert not rows["lumanauw__02"].counts_printed


def test_a_profile_knows_what_is_general_knowledge() -> None:
    profile = effect_profiles()["dissociation"]
    synthesis = {name for name in EffectProfile.model_fields if profile.is_synthesis(name)}
    assert synthesis == {
        "definition",
        "mechanism",
        "seriousness",
        "managed_by_supervising_team",
        "red_flag_seek_help",
    }
    with pytest.raises(KeyError, match="onsett"):
        profile.is_synthesis("onsett")


def test_reading_the_evidence_is_quick_to_import() -> None:
    code = (
        "import sys; from ketalab.evidence import fact; fact('side_effects/okapi__01:treatment');"
        "sys.exit(any(name in sys.modules for name in ('statsmodels', 'pandas', 'numpy')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
