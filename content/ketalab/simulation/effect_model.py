"""An effect of a published model: what it is, and what it gives at a concentration or over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ketalab.evidence.pharmacology import Parameter
from ketalab.evidence.pharmacology.model_card import model_card
from ketalab.evidence.pharmacology.parameter import LEVELS
from ketalab.models.arguments import Array, numbers
from ketalab.models.effect import Mixture, effect_compartment, mixture_of_responders


class Curve(NamedTuple):
    """An effect at given concentrations, in the shape of these.

    values: None where the source gives no single number. low, high: the ends of a band, None
    where the source gives none.
    """

    values: Array | None
    low: Array | None = None
    high: Array | None = None


class Responders(NamedTuple):
    """The probability to respond, as the source gives it: with the drug and with placebo."""

    drug: Parameter
    placebo: Parameter


@dataclass(frozen=True, slots=True, eq=False)
class EffectModel:
    """One published effect of one form of the drug.

    id: its name here. record: the id of its numbers in ``pd_models`` and of its model card.
    what: the effect, in words. unit: of the result.
    drug: the substance whose concentration counts. quantity: the name of this concentration on
        the model card. sampling: where blood was taken, "arterial", "venous" or "not known".
    parameters: the numbers it uses.
    band: what the band of a result stands for; None where there is none.
    ke0_per_h: 1/h, how fast the site follows the blood; None where that is not known.
    assumptions: what is taken for granted or left out; they head the warnings of each result.
    responders: who responds, where the source tells; None otherwise.
    curve: the effect at concentrations at the site, mg/L. Raises ValueError outside the range that
        was studied, where the effect is a straight line.
    """

    id: str
    record: str
    what: str
    unit: str
    drug: str
    sampling: str
    parameters: tuple[Parameter, ...]
    curve: Callable[[Array], Curve]
    assumptions: tuple[str, ...]
    band: str | None = None
    ke0_per_h: float | None = None
    responders: Responders | None = None
    quantity: str = "concentration_ng_per_ml"

    @property
    def population(self) -> str:
        """In whom the numbers were measured."""
        said = (number.species_assay for number in self.parameters)
        return "; ".join(dict.fromkeys(words for words in said if words is not None))

    @property
    def source_keys(self) -> tuple[str, ...]:
        """The papers, as keys of the pharmacology's references."""
        return tuple(dict.fromkeys(number.source_key for number in self.parameters))

    @property
    def level(self) -> str:
        """The level of verification of the least sure of the numbers: one of LEVELS."""
        return max((number.level for number in self.parameters), key=LEVELS.index)

    def at(self, concentration_mg_per_l: ArrayLike, **quantities: ArrayLike | None) -> Effect:
        """Return the effect once blood and site have come to rest at a concentration.

        concentration_mg_per_l: of ``drug``, mg/L, zero or more, any shape; the result has it.
        quantities: what else is known of people and treatment, by the names of the model card
            ("age_years").

        Raises ValueError, naming the argument, for a concentration that is not finite, below zero
        or outside the range that was studied; OutsideValidity, a ValueError, where the model card
        refuses a value.
        """
        site = numbers("concentration_mg_per_l", concentration_mg_per_l)
        card = model_card(self.record)
        asked: dict[str, Any] = {self.quantity: 1000 * site, **quantities}
        warnings = card.check(**asked)
        try:
            curve = self.curve(site)
        except ValueError as error:
            raise ValueError(f"concentration_mg_per_l of {self.id}: {error}") from None
        return Effect(self, site, curve, (*self.assumptions, *warnings))

    def over_time(
        self,
        times_h: ArrayLike,
        concentration_mg_per_l: ArrayLike,
        *,
        start_mg_per_l: ArrayLike = 0.0,
        **quantities: ArrayLike | None,
    ) -> Effect:
        """Return the effect that a course of concentrations in the blood brings.

        times_h: h, shape (times,), strictly increasing. concentration_mg_per_l: of ``drug`` in the
        blood, mg/L, shape (times,) or (patients, times). start_mg_per_l: at the site at the first
        time, one number or shape (patients,). The rest is as in `at`; the card is asked about the
        concentration at the site. Results have shape (patients, times).

        The course is taken as straight between the times: `effect_compartment` states the error.

        Raises ValueError as `at` and `effect_compartment` do, and where no delay is known.
        """
        if self.ke0_per_h is None:
            raise ValueError(f"{self.id}: how fast the effect follows the blood is not known")
        course = numbers("concentration_mg_per_l", concentration_mg_per_l)
        if course.ndim not in (1, 2) or course.shape[-1] != np.size(times_h):
            raise ValueError(
                "concentration_mg_per_l must have shape (times,) or (patients, times) with "
                f"{np.size(times_h)} times, got {course.shape}"
            )
        start = numbers("start_mg_per_l", start_mg_per_l)
        return self.at(
            effect_compartment(times_h, course, self.ke0_per_h, start=start), **quantities
        )


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a model gives at concentrations of its drug, and what to show beside it.

    model: what it is, in whom it was measured, and how the numbers were read.
    site_mg_per_l: the concentrations at the site, mg/L.
    curve: the effect, in the unit of the model, each part in the shape of ``site_mg_per_l``.
    warnings: sentences that whoever shows the result shows too.
    """

    model: EffectModel
    site_mg_per_l: Array
    curve: Curve
    warnings: tuple[str, ...]

    @property
    def values(self) -> Array | None:
        """The effect; None where the source gives a range and no single number."""
        return self.curve.values

    @property
    def low(self) -> Array | None:
        """The lower end of the band, which ``model.band`` explains; None without one."""
        return self.curve.low

    @property
    def high(self) -> Array | None:
        """The upper end of the band; None without one."""
        return self.curve.high

    def over_people(self) -> Mixture:
        """Return mean and spread over everybody, of whom some do not respond.

        Those who do not respond are taken to have no effect at all. Raises ValueError where the
        source does not tell how many respond.
        """
        if self.model.responders is None:
            raise ValueError(f"{self.model.id}: how many people respond is not known")
        assert self.values is not None  # what has responders has one number for those who do
        return mixture_of_responders(self.values, self.model.responders.drug.number)
