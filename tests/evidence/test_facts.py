"""A key becomes words, or an error that names the key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ketalab.evidence import FactError, effect_profiles, fact, references, side_effects
from ketalab.evidence.library import TABLES, library
from ketalab.evidence.printable import why_withheld
from ketalab.evidence.tables import Record


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


# --- Every table ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "source"),
    [
        ("claims/3:verdict", "overstated", "ferraro2025"),
        ("trials/sigtermans2009:n_randomised", "60", "sigtermans2009"),
        ("trials/sigtermans2009:derived.week1_difference", "−2.77", "sigtermans2009"),
        ("trials/noppers2011fm:result.responders_over_50pct[3].ketamine", "2/12", "noppers2011fm"),
        ("trials/sigtermans2009:arms.S(+)-ketamine", "30", "sigtermans2009"),
        ("context_studies/kiefer2008:n", "4", "kiefer2008"),
        ("reviews/michelet2018:pooled[2].effect", "MD -1.12", "michelet2018"),
        ("mechanism_reviews/windup2000:type", "narrative review (pain mechanism)", "windup2000"),
        ("disagreements/crps:views[0]", "cohen2018: grade B, relief up to 12 weeks", "cohen2018"),
        ("guidelines/cohen2018:grades_by_condition[0].grade", "B", "cohen2018"),
        ("epidemiology/finnerup2015:values.nnt.snri", "6.4 (5.2-8.4)", "finnerup2015"),
        ("depression/zarate2006:result.one_week", "35%", "zarate2006"),
        ("depression_mechanisms/li2011:species", "rat, 21 days of unpredictable stress", "li2011"),
        ("opioid_sparing/nielsen2019:n", "147", "nielsen2019"),
        ("contraindications/not_fasted:reason", "Vomiting and aspiration", "ketalar_uspi_2024"),
        ("interactions/clarithromycin_oral_s_ketamine:auc_change", "x2.6", "hagelberg2010"),
        ("routes/rectal:route", "rectal", None),
        ("references/sigtermans2009:label", "Sigtermans 2009", "sigtermans2009"),
    ],
)
def test_each_table_has_facts(key: str, text: str, source: str | None) -> None:
    found = fact(key)
    assert found.text == text
    assert source in (None, found.source_key)


def test_a_fact_names_all_its_sources() -> None:
    found = fact("claims/12:verdict")
    # A claim rests on sources, and on records, whose sources are meant.
    assert found.source_keys == ("cohen2018", "asa2023", "fda2023", "anzca2021", "nct04220489")
    assert (found.verified, found.caveats) == (None, ("our own reading of these sources",))
    profile = effect_profiles()["dissociation"]
    assert fact("effect_profiles/dissociation:onset").source_keys == profile.sources


def test_marks_travel_with_the_fact() -> None:
    derived = fact("trials/sigtermans2009:derived.week1_difference")
    assert (derived.value, derived.caveats) == (-2.77, ("our own arithmetic",))
    # Of this trial these figures alone were read second-hand.
    assert fact("depression/jelovac2025:result.response").verified == "secondary"
    assert fact("depression/jelovac2025:result.madrs").verified == "primary-abstract"
    severity = fact("interactions/clarithromycin_oral_s_ketamine:severity")
    assert (severity.source_keys, severity.verified) == ((), None)
    assert severity.caveats == ("not yet reviewed by a clinician",)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("noppers2011fm__min15", "8 of 12 against 3 of 12"),
        ("gravennielsen2000__responders", "17 of 29"),
        ("zarate2006__next_day", "71% against 0%"),
        ("daly2019__remitters_relapse", "24 (26.7%) against 39 (45.3%)"),
        ("zhao2018__relief_immediately", "69% (CI 53% to 84%)"),
        ("jackson2015__general_adults", "33% (95% CI 26% to 40%)"),
        ("orhurhu2019__pain_48h_to_2_weeks", "1.83 points lower of 10 (CI 1.31 to 2.35)"),
        (
            "michelet2018__pain_week4",
            "1.12 points lower of 10 (CI 2.33 lower to 0.09 higher)",
        ),
        (
            "ferraro2025__pain_immediate",
            "15.79 points lower of 100 (scale assumed) (CI 32.09 lower to 0.51 higher)",
        ),
        ("hardy2012__difference", "4 more of 100 (95% CI 10 fewer to 18 more)"),
        ("mcmaster2024nma__dizziness_difference", "11 more of 100 (CI 1 to 40)"),
        ("nielsen2017__morphine_difference", "42 mg morphine (24 h) lower (CI 25 to 59)"),
        # Which direction is better is the source's choice: the sign stands as printed.
        ("dean2021__score", "standardised mean difference −0.49 (CI −0.87 to −0.10)"),
        ("corriger2022__effect_size", "effect size 0.61 (95% CI 0.4 to 0.8)"),
        (
            "sigtermans2009__week1",
            "2.68 ± 0.51 against 5.45 ± 0.48 of 10 (the source does not say what ± stands for)",
        ),
        ("pickering2020__auc_v_placebo", "185 (SD 100) against 187 (SD 90) pain score-days"),
        ("murrough2013__madrs_24h", "−16.5 against −8.8 MADRS points"),
        ("max1995__relief_v_placebo", "65% against 22% relief"),
        ("ferraro2025__adverse_events", "RR 3.26 (CI 1.05 to 10.09)"),
        ("newport2015__response_24h", "OR 9.87 (95% CI 4.37 to 22.29)"),
        ("hardy2012__nnt", "NNT 25 (95% CI 6 to infinity)"),
        ("hardy2012__nnh", "NNH 6 (95% CI 4 to 13)"),
        ("clarithromycin_oral_s_ketamine__auc", "AUC 2.6 times as large"),
        ("rifampicin_oral_s_ketamine__auc", "AUC 86% lower"),
        ("intranasal_racemic__bioavailability_cancer_pain", "11 to 17%"),
        ("rikard2023__people_chronic_pain", "51.6 million adults"),
    ],
)
def test_results_in_words(key: str, text: str) -> None:
    assert fact(f"results/{key}").text == text


def test_every_result_has_words_and_a_source() -> None:
    results = library().table("results")
    assert len(results) > 250
    for name, result in results.items():
        found = fact(f"results/{name}")
        assert found.source_keys
        assert found.verified is not None
        assert found.certainty == result.certainty
        assert ("our own arithmetic" in found.caveats) == result.derived
        # No sign but a minus, no rounding artefact, no name of Python's.
        assert not any(sign in found.text for sign in ("None", "nan", "000000", " -", "(-"))
        # The level of an interval is said only where the source printed it.
        assert ("% CI" in found.text) <= (
            result.interval_level is not None or getattr(result, "spread_label", "") == "95% CI"
        )


def test_a_part_of_a_result() -> None:
    assert fact("results/noppers2011fm__min15:treatment.events").value == 8
    assert fact("results/michelet2018__pain_week4:low").value == -2.33
    assert fact("results/michelet2018__pain_week4:certainty").text == "very low"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("trials/sigtermans2010:result.nadir", "no record 'sigtermans2010'; did you mean 'sig"),
        ("trials/sigtermans2009:result.nadr", "no field 'nadr'; did you mean 'nadir'?"),
        ("trials/sigtermans2009:reslt.nadir", "no field 'reslt'; did you mean 'result' or"),
        ("trials/sigtermans2009:result", "expected one value, got a group; add one of: overall,"),
        ("trials/sigtermans2009:adverse_events", "a list of 1: add [0] to [0]"),
        ("trials/sigtermans2009:adverse_events[1].event", "no entry [1]; the list has 1"),
        ("trials/sigtermans2009:design[0]", "[0] stands where there is no list"),
        ("trials/sigtermans2009:result..nadir", "expected a path such as result.overall"),
        ("trials/schwartzman2009:n_randomised", "the field is empty"),
        ("trials/sigtermans2009", "expected a key of the form table/record:field"),
        ("results/noppers2011fm__min16", "no record 'noppers2011fm__min16'; did you mean 'nop"),
        ("routes/nasal:onset", "no record 'nasal'; known: intravenous_bolus, "),
        ("references/sigtermans2009:title", "no field 'title'; known: label, citation"),
        ("references/noppers2011fm:doi_unverified", "not for students, because the DOI was not"),
        ("trials/gewandter2014:memory_only_fields[0]", "not for students, because it rests on me"),
        ("reviews/orhurhu2019:memory_only_fields[0]", "not for students, because it rests on mem"),
        ("reviews/ferraro2025:verification_note", "not for students, because it tells how a sour"),
        ("opioid_sparing/brinck2018:note", "not for students, because it tells how a source was"),
        ("side_effects/spravato_trd__18:note", "not for students, because it tells how a source"),
        ("trials/sigtermans2009:journal", "not for students, because the bibliography holds it"),
        ("trials/sigtermans2009:verified", "not for students, because it is a mark of the record"),
    ],
)
def test_a_key_that_may_not_be_printed_or_names_nothing(key: str, message: str) -> None:
    with pytest.raises(FactError) as error:
        fact(key)
    assert str(error.value).startswith(f"{key}: {message}")


def paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every text and number of a record, with its path."""
    if isinstance(value, Record):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from paths(part, f"{path}.{name}" if path else name)
    elif isinstance(value, tuple | list):
        for index, part in enumerate(value):
            yield from paths(part, f"{path}[{index}]")
    elif value is not None and not isinstance(value, bool):
        yield path, value


