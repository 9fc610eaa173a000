"""A key becomes words, or an error that names the key."""

from __future__ import annotations

import pytest

from ketalab.evidence import FactError, effect_profiles, fact, references, side_effects


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("spravato_trd__01:treatment", "142 of 346 (41%)"),
        ("spravato_trd__01:control", "21 of 222 (9.5%)"),
        ("spravato_trd__12:control", "0 of 222 (0%)"),
        ("tankha__01:treatment", "0 of 1,034 (0%)"),
        ("rems__01:treatment", "515,716 of 1,486,213 treatment sessions (34.7%)"),
        ("esk_resp__01:treatment", "40 of 868,000 treatment sessions (0.0046%)"),
        ("marchetti__01:treatment", "8 of 55 treatment cases (14.5%)"),
        ("marchetti__02:treatment", "50% of treatment cases (no count printed)"),
        ("sigtermans__01:treatment", "76% (no count printed)"),
        ("podcast__01:treatment", "19.45% (no count printed)"),
        ("hardy__01:treatment", "count not printed (93 patients)"),
        ("corkery__01:treatment", "283 deaths (denominator not printed)"),
        ("winstock__04:treatment", "8 (printed as 3.8%, denominator not printed)"),
        ("spravato_trd__01:risk_difference", "31.6 more of 100 (95% CI 24.8 to 37.7)"),
        ("ketect__12:risk_difference", "58.0 fewer of 100 (95% CI 44.6 to 68.1)"),
        (
            "aspire_pool__04:risk_difference",
            "0.2 fewer of 100 (95% CI 7.6 fewer to 7.2 more)",
        ),
        ("carr__05:risk_difference", "0.0 of 100 (95% CI 16.1 fewer to 16.1 more)"),
        ("spravato_trd__01:risk_ratio", "4.34 (95% CI 2.83 to 6.64)"),
        ("spravato_trd__01:number_needed_to_harm", "4 (95% CI 3 to 5)"),
        ("cochrane25__01:published", "risk ratio: 3.26 (CI 1.05 to 10.09)"),
        (
            "nma__01:published",
            "risk ratio: 3.97 (CI 2.18 to 7.22); 12 more of 100 (CI 5 to 25)",
        ),
        ("spravato_trd__01:effect", "Dissociation"),
        ("spravato_trd__01:time_frame", "4 weeks"),
    ],
)
def test_words(key: str, text: str) -> None:
    assert fact(f"side_effects/{key}").text == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("spravato_trd__01:treatment.events", 142, "142"),
        ("tankha__01:treatment.n", 1034, "1,034"),
        ("spravato_trd__01:treatment.pct", 41.0, "41"),
        ("spravato_trd__01:control.pct", 9.5, "9.5"),
        ("spravato_trd__01:risk_difference.per_100", 31.5810, "31.58"),
        ("spravato_trd__01:risk_difference.low_per_100", 24.7661, "24.77"),
        ("spravato_trd__01:risk_difference.high_per_100", 37.7270, "37.73"),
        ("spravato_trd__01:risk_ratio.value", 4.3386, "4.339"),
        ("spravato_trd__01:number_needed_to_harm.value", 3.1665, "3.166"),
        ("hardy__02:published.value", 6, "6"),
    ],
)
def test_a_part_is_a_bare_number(key: str, value: float, text: str) -> None:
    found = fact(f"side_effects/{key}")
    assert found.value == pytest.approx(value, abs=5e-5)
    assert found.text == text


def test_a_fact_knows_its_source() -> None:
    found = fact("side_effects/spravato_trd__01:treatment")
    assert (found.source_key, found.verified, found.value, found.caveats) == (
        "spravato_uspi",
        "label",
        None,
        (),
    )
    assert found.url == side_effects()["spravato_trd__01"].url
    # A row without an address of its own takes that of its source; some sources have none.
    for row in side_effects().values():
        found = fact(f"side_effects/{row.id}:effect")
        links = references()[row.source].links
        assert found.url == (row.url or (links[0][1] if links else None))


def test_caveats_stand_beside_the_words() -> None:
    assert fact("side_effects/rems__01:treatment").caveats == (
        "count computed from a printed percentage",
        "counts treatment sessions, not patients",
    )
    assert fact("side_effects/pickering__01:risk_difference").caveats == (
        "count computed from a printed percentage",
        "same people in both arms, so the interval is an approximation",
    )
    assert fact("side_effects/lumanauw__02:control").caveats == (
        "counts: reported; control zero inferred",
    )
    assert fact("side_effects/corkery__01:treatment").caveats == (
        "a count of deaths only, of which no rate can be made",
    )
    assert fact("side_effects/sigtermans__01:treatment").caveats == ()


def test_a_profile_speaks_with_its_first_source_or_with_none() -> None:
    profile = effect_profiles()["dissociation"]
    onset = fact("effect_profiles/dissociation:onset")
    assert (onset.text, onset.source_key) == (profile.onset, profile.sources[0])
    assert onset.caveats == ()
    mechanism = fact("effect_profiles/dissociation:mechanism")
    assert (mechanism.text, mechanism.source_key, mechanism.url) == (profile.mechanism, None, None)
    assert mechanism.caveats == ("not yet reviewed by a clinician",)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("spravato_trd__01", "expected a key of the form table/record:field"),
        ("side_effects/spravato_trd__01:treatment.", "expected a key of the form table/record:"),
        ("side_effect/a:b", "no table 'side_effect'; did you mean 'side_effects'?"),
        (
            "side_effects/spravato_trd_01:treatment",
            "no record 'spravato_trd_01'; did you mean 'spravato_trd__01' or ",
        ),
        ("side_effects/qqqq:treatment", "no record 'qqqq'; nothing comes near"),
        (
            "side_effects/spravato_trd__01:risk_diference",
            "no field 'risk_diference'; did you mean 'risk_difference'?",
        ),
        ("side_effects/spravato_trd__01:treatment.event", "no part 'event'; did you mean 'events'"),
        ("side_effects/spravato_trd__01:effect.x", "no field 'effect.x'; did you mean 'effect'"),
        ("side_effects/sigtermans__01:treatment.events", "no part 'events'; known: n, pct"),
        ("side_effects/spravato_trd__04:note", "the field 'note' is empty"),
        ("side_effects/okapi__01:control", "the source gives no control arm"),
        (
            "side_effects/okapi__01:risk_difference",
            "the source gives no counts in both arms, so nothing to compare",
        ),
        (
            "side_effects/spravato_trd__12:risk_ratio",
            "a risk ratio cannot be estimated from these counts",
        ),
        (
            "side_effects/aspire_pool__04:number_needed_to_harm",
            "no number needed to harm, because the interval of the risk difference includes zero",
        ),
        (
            "side_effects/ketect__12:number_needed_to_harm",
            "no number needed to harm, because the effect is rarer when treated",
        ),
        ("side_effects/okapi__01:published", "the row holds no published result"),
        ("effect_profiles/dissociation:onsett", "no field 'onsett'; did you mean 'onset'"),
        ("effect_profiles/dissociation:sources", "no field 'sources'; known: key, plain_name, "),
    ],
)
def test_a_key_that_names_nothing(key: str, message: str) -> None:
    with pytest.raises(FactError) as error:
        fact(key)
    assert isinstance(error.value, LookupError)
    assert str(error.value).startswith(f"{key}: {message}")
