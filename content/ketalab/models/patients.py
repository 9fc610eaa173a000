"""Virtual patients: parameters drawn with the variability between people that a source reports.

A population model gives each parameter a typical value, which is its median, and a normal random
deviation eta of mean zero on a transformed scale:
    log-normal     p = typical exp(eta)                           for what is above zero
    logit-normal   p = 1 / (1 + exp(-(logit(typical) + eta)))     for a fraction from 0 to 1
with the variance omega^2 of each eta and, where reported, the covariance of two.
Source: the forms of NONMEM, as the R package pmxcv 0.0.2 writes them in its README.

Patient i of a seed is the same person in any company: each parameter has its own stream of a
counter-based generator, and patient i takes its i-th number, turned into a normal deviate by the
inverse distribution function. So neither how many are asked for, nor in which portions, nor which
other parameters vary changes anyone.
Source of the generator, Philox: Salmon JK et al. Parallel random numbers: as easy as 1, 2, 3.
SC11, 2011.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

Array: TypeAlias = NDArray[np.float64]

# Philox makes its numbers four at a time.
_PER_COUNT = 4


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A parameter above zero: typical exp(eta), eta normal with mean zero and variance omega2.

    typical: the median, above zero, in any unit; 1 makes the draws factors on a typical value.
    omega2: a variance on the log scale, without unit, zero or more; `omega2_of_cv` turns a
    coefficient of variation into it.
    Raises ValueError, naming the argument, for a value that is not finite or out of range.
    """

    typical: float
    omega2: float

    def __post_init__(self) -> None:
        typical = _finite("typical", self.typical)
        if typical <= 0:
            raise ValueError(f"typical must be above zero, got {typical}")
        object.__setattr__(self, "typical", typical)
        object.__setattr__(self, "omega2", _not_negative("omega2", self.omega2))

    @property
    def sd(self) -> float:
        """The standard deviation of eta, without unit."""
        return math.sqrt(self.omega2)

    def at(self, eta: Array) -> Array:
        """Return the parameter at the deviations ``eta``, same shape, in the unit of typical."""
        return self.typical * np.exp(eta)


