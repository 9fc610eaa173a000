"""A case in words and numbers: nothing is drawn or computed that was not counted."""

from __future__ import annotations

import math
import re
from urllib.parse import urlsplit

import pytest

from ketalab.evidence import directness_of, effect_profiles, references, side_effects
from ketalab.evidence.certainty import badge, grade, level
from ketalab.evidence.graded import certainty_of
from ketalab.evidence.side_effect import Arm
from ketalab.explorers.side_effect_case import NOT_REVIEWED, Case, cases, drawable_share

CASES = {case.row.id: case for case in cases()}


def every_case(check):
    """One test of all cases: a test for each would take longer to collect than to run."""

    def test():
        wrong = {}
        for name, case in CASES.items():
            try:
                check(case)
            except AssertionError as error:
                wrong[name] = str(error)
        assert not wrong

    test.__doc__ = check.__doc__
    return test


def wilson(events: int, n: int) -> tuple[float, float]:
    """Wilson's interval, written down a second time."""
    z = 1.959963984540054
    share, spread = events / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return middle - half, middle + half


def newcombe(treated: Arm, control: Arm) -> tuple[float, float, float]:
    """Newcombe's interval of a difference, from two of Wilson's."""
    p1, p2 = treated.events / treated.n, control.events / control.n
    (l1, u1), (l2, u2) = wilson(treated.events, treated.n), wilson(control.events, control.n)
    low = p1 - p2 - math.hypot(p1 - l1, u2 - p2)
    return p1 - p2, low, p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def terms(case: Case) -> dict[str, list[dict]]:
    found = {}
    for row in (*case.details(), *case.profile_details()):
        found.setdefault(row["term"], []).append(row)
    return found


# --- Readings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "reading"),
    [
        (
            "spravato_trd__04",  # two arms, interval with zero
            "The interval includes zero: this effect does not stand out here.",
        ),
        (
            "ketect__12",  # two arms, rarer with the drug
            "58.0 fewer of 100 (95% CI 44.6 to 68.1). Number needed to benefit 2 (95% CI 2 to 3): "
            "one fewer affected for every 2 treated.",
        ),
        (
            "sustain2__02",  # one arm
            "Dissociation: 221 of 802 (27.6%) people. No control arm: how many would have had it "
            "anyway is not known. Indirect",
        ),
        (
            "carr__01",  # a control arm without its count
            "Dysgeusia: 4 of 20 (20%) people. There was a control arm, but its count is not known: "
            "no comparison can be made. Direct",
        ),
        (
            "rems__01",  # sessions: the unit is said once
            "Sedation: 515,716 of 1,486,213 treatment sessions (34.7%). No control arm",
        ),
        (
            "corkery__01",  # a numerator
            "283 deaths counted, and no denominator: a number of cases, not a risk.",
        ),
        (
            "nma__02",  # published
            "Dizziness: risk ratio: 3.66 (CI 1.25 to 10.74); 11 more of 100 (CI 1 to 40), as "
            "published. Counts were not given. Direct",
        ),
        (
            "sigtermans__01",  # percentages of both arms
            "76% as printed, against 18% with placebo infusion. The counts are not known. Direct",
        ),
        (
            "ketalar__01",  # a percentage of one arm
            "12% as printed. The counts are not known. No control arm",
        ),
        (
            "winstock__04",  # events without a denominator
            "8 (printed as 3.8%, denominator not printed). No control arm",
        ),
        (
            "podcast__02",  # nothing
            "Hallucination: No count was published, so there is nothing to draw. The note says "
            "what is known. Indirect",
        ),
    ],
)
def test_every_kind_of_reading(row, reading):
    assert reading in CASES[row].reading()


@every_case
def test_reading_and_details_say_how_direct_the_evidence_is(case):
    kind, reason = directness_of(case.row)
    assert case.reading().endswith(
        f" {kind.capitalize()} evidence for chronic pain ({case.population.name}). "
        f"Verified: {badge(case.row.verified)}. "
        f"Certainty (GRADE): {grade(certainty_of(case.row))}."
    )
    (detail,) = terms(case)["For chronic pain"]
    assert detail["text"] == f"{kind} evidence. {reason}"


@every_case
def test_a_reading_is_clean_prose(case):
    reading = case.reading()
    assert not re.search(r"None|nan|  |\.\.|\bperson\b", reading)
    assert not re.search(r"\b(\w+ \w+)\W+\1\b", reading.partition("evidence for")[0].lower())


