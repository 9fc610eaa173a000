"""How a typed result reads in a sentence: treatment first, direction said, scale named."""

from __future__ import annotations

from ketalab.evidence.result import (
    Change,
    Difference,
    Means,
    NumberNeeded,
    Percentages,
    Proportion,
    Ratio,
    Responders,
    Result,
    Share,
    Value,
)
from ketalab.evidence.wording import directed, number_words

# A scale, and how a difference on it is said: the unit, then what follows "lower" or "higher".
_ON_SCALE = {
    "0-10": ("points", " of 10"),
    "0-10 (assumed)": ("points", " of 10 (scale assumed)"),
    "0-10 cm": ("cm", " of 10"),
    "0-100": ("points", " of 100"),
    "0-100 (assumed)": ("points", " of 100 (scale assumed)"),
    "0-100 mm": ("mm", " of 100"),
    "points (scale not printed)": ("points", " (scale not printed)"),
    "mm (scale not printed)": ("mm", " (scale not printed)"),
    "self-report depression score (name not given)": (
        "points",
        " on a self-report depression score (name not given)",
    ),
}
# In these the source chose which direction is positive, so the sign is printed as it stands.
_SIGNED = {
    "standard deviations": "standardised mean difference",
    "effect size (kind not printed)": "effect size",
}


def result_words(result: Result) -> str:
    """Return a typed result in words, treatment first, without its source.

    "8 of 12 against 3 of 12"; "1.83 points lower of 10 (95% CI 1.31 to 2.35)"; "RR 3.26 (CI 1.05
    to 10.09)". The level of an interval is said only where the source printed it.

    Raises TypeError for a kind of result that has no words.
    """
    if isinstance(result, Responders):
        words = f"{result.treatment.events:,} of {result.treatment.n:,}"
        if result.control is not None:
            words += f" against {result.control.events:,} of {result.control.n:,}"
    elif isinstance(result, Percentages):
        words = f"{_share(result.treatment)} against {_share(result.control)}"
    elif isinstance(result, Proportion):
        words = _proportion(result)
    elif isinstance(result, Means):
        words = _means(result)
    elif isinstance(result, Difference):
        words = _difference(result)
    elif isinstance(result, Ratio):
        words = f"{result.ratio} {_with_interval(result, result.estimate)}"
    elif isinstance(result, NumberNeeded):
        name = "NNT" if result.direction == "benefit" else "NNH"
        words = f"{name} {_with_interval(result, result.estimate)}"
    elif isinstance(result, Change):
        words = _change(result)
    elif isinstance(result, Value):
        words = _value(result)
    else:
        raise TypeError(f"no words for a result of kind {result.kind!r}")
    return words


def _decimals(*values: float | None) -> int:
    """As many decimals as the most exact of the values has, so that 2.40 beside 0.44 keeps its."""
    known = [f"{value:.10g}" for value in values if value is not None]
    return max(len(text.partition(".")[2]) for text in known)


def _level(result: Result) -> str:
    return "CI" if result.interval_level is None else f"{result.interval_level:g}% CI"


def _with_interval(result: Ratio | NumberNeeded, estimate: float) -> str:
    words = _plain(estimate)
    if result.low is None:
        return words
    if result.high is not None:
        return f"{words} ({_level(result)} {_ends(result.low, result.high)})"
    return f"{words} ({_level(result)} {_plain(result.low)} to infinity)"


def _plain(value: float) -> str:
    return f"{value:.10g}".replace("-", "−")


def _ends(low: float, high: float, signed: bool = False) -> str:
    """Both ends with the decimals of the more exact one: "0.44 to 2.40"."""
    decimals = _decimals(low, high)
    ends = f"{low:.{decimals}f} to {high:.{decimals}f}"
    return ends.replace("-", "−") if signed else ends


def _share(share: Share) -> str:
    if share.events is not None and share.n is not None:
        words = f"{share.events:,} of {share.n:,} ({share.pct:.10g}%)"
    elif share.events is not None:
        words = f"{share.events:,} ({share.pct:.10g}%)"
    else:
        words = f"{share.pct:.10g}%"
    if share.low is not None and share.high is not None:
        words += f" (CI {share.low:.10g}% to {share.high:.10g}%)"
    return words