@dataclass(frozen=True, slots=True)
class LogitNormal:
    """A fraction: logit(p) = logit(typical) + eta, eta normal with mean zero and SD ``sd``.

    typical: the median, above 0 and below 1. sd: on the logit scale, without unit, zero or more.
    Raises ValueError, naming the argument, for a value that is not finite or out of range.
    """

    typical: float
    sd: float

    def __post_init__(self) -> None:
        typical = _finite("typical", self.typical)
        if not 0 < typical < 1:
            raise ValueError(f"typical must be above 0 and below 1, got {typical}")
        object.__setattr__(self, "typical", typical)
        object.__setattr__(self, "sd", _not_negative("sd", self.sd))

    def at(self, eta: Array) -> Array:
        """Return the fraction at the deviations ``eta``, same shape."""
        return expit(logit(self.typical) + eta)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The parameters that vary between people, and which of them vary together.

    parameters: what varies, by name; at least one. A parameter that is not in it does not vary.
    covariances: for two names, the covariance of their etas. What a source prints as a block of
    variance, covariance, variance is two parameters and one covariance. Pairs that are not in it
    are independent.

    Raises ValueError, naming the argument, for no or unknown names, for a pair given twice, and
    for covariances that no set of people could have (the correlations must be positive definite).
    """

    parameters: Mapping[str, LogNormal | LogitNormal]
    covariances: Mapping[tuple[str, str], float] = field(default_factory=dict)
    _mixing: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.parameters, Mapping) or not self.parameters:
            raise ValueError("parameters must be a mapping with one name or more")
        for name, parameter in self.parameters.items():
            if not isinstance(name, str) or not isinstance(parameter, LogNormal | LogitNormal):
                raise ValueError(
                    f"parameters must map a name to LogNormal or LogitNormal, got {name!r}: "
                    f"{parameter!r}"
                )
        if not isinstance(self.covariances, Mapping):
            raise ValueError("covariances must be a mapping of pairs of names")
        correlations = _correlations(self.parameters, self.covariances)
        try:
            mixing = np.linalg.cholesky(correlations)
        except np.linalg.LinAlgError:
            raise ValueError(
                "covariances must leave the correlations positive definite, "
                f"got {dict(self.covariances)}"
            ) from None
        mixing.flags.writeable = False
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        object.__setattr__(self, "covariances", MappingProxyType(dict(self.covariances)))
        object.__setattr__(self, "_mixing", mixing)


def omega2_of_cv(cv_pct: float, *, cv_is: Literal["cv of the parameter", "sd of the log"]) -> float:
    """Return the variance on the log scale, without unit, of a CV in per cent.

    Papers print two things as "CV %", and few say which; so the reading has to be named:
        "cv of the parameter"   SD over mean of the log-normal parameter itself:
                                omega^2 = ln(1 + (CV/100)^2)
        "sd of the log"         100 omega, its approximation where variability is small:
                                omega^2 = (CV/100)^2
    At 30 % the second is 4 % larger, at 130 % it is 71 % larger.
    Source: the moments of the log-normal, mean typical exp(omega^2 / 2) and SD / mean
    sqrt(exp(omega^2) - 1); the same as CVlnorm of the R package NMcalc 0.0.4.

    cv_pct: per cent, zero or more. Raises ValueError, naming the argument, for a cv_pct that is
    not finite or negative, and for a cv_is that is neither of the two.
    """
    squared = (_not_negative("cv_pct", cv_pct) / 100) ** 2
    if cv_is == "cv of the parameter":
        return math.log1p(squared)
    if cv_is == "sd of the log":
        return squared
    raise ValueError(f"cv_is must be 'cv of the parameter' or 'sd of the log', got {cv_is!r}")


def draw(population: Population, patients: int, seed: int, *, first: int = 0) -> dict[str, Array]:
    """Return the parameters of the patients ``first`` to ``first + patients - 1`` of ``seed``.

    patients: how many, 1 or more. seed: a whole number, zero or more. first: the number of the
    first patient, zero or more: portions that follow each other make up the whole exactly.
    Returns one array of shape (patients,) for each name of the population, in its parameter's
    unit. A parameter that is correlated with others depends on those before it in the population.

    Raises ValueError, naming the argument, for numbers that are not whole or are out of range.
    """
    patients = _whole("patients", patients, least=1)
    seed, first = _whole("seed", seed), _whole("first", first)
    deviates = [_normal(name, seed, first, patients) for name in population.parameters]
    drawn = {}
    for (name, parameter), row in zip(
        population.parameters.items(), population._mixing, strict=True
    ):
        # Element by element: a matrix product may round differently for other numbers of patients.
        mixed = sum(weight * z for weight, z in zip(row, deviates, strict=True) if weight)
        drawn[name] = parameter.at(parameter.sd * mixed)
    return drawn


def _normal(name: str, seed: int, first: int, patients: int) -> Array:
    """Return the normal deviates number ``first`` and on of the stream of ``name``."""
    stream = np.random.SeedSequence(seed, spawn_key=(int.from_bytes(name.encode(), "big"),))
    generator = np.random.Philox(stream)
    skipped = first % _PER_COUNT
    generator.advance(first // _PER_COUNT)
    raw = generator.random_raw(skipped + patients)[skipped:]
    # 52 bits and a half: exact in a double, never 0 or 1, as far from 0 as from 1.
    return ndtri(((raw >> np.uint64(12)) + 0.5) * 2.0**-52)


def _correlations(
    parameters: Mapping[str, LogNormal | LogitNormal], covariances: Mapping[tuple[str, str], float]
) -> Array:
    places = {name: place for place, name in enumerate(parameters)}
    correlations = np.eye(len(places))
    for pair, value in covariances.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or pair[0] == pair[1]:
            raise ValueError(f"covariances must be for pairs of two names, got {pair!r}")
        unknown = [name for name in pair if name not in places]
        if unknown:
            raise ValueError(f"covariances name {unknown[0]!r}, which is not in parameters")
        if tuple(reversed(pair)) in covariances:
            raise ValueError(f"covariances hold the pair {pair} twice")
        scale = parameters[pair[0]].sd * parameters[pair[1]].sd
        covariance = _finite("covariances", value)
        if covariance and not scale:
            raise ValueError(f"covariances of {pair} must be zero where a variance is zero")
        if covariance:
            i, j = places[pair[0]], places[pair[1]]
            correlations[i, j] = correlations[j, i] = covariance / scale
    return correlations


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, got {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    return number


def _not_negative(name: str, value: float) -> float:
    number = _finite(name, value)
    if number < 0:
        raise ValueError(f"{name} must not be negative, got {number}")
    return number


def _whole(name: str, value: int, *, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number, {least} or more, got {value!r}")
    return int(value)
