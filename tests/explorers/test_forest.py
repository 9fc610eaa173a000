"""The forest explorer: what may be pooled is pooled right, and what may not never is."""

from __future__ import annotations

import math
import re

import pytest
from traitlets import TraitError

from ketalab.evidence.library import library
from ketalab.evidence.result import Difference, Responders
from ketalab.explorers import ForestExplorer, forest
from ketalab.explorers.forest_case import BESIDE, Pool, counted, mixture, pools

ALL = ForestExplorer.known()
Z = 1.959963984540054


def pooled_by_hand(trials):
    """Inverse variance and DerSimonian and Laird, written down a second time, in people of 100."""
    found = []
    for trial in trials:
        a, n = trial.result.treatment.events, trial.result.treatment.n
        c, m = trial.result.control.events, trial.result.control.n
        p, q = a / n, c / m
        found.append((100 * (p - q), 1e4 * (p * (1 - p) / n + q * (1 - q) / m)))
    w = [1 / v for _, v in found]
    mean = sum(x * y for x, (y, _) in zip(w, found, strict=True)) / sum(w)
    q = sum(x * (y - mean) ** 2 for x, (y, _) in zip(w, found, strict=True))
    c = sum(w) - sum(x * x for x in w) / sum(w)
    tau2 = max(0.0, (q - len(w) + 1) / c)
    w = [1 / (v + tau2) for _, v in found]
    mean = sum(x * y for x, (y, _) in zip(w, found, strict=True)) / sum(w)
    se = math.sqrt(1 / sum(w))
    return mean, mean - Z * se, mean + Z * se, q, [x / sum(w) for x in w]


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", text)]


def row(explorer, name):
    (found,) = [line for line in explorer.tabulate() if line["what"] == name]
    return found


def test_opens_on_trials_of_one_form_and_one_control():
    explorer = ForestExplorer()
    assert (explorer.kind, explorer.model) == ("pooled", "random")
    assert mixture(pools()[explorer.pool].trials).keys() <= {
        "kinds of pain",
        "definitions of response",
    }
    assert "Direct evidence for chronic pain." in explorer.reading
    assert "not graded by the source as read" in explorer.reading


def test_a_pool_that_mixes_has_a_prediction_interval_that_rules_nothing_out():
    assert "beyond what is possible" in ForestExplorer(pool="forms").reading


@pytest.mark.parametrize("pool", list(pools()))
def test_pooled_differences_equal_independent_arithmetic(pool):
    mean, low, high, q, weights = pooled_by_hand(pools()[pool].trials)
    explorer = ForestExplorer(pool=pool)
    shown = numbers(row(explorer, "Pooled, random effects")["effect"])
    assert shown == pytest.approx([mean, low, high], abs=0.05)
    assert numbers(row(explorer, "Heterogeneity")["effect"])[0] == pytest.approx(q, abs=0.005)
    for trial, weight in zip(pools()[pool].trials, weights, strict=True):
        assert row(explorer, trial.label)["weight"] == f"{weight:.0%}"


def test_leaving_one_out_pools_the_others():
    explorer = ForestExplorer(without="noppers2011fm")
    rest = [t for t in pools()["forms"].trials if t.result.record != "noppers2011fm"]
    mean, low, high, *_ = pooled_by_hand(rest)
    shown = numbers(row(explorer, "Pooled, random effects")["effect"])
    assert shown == pytest.approx([mean, low, high], abs=0.05)
    assert row(explorer, "Noppers 2011")["weight"] == "left out"
    # Two trials leave no room for a prediction.
    assert "A new trial of the kind" not in [line["what"] for line in explorer.tabulate()]


def test_prediction_interval_equals_independent_arithmetic():
    explorer = ForestExplorer(pool="wide_analysed")
    mean, low, high, q, _ = pooled_by_hand(pools()["wide_analysed"].trials)
    assert q < 3  # so that tau squared is zero and the spread is the standard error alone
    half = 4.302652729696142 * (high - low) / (2 * Z)  # Student's t, 2 degrees of freedom
    shown = numbers(row(explorer, "A new trial of the kind")["effect"])
    assert shown == pytest.approx([mean - half, mean + half], abs=0.05)


def test_a_ratio_is_never_made_from_an_empty_arm():
    explorer = ForestExplorer(measure="ratio")
    assert row(explorer, "Kvarnström 2004")["effect"] == "–"
    assert row(explorer, "Kvarnström 2004")["weight"] == "left out"
    assert "drops out" in explorer.reading
    # By hand: log ratios of 8/12 v 3/12 and 7/12 v 2/12.
    pairs = [(8, 12, 3, 12), (7, 12, 2, 12)]
    w = [1 / (1 / a - 1 / n + 1 / c - 1 / m) for a, n, c, m in pairs]
    logs = [math.log(a / n / (c / m)) for a, n, c, m in pairs]
    pooled = math.exp(sum(x * y for x, y in zip(w, logs, strict=True)) / sum(w))
    shown = numbers(row(explorer, "Pooled, random effects")["effect"])
    assert shown[0] == pytest.approx(pooled, abs=0.005)


