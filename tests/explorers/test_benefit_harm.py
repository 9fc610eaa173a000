"""Benefit beside harm: the same trial, the same dose, counted, and never subtracted."""

from __future__ import annotations

import math
import re

import pytest
from traitlets import TraitError

from ketalab.evidence import library, side_effects
from ketalab.explorers import BenefitHarmExplorer
from ketalab.explorers.benefit_harm_case import pairs
from tests.explorers.drawn import marks

PAIRS = {(p.trial, p.benefit_name, p.harm.effect): p for p in pairs()}


def newcombe(x1, n1, x2, n2):
    """Newcombe's interval of a difference of 100, written down a second time."""

    def wilson(x, n):
        z = 1.959963984540054
        p, s = x / n, z * z / n
        half = z / (1 + s) * math.sqrt(p * (1 - p) / n + s / (4 * n))
        return (p + s / 2) / (1 + s) - half, (p + s / 2) / (1 + s) + half

    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    low = p1 - p2 - math.hypot(p1 - l1, u2 - p2)
    return [100 * v for v in (p1 - p2, low, p1 - p2 + math.hypot(u1 - p1, p2 - l2))]


def test_it_opens_on_direct_evidence_with_both_counted():
    explorer = BenefitHarmExplorer()
    assert explorer.reading.startswith(
        "Benefit (all who were allocated: fall of at least 20 mm on a 100-mm scale, 60 minutes): "
        "25 of 35 (71%) against 13 of 35 (37%): 34.3 more of 100 (95% CI 10.9 to 52.9)"
    )
    assert "3 of 35 (8.6%) against 0 of 35" in explorer.reading
    assert "Direct evidence for chronic pain" in explorer.reading
    assert [c["picture"] for c in explorer.captions()] == ["people", "differences"]


def test_every_pair_is_one_setting_and_no_other_exists():
    assert len(PAIRS) == len(pairs()) == len(BenefitHarmExplorer.combinations())
    assert {p.benefit.record for p in pairs()} == {
        "lumanauw2019",
        "hardy2012",
        "carr2004",
        "daly2019",
        "ekstrand2022",
    }
    # A trial with harms but without a counted benefit, and the other way round.
    assert not {"pickering2020", "noppers2011fm"} & {p.benefit.record for p in pairs()}


def test_benefit_and_harm_come_from_one_trial_one_dose_one_comparator():
    for pair in pairs():
        study = library().table(pair.benefit.table)[pair.benefit.record]
        assert pair.harm.source == study.source_key
        dose = re.search(r"[\d.]+ mg/kg", pair.benefit.drug or "")
        if dose:
            assert f" {dose[0]} " in f" {pair.harm.regimen} "


def test_every_two_armed_harm_of_these_trials_is_offered():
    sources = {p.harm.source for p in pairs()}
    expected = {r.id for r in side_effects().values() if r.source in sources and r.has_two_arms}
    assert expected <= {p.harm.id for p in pairs()}


def test_differences_are_those_of_the_counts():
    for pair in pairs():
        drawn = {row["part"]: row for row in pair.differences()}
        sides = {"Benefit": pair.benefit_counts, "Harm": (pair.harm.treatment, pair.harm.control)}
        for part, arms in sides.items():
            if not all(arm and arm.counted for arm in arms):
                continue
            counts = [v for arm in arms for v in (arm.events, arm.n)]
            row = drawn[part]
            expected = newcombe(*counts)
            assert [row["estimate"], row["low"], row["high"]] == pytest.approx(expected, abs=0.006)
            assert row["stands_out"] == (expected[1] > 0 or expected[2] < 0)


def test_a_number_needed_only_where_the_interval_excludes_zero():
    for pair in pairs():
        for risk, words in (
            (pair.benefit_risk, pair.benefit_words()),
            (pair.harm_risk, pair.harm_words()),
        ):
            if risk:
                low, high = risk.risk_difference_interval
                assert ("number needed" in words) == (low > 0 or high < 0)


def test_denominators_are_worked_out_only_where_one_number_fits():
    remitters = next(p for p in pairs() if p.benefit.id == "daly2019__remitters_relapse")
    assert [(a.events, a.n) for a in remitters.benefit_counts] == [(24, 90), (39, 86)]
    ect = next(p for p in pairs() if p.benefit.record == "ekstrand2022")
    assert ect.benefit_risk is None
    assert "Only percentages were printed" in ect.reading()
    assert "Benefit" not in {row["part"] for row in ect.differences()}


def test_a_published_number_needed_is_not_turned_into_arms():
    explorer = BenefitHarmExplorer(trial="hardy2012")
    assert "number needed to harm, 6 (95% CI 4 to 13)" in explorer.reading
    assert "17 more of 100 (95% CI 8 to 25)" in explorer.reading
    *_, treated, control = explorer.case().drawn["fields"]
    assert "17 more of 100" in treated["heading"]
    assert control["per_hundred"] is None


def test_benefit_and_harm_stand_in_one_picture():
    for case in BenefitHarmExplorer.known().values():
        headings = [field["heading"] for field in case.drawn["fields"]]
        assert [text.split(" · ")[0] for text in headings] == ["Benefit"] * 2 + ["Harm"] * 2
        assert all(text in case.captions[0]["alt"] for text in headings)


def test_it_says_what_must_not_be_done_and_gives_no_verdict():
    for case in BenefitHarmExplorer.known().values():
        assert "One is not subtracted from the other" in case.reading
        assert case.details[0]["term"] == "Not to be done"
        assert re.search(r"(Indirect|[Dd]irect) evidence for chronic pain", case.reading)
        assert "Certainty (GRADE)" in case.reading
        assert not re.search(r"\bsafe\b|net benefit|outweigh|worth it", str(case))
        assert len({caption["alt"] for caption in case.captions}) == len(case.captions)


def test_out_of_range_names_control_and_range():
    with pytest.raises(TraitError, match=r"BenefitHarmExplorer\.trial: 'sigtermans2009'.*hardy"):
        BenefitHarmExplorer(trial="sigtermans2009")


def test_no_circles_stand_for_people_that_nobody_counted():
    some = next(
        setting
        for setting, case in BenefitHarmExplorer.known().items()
        if any(field["per_hundred"] is None for field in case.drawn["fields"])
    )
    assert marks(BenefitHarmExplorer, some, "people").startswith("symbol 300 ")
