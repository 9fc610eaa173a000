"""The audit of the claims: judge first, then compare; every claim and source can be reached."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from statsmodels.stats.proportion import proportion_confint
from traitlets import TraitError

from ketalab.evidence import library
from ketalab.evidence.claim import Verdict
from ketalab.explorers import ClaimAuditExplorer
from ketalab.explorers.claim_evidence import claims_on_table

VERDICTS = get_args(Verdict)
CLAIMS = library().claims


def flow(name):
    (found,) = (d for d in ClaimAuditExplorer.specification()["flow"] if d["name"] == name)
    return found["values"]


def test_it_opens_with_the_evidence_and_without_the_verdict():
    explorer = ClaimAuditExplorer()
    assert "Judge first" in explorer.reading
    assert "6 sources" in explorer.reading
    assert "You have judged 0 of 13" in explorer.reading
    assert [c["picture"] for c in explorer.captions()] == ["sources"]


def test_no_verdict_is_said_before_the_student_has_judged():
    for name, claim in CLAIMS.items():
        explorer = ClaimAuditExplorer(claim=name)
        row = explorer.tabulate()[claim.id - 1]
        assert (row["course"], row["agreed"]) == ("judge first", "–")
        assert claim.reason not in explorer.reading
        assert f"says {claim.verdict}" not in explorer.reading
        before = [d for d in flow("all_details") if d["claim"] == name and not d["after"]]
        assert {d["term"] for d in before} == {"Evidence"}
        assert len(before) == len(claim.keys)
        assert not any(claim.reason in d["text"] for d in before)


@pytest.mark.parametrize("name", CLAIMS)
def test_after_it_the_course_says_its_verdict_and_reason(name):
    claim = CLAIMS[name]
    for verdict in VERDICTS:
        explorer = ClaimAuditExplorer(**{"claim": name, f"verdict_{name}": verdict})
        agrees = verdict == claim.verdict
        assert f"the course says {claim.verdict}." in explorer.reading
        assert ("You agree." in explorer.reading) is agrees
        assert explorer.table["Agreed"][claim.id - 1] == ("yes" if agrees else "no")
    (said,) = (
        d for d in flow("all_details") if d["claim"] == name and d["term"] == "The course says"
    )
    assert said["after"]
    assert said["text"] == f"{claim.verdict}. {claim.reason}"
    assert said["mark"] == "not yet reviewed by a clinician"


def test_calibration_counts_agreement_at_each_level():
    judged = {"1": ("supported", 80), "2": ("supported", 80), "3": ("overstated", 40)}
    settings = {f"verdict_{n}": v for n, (v, _) in judged.items()}
    settings |= {f"confidence_{n}": c for n, (_, c) in judged.items()}
    explorer = ClaimAuditExplorer(claim="1", **settings)
    assert explorer.captions()[-1]["alt"].endswith("at 40% sure, 1 of 1; at 80% sure, 1 of 2.")
    assert "judged 3 of 13, on average 67% sure, and agree with the course on 2 (67%)" in (
        explorer.reading
    )
    assert "too few for more than a hint" in explorer.reading


def test_confidence_alone_is_no_judgement():
    explorer = ClaimAuditExplorer(confidence_5=100)
    assert "You have judged 0 of 13" in explorer.reading
    assert explorer.table["How sure"][4] == "–"


def test_intervals_are_wilsons():
    rows = {row["key"]: row for row in flow("all_shares")}
    assert len(rows) == 5 * 104
    for agreed, of in ((0, 1), (1, 1), (2, 3), (7, 13)):
        row = rows[f"80:{agreed}/{of}"]
        low, high = proportion_confint(agreed, of, method="wilson")
        assert (row["low"], row["high"]) == pytest.approx((100 * low, 100 * high), abs=0.06)


def test_every_source_of_every_claim_is_drawn_and_named():
    for on_table in claims_on_table():
        assert len(on_table.sources) == len(on_table.claim.keys) == len(on_table.strip())
        assert f"{len(on_table.sources)} sources" in on_table.summary()


def test_directness_is_told_apart():
    kinds = {
        (on.name, source.key): source.directness.partition(":")[0]
        for on in claims_on_table()
        for source in on.sources
    }
    assert kinds["5", "noppers2011fm"] == kinds["3", "orhurhu2019"] == "direct"
    assert kinds["6", "murrough2013"] == kinds["9", "li2010"] == "indirect"
    assert kinds["6", "balachandran2022"] == kinds["8", "nielsen2017"] == "partly direct"
    assert kinds["8", "brinck2018"] == kinds["11", "chan2022"] == "indirect"
    assert kinds["12", "cohen2018"] == "guidance"


def test_another_medicines_result_is_not_told_as_ketamines():
    five = claims_on_table()[4]
    assert "moderate" not in five.certainty()  # bisphosphonates, in the same review
    assert not any("2.21 points" in row["text"] for row in five.details())


def test_it_says_whose_judgement_a_verdict_is():
    for name in CLAIMS:
        text = " ".join(d["text"] for d in flow("all_details") if d["claim"] == name)
        assert "The course's own judgement" in text
        assert not re.search(r"from memory|must be checked|stored copy", text)


def test_out_of_range_names_control_and_range():
    with pytest.raises(TraitError, match=r"verdict_3: 'true'.*overstated"):
        ClaimAuditExplorer(verdict_3="true")
    with pytest.raises(TraitError, match=r"confidence_3: 50 .*20, 40, 60, 80, 100"):
        ClaimAuditExplorer(confidence_3=50)
    with pytest.raises(TraitError, match=r"claim: '14'"):
        ClaimAuditExplorer(claim="14")