# --- Nothing is made up --------------------------------------------------------------------------


@every_case
def test_without_a_control_count_nothing_is_compared(case):
    row, line = case.row, case.ranked()
    if row.has_two_arms:
        assert case.risk is not None
        return
    assert case.risk is None
    assert line["difference"] == "–"
    assert line["stands_out"] is False
    assert "Number needed" not in case.reading() or row.published
    if row.control is None:
        assert [arm["arm"] for arm in case.arms()] in ([], ["treated"])
        assert line["control"] == ("none" if row.comparator is None else "not given")
    if row.published is None:
        assert (line["ratio"], line["needed"]) == ("–", "–")
    if row.comparator is not None:
        # A share alone would lie on the axis of differences.
        assert line["estimate"] is None


def test_a_published_number_stands_in_its_own_column():
    hardy = CASES["hardy__02"].ranked()
    assert hardy["needed"] == "number needed to harm, toxicity-related withdrawal: 6 (CI 4 to 13)"
    assert hardy["ratio"] == "–"
    assert CASES["cochrane25__01"].ranked()["ratio"] == "risk ratio: 3.26 (CI 1.05 to 10.09)"


@every_case
def test_arrays_show_the_share_of_the_counts(case):
    for arm in case.arms():
        counts = case.row.treatment if arm["arm"] == "treated" else case.row.control
        share = 100 * counts.events / counts.n if counts.counted else counts.pct
        assert arm["per_hundred"] == round(share)
        assert isinstance(arm["per_hundred"], int)
        assert arm["place"] == (0 if arm["arm"] == "treated" else 1)


@pytest.mark.parametrize("row", ["sigtermans__01", "podcast__01", "marchetti__02"])
def test_a_percentage_that_is_no_share_of_its_denominator_is_not_drawn(row):
    case = CASES[row]
    assert case.row.treatment.pct is not None
    assert list(case.arms()) == []
    assert [
        caption["picture"] for caption in (case.people_caption(), case.ranking_caption()) if caption
    ] in ([], ["ranking"])
    line = case.ranked()
    assert (line["estimate"], line["low"], line["high"]) == (None, None, None)


@pytest.mark.parametrize(
    ("arm", "share"),
    [
        (None, None),
        (Arm(events=None, n=None, pct=None), None),
        (Arm(events=3, n=None, pct=None), None),
        (Arm(events=None, n=30, pct=None), None),
        (Arm(events=3, n=6, pct=49.0), 0.5),
        (Arm(events=None, n=None, pct=12.0), 0.12),
        (Arm(events=None, n=40, pct=12.5), 0.125),
        (Arm(events=None, n=55, pct=50.0), None),
        (Arm(events=None, n=3, pct=33.3), 0.333),
        (Arm(events=None, n=3, pct=33.0), 0.33),
        (Arm(events=None, n=3, pct=34.0), None),
        (Arm(events=None, n=10, pct=0.0), 0.0),
    ],
)
def test_what_may_be_drawn(arm, share):
    assert drawable_share(arm) == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("events", "n", "heading"),
    [
        (0, 1034, "Treated: 0 of 100"),
        (2, 868_000, "Treated: fewer than 1 of 100"),
        (1, 101, "Treated: 1 of 100"),
        (600_000, 1_486_213, "Treated: 40 of 100"),
        (999, 1000, "Treated: more than 99 of 100"),
        (8, 8, "Treated: 100 of 100"),
    ],
)
def test_very_small_and_very_large_shares(events, n, heading):
    row = CASES["tankha__01"].row
    arm = Arm(events=events, n=n, pct=None)
    (drawn,) = Case(row.model_copy(update={"treatment": arm}), "tankha").arms()
    assert drawn["heading"] == heading


# --- Numbers -------------------------------------------------------------------------------------


@every_case
def test_a_number_needed_only_where_the_interval_excludes_zero(case):
    if not case.row.has_two_arms:
        return
    line = case.ranked()
    difference, low, high = newcombe(case.row.treatment, case.row.control)
    assert line["estimate"] == pytest.approx(100 * difference, abs=1e-9)
    assert line["low"] == pytest.approx(100 * low, abs=1e-6)
    assert line["high"] == pytest.approx(100 * high, abs=1e-6)
    excludes = low > 0 or high < 0
    assert line["stands_out"] is excludes
    assert ("Number needed" in case.reading()) is excludes
    if not excludes:
        assert line["needed"] == "not given: the interval includes zero"
        return
    needed = math.ceil(round(1 / abs(difference), 9))
    word = "harm" if difference > 0 else "benefit"
    assert re.fullmatch(rf"{needed} \(\d+ to \d+\) to {word}", line["needed"])
    assert f"Number needed to {word} {needed} " in case.reading()


