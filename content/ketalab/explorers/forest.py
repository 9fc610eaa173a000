"""The forest explorer: what trials say together, and how the answer depends on who adds them up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence.certainty import badge, grade, level
from ketalab.evidence.library import library
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import Difference, Responders, Result
from ketalab.evidence.result_wording import result_words
from ketalab.evidence.wording import risk_difference_words, risk_ratio_words
from ketalab.explorers.forest_case import (
    BESIDE,
    WHY_NOT_POOLED,
    Counted,
    Pool,
    certainty_in_full,
    certainty_words,
    counted,
    directness_words,
    mixture,
    pool_texts,
    pools,
    reference_of,
    review_details,
    trial_details,
)
from ketalab.explorers.interval_rows import interval_row, interval_rows
from ketalab.frontend import Choice, digest
from ketalab.frontend.case_explorer import Case, CaseExplorer
from ketalab.frontend.numerals import fixed
from ketalab.models.pooling import Pooled, Pooling
from ketalab.models.risk import NumberNeeded, RiskComparison

_NOBODY = "nobody"
_POOLED, _BESIDE = "pooled", "beside"
_DIFFERENCE, _RATIO = "difference", "ratio"
_RANDOM, _FIXED = "random", "fixed"
_MODELS = {_RANDOM: "random effects", _FIXED: "fixed effect"}
# Ends of the axes, wide enough for every interval but some prediction intervals.
_DOMAINS = {
    "difference": (-40.0, 100.0),
    "ratio": (0.1, 100.0),
    "points": (-3.5, 1.0),
    "standardised": (-4.5, 1.5),
}
_EMPTY = {"when": "", "treated": "", "control": "", "weight": "", "certainty": ""}
_Words = dict[str, str]


def _all_records() -> list[tuple[str, str]]:
    """The trials that some pool holds, each once."""
    trials = [trial for pool in pools().values() for trial in pool.trials]
    return list(dict.fromkeys((trial.result.record, trial.label) for trial in trials))


class ForestExplorer(CaseExplorer):
    """Choose which trials may be added up and how, or set reviews side by side.

    >>> explorer = ForestExplorer(kind="beside", beside="month")
    >>> [row["what"] for row in explorer.tabulate()][0]
    'Moradi 2024'
    """

    title = "What do the trials say together, and does it depend on who adds them up?"
    look_for = (
        "how few people stand behind the diamond. Then see what mixing another form and control "
        "does to the prediction interval, leave a trial out, and set the reviews side by side: "
        "they share trials, so nothing is added up there."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "what": "Trial or review",
        "when": "When",
        "treated": "Ketamine",
        "control": "Control",
        "effect": "Effect (interval)",
        "weight": "Weight",
        "certainty": "Certainty (GRADE)",
    }

    kind = Choice(
        "What stands in the picture",
        [(_POOLED, "Trials, pooled"), (_BESIDE, "Side by side, never pooled")],
    )
    pool = Choice(
        "Who may stand together?",
        pool_texts(),
        only_if=("kind", _POOLED),
    )
    measure = Choice(
        "Measure",
        [(_DIFFERENCE, "Difference, of 100 people"), (_RATIO, "Risk ratio (log axis)")],
        only_if=("kind", _POOLED),
    )
    model = Choice(
        "Model",
        [(_RANDOM, "Random effects"), (_FIXED, "Fixed effect")],
        only_if=("kind", _POOLED),
    )
    without = Choice(
        "Leave one out",
        [(_NOBODY, "Keep every trial"), *_all_records()],
        only_if=("kind", _POOLED),
    )
    beside = Choice(
        "Which results?",
        [(name, text) for name, (text, _, _) in BESIDE.items()],
        only_if=("kind", _BESIDE),
    )

    @classmethod
    @cache
    def cases(cls) -> Mapping[tuple[str, ...], Case]:
        found: dict[tuple[str, ...], Case] = {}
        place = next(iter(BESIDE))
        for name, pool in pools().items():
            for measure in (_DIFFERENCE, _RATIO):
                if pool.pooling(measure) is None:
                    continue
                for model in _MODELS:
                    for without in (_NOBODY, *pool.may_leave_out(measure)):
                        setting = (_POOLED, name, measure, model, without, place)
                        found[setting] = _pooled_case(pool, measure, model, without)
        start = next(iter(found))[1:5]
        for name in BESIDE:
            found[(_BESIDE, *start, name)] = _beside_case(name)
        return found

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        more = "Responders of 100, ketamine minus control"
        return {
            "difference": interval_rows("difference", more, _DOMAINS["difference"]),
            "ratio": interval_rows(
                "ratio", "Risk ratio, ketamine over control", _DOMAINS["ratio"], ratio=True
            ),
            "points": interval_rows(
                "points", "Points of 10, ketamine minus control", _DOMAINS["points"]
            ),
            "standardised": interval_rows(
                "standardised", "Standard deviations, against control",
                _DOMAINS["standardised"],
            ),
        }  # fmt: skip


# Trials, pooled ------------------------------------------------------------------------------


def _pooled_case(pool: Pool, measure: str, model: str, without: str) -> Case:
    left_out = None if without == _NOBODY else without
    pooling = pool.pooling(measure, left_out)
    assert pooling is not None  # `may_leave_out` offers no other
    chosen = pooling.random if model == _RANDOM else pooling.fixed
    kept = [t for t in pool.included(measure) if t.result.record != left_out]
    rows = list(_trial_rows(pool, kept, chosen, measure))
    rows += _summary_rows(pooling, chosen, measure, model)
    lines = [line for line, _ in rows]
    results = [trial.result for trial in pool.trials]
    return Case(
        reading=_pooled_reading(pool, pooling, chosen, kept, measure, model, left_out),
        table=[*lines, {**_EMPTY, "what": "Heterogeneity", "effect": _heterogeneity(pooling)}],
        details=[*_pool_details(pool), *trial_details(results)],
        captions=[_pooled_caption(pooling, chosen, kept, measure, model, left_out)],
        drawn={measure: [row for _, row in rows]},
        record=_digest_of(results),
    )


def _digest_of(results: Sequence[Result]) -> str:
    records = [library().table(result.table)[result.record] for result in results]
    return digest(
        [[r.model_dump(mode="json") for r in pair] for pair in zip(results, records, strict=True)]
    )


def _trial_rows(
    pool: Pool, kept: Sequence[Counted], chosen: Pooled, measure: str
) -> Iterator[tuple[_Words, dict[str, Any]]]:
    weights = dict(zip((t.result.id for t in kept), chosen.weights, strict=True))
    for trial in pool.trials:
        weight = weights.get(trial.result.id)
        share = f"{fixed(100 * weight)}%" if weight is not None else "left out"
        yield _trial_row(trial, measure, share, weight)


def _trial_row(
    trial: Counted, measure: str, share: str, weight: float | None
) -> tuple[_Words, dict[str, Any]]:
    result, risk = trial.result, trial.risk
    treated, control = result.treatment, result.control
    assert control is not None  # `counted` lets no other result in
    ends = _ends(risk, measure)
    words = _effect_words(risk, measure)
    line = {
        "what": trial.label,
        "when": result.time or "not given",
        "treated": f"{treated.events} of {treated.n}",
        "control": f"{control.events} of {control.n}",
        "effect": words,
        "weight": share,
        "certainty": grade(result.certainty),
    }
    counts = f"{treated.events}/{treated.n} v {control.events}/{control.n}"
    note = "" if share == "–" else f" · {share}"
    when = result.population or result.time
    kind = "left out" if share == "left out" else "result"
    row = interval_row(
        f"{trial.label}: {counts}{note}",
        f"{_short(trial, result.population is None)}, {when or 'time not given'}"
        if ends
        else f"{_short(trial)}: no ratio, nobody in control",
        ends,
        _DOMAINS[measure],
        kind,
        60 + 340 * (weight or 0),
    )
    return line, row


def _short(trial: Counted, with_control: bool = True) -> str:
    """The drug and its control, as short as a label needs."""
    form = "S-ketamine" if trial.kinds.drug == "S-ketamine" else "ketamine"
    drug = trial.result.drug or form
    if not with_control:
        return drug
    control = trial.comparator.split(" ")
    return f"{drug} v {control[-1] if control[0] == 'isotonic' else control[0]}"


def _ends(risk: RiskComparison, measure: str) -> tuple[float, float, float] | None:
    if measure == _DIFFERENCE:
        low, high = risk.risk_difference_interval
        return 100 * risk.risk_difference, 100 * low, 100 * high
    if risk.risk_ratio is None or risk.risk_ratio_interval is None:
        return None
    return risk.risk_ratio, *risk.risk_ratio_interval


def _effect_words(risk: RiskComparison, measure: str) -> str:
    if measure == _DIFFERENCE:
        return risk_difference_words(risk)
    if risk.risk_ratio is None or risk.risk_ratio_interval is None:
        return "–"
    return risk_ratio_words(risk.risk_ratio, risk.risk_ratio_interval)


def _shown(value: float, measure: str) -> float:
    """From the unit of pooling to the unit of the axis."""
    return 100 * value if measure == _DIFFERENCE else math.exp(value)


def _number(value: float, measure: str) -> str:
    """A pooled value as printed: with its sign, or as a ratio."""
    shown = _shown(value, measure)
    return fixed(shown, 1) if measure == _DIFFERENCE else fixed(shown, 2)


def _interval(ends: tuple[float, float], measure: str) -> str:
    return f"{_number(ends[0], measure)} to {_number(ends[1], measure)}"


def _pooled_words(pooled: Pooled, measure: str) -> str:
    words = _number(pooled.effect, measure)
    unit = " more of 100" if measure == _DIFFERENCE else ""
    lead = "" if measure == _DIFFERENCE else "risk ratio "
    return f"{lead}{words}{unit} (95% CI {_interval(pooled.interval, measure)})"


def _summary_rows(
    pooling: Pooling, chosen: Pooled, measure: str, model: str
) -> Iterator[tuple[_Words, dict[str, Any]]]:
    words = _pooled_words(chosen, measure)
    ends = [_shown(value, measure) for value in (chosen.effect, *chosen.interval)]
    name = f"Pooled, {_MODELS[model]}"
    yield (
        {**_EMPTY, "what": name, "effect": words, "weight": f"{fixed(100)}%",
         "certainty": grade("not graded")},
        interval_row(name, words, tuple(ends), _DOMAINS[measure], "pooled", 320),  # type: ignore[arg-type]
    )  # fmt: skip
    if model == _RANDOM and (prediction := pooling.prediction_interval):
        ends = [_shown(value, measure) for value in (chosen.effect, *prediction)]
        words = f"95% prediction {_interval(prediction, measure)}"
        yield (
            {**_EMPTY, "what": "A new trial of the kind", "effect": words},
            interval_row(
                "Where a new trial of the kind may lie", words, tuple(ends), _DOMAINS[measure],  # type: ignore[arg-type]
                "prediction",
            ),
        )  # fmt: skip


def _needed(pooled: Pooled) -> str:
    """The number needed of a pooled difference, where its interval excludes zero."""
    low, high = pooled.interval
    if not low > 0:
        return ""
    needed = NumberNeeded("benefit", 1 / pooled.effect, (1 / high, 1 / low)).rounded()
    return (
        f" Number needed to benefit {needed.value} (95% CI {needed.interval[0]} to "
        f"{needed.interval[1]}), for that one session."
    )


def _names(trials: Sequence[Counted]) -> str:
    labels = [trial.label for trial in trials]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _mixed(trials: Sequence[Counted]) -> str:
    """Return "2 forms of the drug, 2 controls and 3 kinds of pain"."""
    parts = [f"{len(kinds)} {what}" for what, kinds in mixture(trials).items()]
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _pooled_reading(
    pool: Pool,
    pooling: Pooling,
    chosen: Pooled,
    kept: Sequence[Counted],
    measure: str,
    model: str,
    left_out: str | None,
) -> str:
    each = "; ".join(f"{result_words(t.result)} ({_short(t)})" for t in kept)
    words = _pooled_words(chosen, measure)
    crosses = chosen.interval[0] <= 0 <= chosen.interval[1]
    verdict = " The interval includes no difference." if crosses else ""
    if measure == _DIFFERENCE:
        verdict += _needed(chosen)
    missing = [t for t in pool.trials if t not in kept and t.result.record != left_out]
    if missing:
        verdict += (
            f" {_names(missing)} has no ratio (nobody responded on the control) and drops out."
        )
    outside = ""
    if model == _RANDOM and (prediction := pooling.prediction_interval):
        low, high = prediction
        too_far = measure == _DIFFERENCE and (low < -1 or high > 1)
        outside = (
            f" A new trial of the kind may lie anywhere from {_interval(prediction, measure)}"
            f"{', beyond what is possible: it rules nothing out.' if too_far else '.'}"
        )
    heterogeneity = pooling.heterogeneity
    grades = certainty_words([trial.result for trial in kept])
    marks = ", ".join(dict.fromkeys(badge(trial.provenance.verified) for trial in kept))
    return (
        f"{len(kept)} trials in the same session, responders: {each}. "
        f"{_MODELS[model].capitalize()}: {words}."
        f"{verdict}{outside} I² {fixed(100 * heterogeneity.i2)}%, but {len(kept)} small trials can "
        f"hardly show how they differ; they mix {_mixed(kept)}. "
        f"{directness_words([trial.result for trial in kept])} Verified: {marks}. "
        f"Certainty (GRADE): {grades}."
    )


def _pooled_caption(
    pooling: Pooling,
    chosen: Pooled,
    kept: Sequence[Counted],
    measure: str,
    model: str,
    left_out: str | None,
) -> _Words:
    prediction = (
        f" Dashed, the prediction interval: {_interval(pooling.prediction_interval, measure)}."
        if model == _RANDOM and pooling.prediction_interval
        else ""
    )
    gone = f" One trial is left out and drawn with a dashed line: {left_out}." if left_out else ""
    dashed = "; dashed: prediction" if prediction else ""
    return {
        "picture": measure,
        "title": f"Squares: trials (larger: more weight, in %); diamond: pooled{dashed}",
        "alt": f"Forest plot of {_names(kept)}, {_MODELS[model]}. Diamond: "
        f"{_pooled_words(chosen, measure)}.{prediction}{gone}",
    }


def _heterogeneity(pooling: Pooling) -> str:
    h = pooling.heterogeneity
    return (
        f"Q {fixed(h.q, 2)} on {h.degrees_of_freedom} df (P {fixed(h.p_value, 2)}), "
        f"I² {fixed(100 * h.i2)}%, τ² {fixed(h.tau2, 3)}"
    )


def _pool_details(pool: Pool) -> Iterator[_Words]:
    """What holds for a pool whatever measure and model are chosen: said once, it stays small."""
    for what, kinds in mixture(pool.trials).items():
        text = f"{len(kinds)} {what}: {'; '.join(kinds)}."
        yield {"term": "What this pool mixes", "text": text}
    for measure in (_DIFFERENCE, _RATIO):
        if text := _choices(pool, measure):
            yield {"term": "What the choices change", "text": text}
    yield {
        "term": "Heterogeneity",
        "text": "Q, I² and τ² (DerSimonian and Laird) stand in the table. Where τ² is zero, random "
        "and fixed effects are the same number. Only random effects predict a new trial, and only "
        "from three trials on.",
    }
    yield {
        "term": "How it was added up",
        "text": "Our own arithmetic on the printed counts, by inverse variance. Each trial’s own "
        "interval is Newcombe’s for a difference and the log interval for a ratio. Weights use "
        "the usual large-sample variances, which are rough in trials as small as these.",
    }
    yield {
        "term": "Not known",
        "text": "These counts do not say what happened after the session; later results stand "
        "under “Side by side”.",
    }
    for mark in dict.fromkeys(level(trial.provenance.verified) for trial in pool.trials):
        yield {"term": "Verified on", "text": mark}
    grades = certainty_words([trial.result for trial in pool.trials])
    yield {"term": "Certainty (GRADE)", "text": grades}


def _choices(pool: Pool, measure: str) -> str:
    """The pooled effect by each model, and without each trial."""
    pooling = pool.pooling(measure)
    if pooling is None:
        return ""
    name = "Difference of 100" if measure == _DIFFERENCE else "Risk ratio"
    parts = [
        f"random effects {_number(pooling.random.effect, measure)}",
        f"fixed effect {_number(pooling.fixed.effect, measure)}",
    ]
    labels = {trial.result.record: trial.label for trial in pool.trials}
    for record in pool.may_leave_out(measure):
        if other := pool.pooling(measure, record):
            parts.append(f"without {labels[record]} {_number(other.random.effect, measure)}")
    return f"{name}: {'; '.join(parts)}."


# Side by side --------------------------------------------------------------------------------


def _beside_case(name: str) -> Case:
    _, why, ids = BESIDE[name]
    results = [library().results[one] for one in ids]
    responders = [result for result in results if isinstance(result, Responders)]
    if responders:
        picture = _DIFFERENCE
        rows = [_trial_row(counted(r.id), picture, "–", None) for r in responders]
        details = list(trial_details(_once(responders)))
    else:
        picture = "standardised" if why == "standardised" else "points"
        differences = [result for result in results if isinstance(result, Difference)]
        rows = [_review_row(result, picture) for result in differences]
        details = list(review_details([result.record for result in results]))
    lines = [line for line, _ in rows]
    reason = WHY_NOT_POOLED[why]
    marks = ", ".join(
        dict.fromkeys(badge(provenance_of(result, library()).verified) for result in results)
    )
    excluding = sum(_excludes_zero(row) for _, row in rows)
    reading = (
        f"{_spread_words(name, results)} "
        f"{excluding} of {len(rows)} intervals exclude no difference. {reason} "
        f"{directness_words(results)} Verified: {marks}. "
        f"Certainty (GRADE): {certainty_words(results)}."
    )
    titles = {
        _DIFFERENCE: "Squares: results with 95% intervals, none of them added up",
        "points": "Squares: what each review pooled on its own; left of 0 is less pain",
        "standardised": "Squares: three scores of one review, with its intervals",
    }
    caption = {
        "picture": picture,
        "title": titles[picture],
        "alt": f"{len(rows)} rows with intervals, not pooled. "
        + "; ".join(f"{line['what']}, {line['when']}: {line['effect']}" for line in lines)
        + ".",
    }
    why_row = {"term": "Why nothing is pooled here", "text": reason}
    return Case(
        reading=reading,
        table=lines,
        details=[why_row, *details],
        captions=[caption],
        drawn={picture: [row for _, row in rows]},
        record=_digest_of(results),
    )


def _once(results: Sequence[Responders]) -> list[Responders]:
    """The first result of each record: what is said of a trial is said once."""
    return list({result.record: result for result in reversed(results)}.values())[::-1]


def _excludes_zero(row: Mapping[str, Any]) -> bool:
    return bool(row["low"] > 0 or row["high"] < 0)


def _spread_words(name: str, results: Sequence[Result]) -> str:
    """The counts of trials; of reviews, the smallest and the largest fall in pain."""
    if not any(isinstance(result, Difference) for result in results):
        trials = [Counted(result) for result in results if isinstance(result, Responders)]
        parts = [
            f"{result_words(trial.result)} ({trial.label}, {_short(trial)}, "
            f"{trial.result.population or trial.result.time or 'time not given'})"
            for trial in trials
        ]
        return f"Responders: {'; '.join(parts)}."
    ordered = sorted(
        (r for r in results if isinstance(r, Difference)), key=lambda r: -r.estimate * _tenth(r)
    )
    title = BESIDE[name][0]

    def said(result: Difference) -> str:
        when = result.time or result.measure
        return f"{result_words(result)} ({reference_of(result).label}, {when})"

    if len(ordered) == 1:
        return f"{title}. {said(ordered[0])}."
    return f"{title}. From {said(ordered[0])} to {said(ordered[-1])}."


def _tenth(result: Difference) -> float:
    """What brings a difference to a scale of 0 to 10, for the drawing alone."""
    return 0.1 if result.scale.startswith("0-100") else 1


def _review_row(result: Difference, picture: str) -> tuple[_Words, dict[str, Any]]:
    assert result.low is not None
    assert result.high is not None
    label = reference_of(result).label
    words = result_words(result)
    factor = _tenth(result)
    when = result.time or "not given"
    if picture == "standardised":
        when = result.measure
    drawn = "" if factor == 1 else " (drawn as tenths)"
    line = {
        "what": label,
        "when": when,
        "treated": "–",
        "control": "–",
        "effect": f"{words}{drawn}",
        "weight": "–",
        "certainty": certainty_in_full(result),
    }
    ends = tuple(factor * value for value in (result.estimate, result.low, result.high))
    mark = "not graded"
    if result.certainty != mark:
        mark = grade(result.certainty).partition(" ")[0]
    of = " of 100" if drawn else ""
    row = interval_row(
        f"{label}: {fixed(result.estimate, 2)}{of} {mark}",
        f"{when}{drawn}",
        ends,  # type: ignore[arg-type]
        _DOMAINS[picture],
    )
    return line, row