def test_whatever_may_be_printed_can_be_and_the_rest_cannot() -> None:
    """Each text of each table: either words with a source, or a refusal that says why."""
    printed = refused = 0
    for table in TABLES:
        for name, record in library().table(table).items():
            for path, value in paths(record):
                key = f"{table}/{name}:{path}"
                if re.search(r"\s", path):
                    continue
                try:
                    found = fact(key)
                except FactError:
                    refused += 1
                    continue
                printed += 1
                assert why_withheld(path, str(value)) is None
                assert found.source_keys or "not yet reviewed by a clinician" in found.caveats
                assert "from memory" not in found.text
    assert printed > 4000
    assert refused > 1000


def test_no_number_from_memory_stands_anywhere_else() -> None:
    """A number that is only remembered must not slip out through another field of its source."""
    remembered: dict[str, set[str]] = {}
    for table in TABLES:
        for record in library().table(table).values():
            for text in getattr(record, "memory_only_fields", ()):
                numbers = set(re.findall(r"\d+\.\d+", text))
                remembered.setdefault(getattr(record, "source_key", ""), set()).update(numbers)
    assert {"51.3", "2.43"} <= remembered["orhurhu2019"]
    # Printed as a range in the report that was read; only which drug has which is remembered.
    remembered["soliman2025"] -= {"4.6", "8.9"}
    for table in TABLES:
        for name, record in library().table(table).items():
            for path, value in paths(record):
                try:
                    found = fact(f"{table}/{name}:{path}")
                except FactError:
                    continue
                # A claim or a disagreement names its sources in general; others have one.
                if len(found.source_keys) == 1 and isinstance(value, str):
                    known = remembered.get(found.source_keys[0], set())
                    assert not known & set(re.findall(r"\d+\.\d+", found.text)), (name, path)
