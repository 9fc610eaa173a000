"""Pool the results of several studies: fixed and random effects, heterogeneity, prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Interval = tuple[float, float]
Tau2Method = Literal["dersimonian-laird", "paule-mandel"]

_ALPHA = 0.05  # every interval of the course is a 95% interval
_TAU2_METHODS = ("dersimonian-laird", "paule-mandel")


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled effect.

    ``effect`` and ``standard_error`` are in the unit of the effects, ``interval`` is (low, high)
    at 95%; ``weights`` is each study's share of the pooled effect, in the order of the studies,
    fractions that add up to 1.
    """

    effect: float
    standard_error: float
    interval: Interval
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How far the studies differ beyond chance.

    q: Cochran's Q, a pure number, 0 or more; degrees_of_freedom: k - 1 for k studies.
    p_value: the chance of a Q at least as large if all studies shared one effect.
    i2: I squared, the share of the variation that is not chance, a fraction from 0 to 1.
    tau2: the variance between studies, in the unit of the effects squared, 0 or more.
    """

    q: float
    degrees_of_freedom: int
    p_value: float
    i2: float
    tau2: float


@dataclass(frozen=True, slots=True)
class Pooling:
    """What k studies say together.

    prediction_interval: (low, high) at 95% for the true effect in a new study of the same kind,
        in the unit of the effects; None for two studies, where it has no degrees of freedom.
    """

    tau2_method: Tau2Method
    fixed: Pooled
    random: Pooled
    heterogeneity: Heterogeneity
    prediction_interval: Interval | None


def pool_effects(
    effects: ArrayLike,
    standard_errors: ArrayLike,
    *,
    tau2_method: Tau2Method = "dersimonian-laird",
) -> Pooling:
    """Pool the effects of k independent studies by inverse variance.

    effects: shape (k,), k >= 2, all in one unit. Ratios are pooled as logarithms.
    standard_errors: shape (k,), in the same unit, each above 0.
    The studies must hold different people: reviews or reports that share trials are shown side by
    side, never pooled.

    With v_i the squared standard errors and w_i = 1 / v_i:
        fixed effect   m = sum(w_i y_i) / sum(w_i), SE = 1 / sqrt(sum(w_i))
        Q              = sum(w_i (y_i - m)^2), chi-squared with k - 1 degrees of freedom
        I^2            = max(0, (Q - (k - 1)) / Q)
        random effects as the fixed effect, with w_i = 1 / (v_i + tau^2)
        intervals      m -+ 1.96 SE
        prediction     m -+ t SD, t the 97.5% point of Student's t with k - 2 degrees of freedom,
                       SD = sqrt(tau^2 + SE^2) of the random effects
    tau^2, by ``tau2_method``:
        "dersimonian-laird"  max(0, (Q - (k - 1)) / (sum(w_i) - sum(w_i^2) / sum(w_i)))
        "paule-mandel"       the tau^2 >= 0 at which sum((y_i - m)^2 / (v_i + tau^2)) is k - 1,
                             m being the random-effects mean; 0 if there is none
    Sources: DerSimonian R, Laird N. Control Clin Trials 1986;7:177-188. Paule RC, Mandel J. J Res
    Natl Bur Stand 1982;87:377-385. Higgins JPT et al. BMJ 2003;327:557-560 (I^2). Higgins JPT,
    Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159 (prediction interval).

    Raises ValueError, naming the argument, when effects and standard_errors are not
    one-dimensional, differ in length, hold fewer than two studies or a value that is not finite;
    when a standard error is not above 0; when the values span too wide a range of magnitudes for
    floating point; and when tau2_method is unknown.
    """
    if tau2_method not in _TAU2_METHODS:
        raise ValueError(
            f"tau2_method must be one of {', '.join(_TAU2_METHODS)}, got {tau2_method!r}"
        )
    y, se = _studies(effects, standard_errors, at_least=2)
    return _pool(y, se, tau2_method)


def leave_one_out(
    effects: ArrayLike,
    standard_errors: ArrayLike,
    *,
    tau2_method: Tau2Method = "dersimonian-laird",
) -> tuple[Pooling, ...]:
    """Pool the studies k times, leaving out each in turn.

    Arguments, units and sources are those of `pool_effects`, with k >= 3 so that two studies
    remain. Returns k results; the i-th is without the i-th study.

    Raises ValueError, naming the argument, as `pool_effects` does, and for fewer than three
    studies.
    """
    import numpy as np

    y, se = _studies(effects, standard_errors, at_least=3)
    return tuple(
        pool_effects(np.delete(y, i), np.delete(se, i), tau2_method=tau2_method)
        for i in range(y.size)
    )


def standard_error_from_interval(low: float, high: float) -> float:
    """Return the standard error behind a 95% interval that was made with the normal distribution.

    low, high: the ends of the interval, in one unit, low < high; the result is in that unit. For
    a ratio, give the logarithms of the ends.

    SE = (high - low) / (2 x 1.96), 1.96 being the 97.5% point of the normal distribution.
    Source: Higgins JPT, Li T, Deeks JJ. Cochrane Handbook for Systematic Reviews of
    Interventions, chapter 6, section 6.3.1.

    Raises ValueError, naming the argument, when an end is not a finite number or high is not
    above low.
    """
    low, high = _number("low", low), _number("high", high)
    if not high > low:
        raise ValueError(f"high must be above low, got {low!r} to {high!r}")
    from scipy.stats import norm

    return (high - low) / (2 * float(norm.isf(_ALPHA / 2)))


def power_of_two_proportions(
    treated_risk: float, control_risk: float, treated_n: float, control_n: float
) -> float:
    """Return the power of a trial that compares two proportions, as a fraction from 0 to 1.

    treated_risk, control_risk: the true risks, fractions strictly between 0 and 1.
    treated_n, control_n: people in each arm, above 0.
    The power is the chance that a two-sided z test at the 5% level finds a difference, in either
    direction. When the risks are equal it is therefore 0.05.

    With p the mean risk over all people, d = p1 - p2, n1 and n2 the arms,
        s0 = sqrt(p (1 - p) (1/n1 + 1/n2)), s1 = sqrt(p1 (1 - p1)/n1 + p2 (1 - p2)/n2):
        power = Phi((d - 1.96 s0) / s1) + Phi((-d - 1.96 s0) / s1)
    Source: Fleiss JL, Levin B, Paik MC. Statistical Methods for Rates and Proportions, 3rd ed,
    2003, chapter 4, without continuity correction. It is an approximation for large arms.

    Raises ValueError, naming the argument, when a risk is not strictly between 0 and 1 or an arm
    is not a finite number above 0.
    """
    p1, p2 = _risk("treated_risk", treated_risk), _risk("control_risk", control_risk)
    n1, n2 = _arm("treated_n", treated_n), _arm("control_n", control_n)
    from statsmodels.stats.proportion import power_proportions_2indep

    power = power_proportions_2indep(
        p1 - p2, p2, n1, ratio=n2 / n1, alpha=_ALPHA, return_results=False
    )
    return float(power)


def _pool(y: Any, se: Any, tau2_method: Tau2Method) -> Pooling:
    # statsmodels brings pandas and SciPy with it, so it waits until a number is asked for.
    import numpy as np
    from scipy.stats import chi2, norm, t
    from statsmodels.stats.meta_analysis import combine_effects

    # Pooling moves and stretches with the effects. Around 0 and in units of a typical standard
    # error nothing cancels in Q, and one tolerance fits every scale.
    centre, unit = float(np.median(y)), float(np.exp(np.mean(np.log(se))))
    z = float(norm.isf(_ALPHA / 2))

    def pooled(combined: Any) -> Pooled:
        effect = centre + unit * float(combined.mean_effect_fe)
        error = unit * float(combined.sd_eff_w_fe)
        weights = tuple(combined.weights_rel_fe.tolist())
        return Pooled(effect, error, (effect - z * error, effect + z * error), weights)

    # What leaves the range of floating point is refused below, by name.
    with np.errstate(all="ignore"):
        effects, variances = (y - centre) / unit, (se / unit) ** 2
        together = combine_effects(effects, variances, method_re="dl")
        q = max(0.0, float(together.q))
        if tau2_method == "paule-mandel":
            tau2 = _paule_mandel(effects, variances)
        else:
            # statsmodels lets DerSimonian and Laird's variance fall below 0.
            tau2 = max(0.0, float(together.tau2))
        fixed = pooled(together)
        # Random effects are fixed effects of studies whose variance holds tau^2 as well.
        random = pooled(combine_effects(effects, variances + tau2, method_re="dl"))
    tau2 *= unit**2
    numbers = (fixed.effect, fixed.standard_error, random.effect, random.standard_error, q, tau2)
    if not all(map(math.isfinite, numbers)):
        raise ValueError(
            "effects and standard_errors span too wide a range of magnitudes to be pooled"
        )

    df = y.size - 1
    prediction: Interval | None = None
    if df > 1:
        spread = math.hypot(math.sqrt(tau2), random.standard_error)
        half = float(t.isf(_ALPHA / 2, df - 1)) * spread
        prediction = (random.effect - half, random.effect + half)
    return Pooling(
        tau2_method=tau2_method,
        fixed=fixed,
        random=random,
        heterogeneity=Heterogeneity(
            q=q,
            degrees_of_freedom=df,
            p_value=float(chi2.sf(q, df)),
            i2=max(0.0, (q - df) / q) if q else 0.0,
            tau2=tau2,
        ),
        prediction_interval=prediction,
    )


def _paule_mandel(effects: Any, variances: Any) -> float:
    # statsmodels 0.15 has this estimator, but its iteration falls back to 0 when rounding takes
    # it past the root, as it does for some studies once the tolerance is tight.
    import numpy as np
    from scipy.optimize import brentq

    def excess(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        mean = weights @ effects / weights.sum()
        return float(weights @ (effects - mean) ** 2 - (effects.size - 1))

    if not excess(0.0) > 0:
        return 0.0
    # The sum is at most sum((y_i - mean)^2) / tau^2, so the root is below the sample variance.
    above = 2 * float(np.var(effects, ddof=1))
    if not math.isfinite(above):
        return math.inf
    return float(brentq(excess, 0.0, above, xtol=1e-14, maxiter=10_000))


def _studies(effects: ArrayLike, standard_errors: ArrayLike, *, at_least: int) -> tuple[Any, Any]:
    y, se = _row("effects", effects), _row("standard_errors", standard_errors)
    if y.size != se.size:
        raise ValueError(
            f"standard_errors must have as many values as effects, got {se.size} and {y.size}"
        )
    if y.size < at_least:
        raise ValueError(f"effects must hold at least {at_least} studies, got {y.size}")
    if not (se > 0).all():
        raise ValueError(f"standard_errors must be above 0, got {float(se.min())}")
    return y, se


def _row(name: str, values: ArrayLike) -> Any:
    import numpy as np

    try:
        row = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, got {values!r}") from None
    if row.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {row.shape}")
    if not np.isfinite(row).all():
        raise ValueError(f"{name} must be finite, got {row.tolist()}")
    return row


def _number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    return float(value)


def _risk(name: str, value: float) -> float:
    risk = _number(name, value)
    if not 0 < risk < 1:
        raise ValueError(f"{name} must be strictly between 0 and 1, got {risk!r}")
    return risk


def _arm(name: str, value: float) -> float:
    people = _number(name, value)
    if people <= 0:
        raise ValueError(f"{name} must be above 0, got {people!r}")
    return people