def _proportion(result: Proportion) -> str:
    percentage = f"{result.pct:.10g}%"
    if result.events is not None and result.n is not None:
        words = f"{result.events:,} of {result.n:,} ({percentage})"
    elif result.events is not None:
        words = f"{result.events:,} ({percentage})"
    else:
        words = percentage
    if result.low is not None and result.high is not None:
        words += f" ({_level(result)} {result.low:.10g}% to {result.high:.10g}%)"
    return words


def _means(result: Means) -> str:
    decimals = _decimals(result.treatment, result.control)

    def side(value: float, spread: float | None, ends: tuple[float, float] | None) -> str:
        words = f"{value:.{decimals}f}"
        if spread is not None and result.spread_label in ("SD", "SE"):
            words += f" ({result.spread_label} {spread:.10g})"
        elif spread is not None:
            words += f" ± {spread:.10g}"
        if ends is not None:
            label = "" if result.spread_label != "95% CI" else "95% CI "
            words += f" ({label}{_ends(*ends)})"
        return words.replace("-", "−") + ("%" if result.scale.startswith("%") else "")

    words = side(result.treatment, result.spread_treatment, result.range_treatment)
    if result.control is not None:
        words += f" against {side(result.control, result.spread_control, result.range_control)}"
    if result.statistic == "median":
        words = f"median {words}"
    unit, tail = _ON_SCALE.get(result.scale, (result.scale, ""))
    words += tail if unit == "points" else f" {unit.removeprefix('%').strip()}{tail}"
    if result.spread_label == "not labelled":
        marks = "±" if result.spread_treatment is not None else "the range"
        words += f" (the source does not say what {marks} stands for)"
    return words


def _unit(unit: str, tail: str = "") -> str:
    return f"{unit if unit.startswith('%') else f' {unit}'}{tail}"


def _difference(result: Difference) -> str:
    if result.scale in _SIGNED:
        words = f"{_SIGNED[result.scale]} {_plain(result.estimate)}"
        if result.low is None or result.high is None:
            return words
        return f"{words} ({_level(result)} {_ends(result.low, result.high, signed=True)})"
    unit, tail = _ON_SCALE.get(result.scale, (result.scale, ""))
    names, factor = ("lower", "higher"), 1
    if result.scale == "risk difference (0-1)":
        unit, tail, names, factor = "", " of 100", ("fewer", "more"), 100
    elif result.scale == "percentage points":
        unit, tail, names = "", " of 100", ("fewer", "more")
    size = f"{_plain(abs(result.estimate) * factor)}{_unit(unit) if unit else ''}"
    if result.estimate == 0:
        words = f"{size}{tail} difference"
    else:
        words = f"{size} {names[0] if result.estimate < 0 else names[1]}{tail}"
    if result.low is None or result.high is None:
        return words
    decimals = _decimals(result.low * factor, result.high * factor)
    ends = directed(
        result.low * factor, result.high * factor, names, lambda end: f"{end:.{decimals}f}"
    )
    return f"{words} ({_level(result)} {ends})"


def _change(result: Change) -> str:
    if result.change_in == "fold":
        words = f"{result.of} {_plain(result.estimate)} times as large"
        if result.low is not None and result.high is not None:
            words += f" ({_ends(result.low, result.high)})"
        return words
    direction = "lower" if result.estimate < 0 else "higher"
    words = f"{result.of} {_plain(abs(result.estimate))}% {direction}"
    if result.low is not None and result.high is not None:
        decimals = _decimals(result.low, result.high)
        ends = directed(
            result.low, result.high, ("lower", "higher"), lambda end: f"{end:.{decimals}f}%"
        )
        words += f" ({ends})"
    return words


def _value(result: Value) -> str:
    ends = None
    if result.low is not None and result.high is not None:
        ends = f"{number_words(result.low)} to {number_words(result.high)}"
    if result.estimate is None:
        words = ends if ends is not None else f"from {number_words(result.low or 0)}"
        return f"{words}{_unit(result.unit)}"
    words = f"{number_words(result.estimate)}{_unit(result.unit)}"
    return words if ends is None else f"{words} ({ends})"
