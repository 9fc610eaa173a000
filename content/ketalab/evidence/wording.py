"""How a value of the evidence reads in a sentence. Signs, denominators and intervals are said."""

from __future__ import annotations

import re
from collections.abc import Callable

from ketalab.evidence.side_effect import Arm, Published, SideEffect
from ketalab.models.risk import NumberNeeded, RiskComparison


def number_words(value: int | float) -> str:
    """Return a bare number: "1,034", "9.5", "−2.77"."""
    words = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return words.replace("-", "−")


def unit_words(row: SideEffect) -> str:
    """Return what a row counts, without the remark in brackets: "treatment cases"."""
    return re.sub(r" \(.*\)", "", row.unit)


def arm_words(row: SideEffect, arm: Arm) -> str:
    """Return "142 of 346 (41%)", or as much of it as the source gives."""
    unit = "" if row.counts_patients else f" {unit_words(row)}"
    percentage = None if arm.pct is None else f"{arm.pct:.10g}%"
    if arm.events is not None:
        if arm.n is not None:
            share = f"{arm.events:,} of {arm.n:,}{unit}"
            return share if percentage is None else f"{share} ({percentage})"
        base = "denominator not printed"
        brackets = base if percentage is None else f"printed as {percentage}, {base}"
        return f"{arm.events:,}{unit} ({brackets})"
    if percentage is not None:
        return f"{percentage}{f' of{unit}' if unit else ''} (no count printed)"
    return f"count not printed ({arm.n:,}{unit or ' patients'})"


def published_words(result: Published) -> str:
    """Return "risk ratio: 3.97 (CI 2.18 to 7.22); 12 more of 100 (CI 5 to 25)"."""
    # The records do not say at which level each source set its interval, so neither does this.
    text = f"{result.measure}: {result.value:g} (CI {result.ci_low:g} to {result.ci_high:g})"
    if result.rd_pct is None or result.rd_low is None or result.rd_high is None:
        return text
    ends = directed(result.rd_low, result.rd_high, ("fewer", "more"), "{:g}".format)
    if result.rd_pct == 0:
        return f"{text}; 0 of 100 (CI {ends})"
    direction = "more" if result.rd_pct > 0 else "fewer"
    return f"{text}; {abs(result.rd_pct):g} {direction} of 100 (CI {ends})"


def risk_difference_words(comparison: RiskComparison) -> str:
    """Return "31.6 more of 100 (95% CI 24.8 to 37.7)"."""
    value = 100 * comparison.risk_difference
    low, high = (100 * end for end in comparison.risk_difference_interval)
    interval = directed(low, high, ("fewer", "more"), "{:.1f}".format)
    direction = "" if value == 0 else " more" if value > 0 else " fewer"
    return f"{abs(value):.1f}{direction} of 100 (95% CI {interval})"


def risk_ratio_words(value: float, interval: tuple[float, float]) -> str:
    """Return "4.34 (95% CI 2.83 to 6.64)"."""
    return f"{value:.2f} (95% CI {interval[0]:.2f} to {interval[1]:.2f})"


def number_needed_words(needed: NumberNeeded) -> str:
    """Return "4 (95% CI 3 to 5)", rounded up to whole people."""
    whole = needed.rounded()
    return f"{whole.value:,} (95% CI {whole.interval[0]:,} to {whole.interval[1]:,})"


def directed(low: float, high: float, names: tuple[str, str], say: Callable[[float], str]) -> str:
    """Return two ends without their signs, each named where they lie on both sides of zero.

    ``names`` are the words for below and above zero ("fewer", "more"); ``say`` writes a number.
    """
    below, above = names
    if low > 0 or high < 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{say(near)} to {say(far)}"
    return f"{say(abs(low))} {below} to {say(high)} {above}"