def test_a_number_needed_stands_only_where_the_interval_excludes_zero():
    for setting, case in ALL.items():
        if "Number needed" in case.reading:
            (pooled,) = [line for line in case.table if line["what"].startswith("Pooled")]
            assert setting[2] == "difference"
            assert min(numbers(pooled["effect"])) > 0


# --- What must stay apart ------------------------------------------------------------------------


def test_people_are_never_counted_twice_in_a_pool():
    same = [counted("noppers2011fm__min15"), counted("noppers2011fm__week1")]
    with pytest.raises(ValueError, match="in this pool already"):
        Pool(tuple(same))
    # Two doses share one placebo arm; two comparisons share one ketamine arm.
    for one, other in (
        ("lumanauw2019__responders_higher_dose", "lumanauw2019__responders_lower_dose"),
        ("kvarnstrom2003__responders_v_placebo", "kvarnstrom2003__responders_v_lidocaine"),
    ):
        with pytest.raises(ValueError, match="in this pool already"):
            Pool((counted(one), counted(other)))


def test_trials_of_one_overlap_group_are_never_pooled(monkeypatch):
    from ketalab.explorers import forest_case

    class Overlapping:
        overlap_group = "one group"

    monkeypatch.setattr(forest_case, "provenance_of", lambda *_: Overlapping())
    with pytest.raises(ValueError, match="in this pool already"):
        Pool(pools()["alike"].trials)


def test_every_pool_is_of_one_session():
    for pool in pools().values():
        for trial in pool.trials:
            assert trial.result.time_days is not None
            assert trial.result.time_days < 1


def test_control_is_a_placebo_or_an_active_drug_but_never_both():
    for name, pool in pools().items():
        lidocaine = ["lidocaine" in trial.comparator for trial in pool.trials]
        assert all(lidocaine) if name == "lidocaine" else not any(lidocaine)


def test_what_is_mixed_is_said():
    assert "forms of the drug" in mixture(pools()["forms"].trials)
    assert "forms of the drug" not in mixture(pools()["alike"].trials)
    assert "2 forms of the drug" in ForestExplorer(pool="forms").reading
    assert "forms of the drug" not in ForestExplorer().reading
    assert "partly direct" in ForestExplorer(pool="wide_analysed").reading


def test_nothing_side_by_side_is_pooled():
    for setting, case in ALL.items():
        if setting[0] == "beside":
            assert "never pooled" in case.reading or "Not pooled" in case.reading
            assert {line["weight"] for line in case.table} == {"–"}
            assert not any(line["what"].startswith("Pooled") for line in case.table)
            drawn = [row for rows in case.drawn.values() for row in rows]
            assert {row["kind"] for row in drawn} == {"result"}


# --- Nothing is lost -----------------------------------------------------------------------------


def test_every_result_that_belongs_here_can_be_reached():
    shown = {trial.result.id for pool in pools().values() for trial in pool.trials}
    shown |= {name for _, _, names in BESIDE.values() for name in names}
    belongs = {
        result.id
        for result in library().results.values()
        if (
            result.table == "trials"
            and result.outcome == "pain"
            and isinstance(result, Responders)
            and result.control is not None
        )
        or (
            result.table == "reviews"
            and isinstance(result, Difference)
            and result.outcome in ("pain", "other")
            and result.drug != "bisphosphonates"
        )
    }
    assert shown == belongs


def test_a_scale_of_100_is_drawn_as_tenths_and_says_so():
    explorer = ForestExplorer(kind="beside", beside="hours")
    assert "drawn as tenths" in row(explorer, "Ferraro 2025")["effect"]
    (ferraro,) = [r for r in explorer.case().drawn["points"] if r["head"].startswith("Ferraro")]
    result = library().results["ferraro2025__pain_immediate"]
    assert ferraro["estimate"] == pytest.approx(result.estimate / 10, rel=1e-3)


def test_what_is_said_is_clean_prose():
    for case in ALL.values():
        for text in (case.reading, *(d["text"] for d in case.details)):
            assert not re.search(r"\bNone\b|\bnan\b|  |\.\.|excerpt|page read|\bsafe\b", text), text


def test_a_setting_that_does_not_exist_is_refused():
    for wrong in ({"pool": "everything"}, {"without": "hardy2012"}, {"kind": "all"}):
        with pytest.raises(TraitError, match="expected one of"):
            ForestExplorer(**wrong)
    with pytest.raises(TraitError, match="nothing has"):
        ForestExplorer(pool="alike", without="noppers2011fm")


def test_reviews_on_scales_of_10_and_of_100_are_put_in_one_order():
    name = "hours"
    results = [library().results[id] for id in BESIDE[name][2]]
    of_100 = next(r for r in results if r.scale.startswith("0-100"))
    smaller = [r.model_copy(update={"estimate": -3.0}) if r is of_100 else r for r in results]
    assert "From 3 points lower of 100" in forest._spread_words(name, smaller)