@every_case
def test_a_single_arm_has_the_interval_of_its_share(case):
    row, line = case.row, case.ranked()
    if row.comparator is None and row.treatment and row.treatment.counted:
        low, high = wilson(row.treatment.events, row.treatment.n)
        assert line["estimate"] == pytest.approx(100 * row.treatment.events / row.treatment.n)
        assert (line["low"], line["high"]) == pytest.approx((100 * low, 100 * high), abs=1e-9)


@every_case
def test_counts_stand_as_printed(case):
    line = case.ranked()
    for field, arm in (("treated", case.row.treatment), ("control", case.row.control)):
        if arm and arm.counted:
            assert line[field].startswith(f"{arm.events:,} of {arm.n:,}")
            if case.risk:
                assert line[field] in case.reading()


# --- Details -------------------------------------------------------------------------------------


@every_case
def test_details_name_people_regimen_comparison_counts_level_and_source(case):
    row, said = case.row, terms(case)
    reference = references()[row.source]
    assert row.population in said["Who was studied"][0]["text"]
    assert said["Regimen studied"][0]["text"] == row.regimen
    assert said["Kind of comparison"][0]["text"] == case.comparator_kind
    basis = said["Counts"][0]["text"]
    assert basis == {
        "reported": "printed in the source",
        "computed from % and N": "computed from a printed percentage and denominator",
    }.get(row.counts_basis, row.counts_basis)
    assert said["Verified on"][0]["text"] == level(row.verified)
    printed = {"cochrane25__01": "low", "nma__01": "very low", "nma__02": "low", "nma__03": "low"}
    certainty = printed.get(row.id, "not graded")
    assert said["Certainty (GRADE)"][0]["text"] == grade(certainty)
    (source,) = said["Source"]
    assert (source["link_text"], source["text"]) == (reference.label, reference.citation)
    address = row.url or next((url for _, url in reference.links), None)
    assert source.get("link") == address


@every_case
def test_every_link_can_be_followed(case):
    for row in (*case.details(), *case.profile_details()):
        if "link" in row:
            address = urlsplit(row["link"])
            assert address.scheme in ("http", "https")
            assert "." in address.netloc
            assert " " not in row["link"]


@every_case
def test_cautions_where_they_belong(case):
    row = case.row
    cautions = " ".join(detail["text"] for detail in terms(case).get("Caution", []))
    assert ("same people stand in both arms" in cautions.lower()) is bool(
        case.risk and row.is_crossover
    )
    assert ("Sessions were counted, not people" in cautions) is row.is_per_session
    others = [
        other
        for other in side_effects().values()
        if row.overlap_group and other.overlap_group == row.overlap_group and other.id != row.id
    ]
    expected = f"stand behind {len(others)} other rows of this table. They are never added up."
    assert (expected in cautions) is bool(others)


@every_case
def test_what_no_source_vouches_for_is_marked(case):
    profile = effect_profiles()[case.row.effect_group]
    said = {row["term"]: row for row in case.profile_details()}
    fields = {
        "Onset": "onset",
        "Duration": "duration",
        "Relation to dose": "dose_relation",
        "Seriousness": "seriousness",
        "What clinicians monitor": "clinicians_monitor",
        "Warning signs": "red_flag_seek_help",
    }
    for term, field in fields.items():
        if getattr(profile, field) == "-":
            assert term not in said
            continue
        assert said[term]["text"] == getattr(profile, field)
        assert said[term].get("mark") == (NOT_REVIEWED if profile.is_synthesis(field) else None)
    verdict = next(iter(said.values()))
    assert "mild, short-lived?" in verdict["term"]
    assert f" {profile.claim_mild_and_short_lived}. " in verdict["text"]
    assert verdict["text"].endswith(profile.claim_comment)


def test_some_profile_fields_are_marked_and_some_are_not():
    marks = {"mark" in row for case in cases() for row in case.profile_details()}
    assert marks == {True, False}
