"""Published effects of ketamine, ready to run: a curve or a line, its numbers, what is not known.

The curves are those of ``ketalab.models.effect``, the numbers those of ``pd_models``. What a source
does not give is said in the warnings of each result, and where it cannot be assumed there is no
model. Effects of different drugs, people and blood samples stay apart.

>>> effect_models()["pressure_pain"].at([0.0, 0.12]).values.round(2)
array([0. , 0.5])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ketalab.evidence.pharmacology import Parameter, PdModel, pd_models
from ketalab.models.arguments import numbers
from ketalab.models.effect import (
    fraction_of_maximum,
    inhibitory_emax,
    position_in_range,
    rate_constant,
    sigmoid_emax,
)
from ketalab.simulation.concentrations import in_mg_per_l
from ketalab.simulation.effect_model import (
    Curve,
    Effect,
    EffectModel,
    Responders,
)
from ketalab.simulation.numbers_in_words import numbers_in_words

Array: TypeAlias = NDArray[np.float64]

_NOT_KNOWN = "not known"
_S = "S-ketamine"
_RACEMIC = "racemic ketamine"
_HOURS = MappingProxyType({"s": 1 / 3600, "min": 1 / 60, "days": 24.0})
_NO_HILL = "The Hill exponent is not known; 1 is used."
_NO_DELAY = "How fast the effect follows the blood is not known."
_NO_LARGEST = "The largest effect is not known in units of its own: the result is a share of it."


class Opposition(NamedTuple):
    """The two effects on pain that oppose each other, and their sum in the same unit."""

    ketamine: Effect
    norketamine: Effect
    net: Array


def opposed_pain(s_ketamine_mg_per_l: ArrayLike, s_norketamine_mg_per_l: ArrayLike) -> Opposition:
    """Return the change of pain by S-ketamine and by its metabolite, which works against it.

    Concentrations at the effect site, mg/L, of shapes that broadcast. The source's model is linear
    and additive: the net change is the sum. Its authors ask for further proof.

    Raises ValueError, naming the argument or its model, for a concentration that is not finite,
    below zero or above the one for which the source prints an effect, and for shapes that do not
    match.
    """
    try:
        np.broadcast_shapes(np.shape(s_ketamine_mg_per_l), np.shape(s_norketamine_mg_per_l))
    except ValueError:
        raise ValueError(
            "s_norketamine_mg_per_l must have a shape that goes with s_ketamine_mg_per_l"
        ) from None
    ketamine = effect_models()["pain_by_ketamine"].at(
        numbers("s_ketamine_mg_per_l", s_ketamine_mg_per_l)
    )
    norketamine = effect_models()["pain_by_norketamine"].at(
        numbers("s_norketamine_mg_per_l", s_norketamine_mg_per_l)
    )
    assert ketamine.values is not None  # both are straight lines
    assert norketamine.values is not None
    return Opposition(ketamine, norketamine, ketamine.values + norketamine.values)


@cache
def effect_models() -> Mapping[str, EffectModel]:
    """Return every published effect that can be run, by id.

    There is none for blood pressure: how it follows the concentration is not known
    (``ketalab.simulation.landmarks`` has what was reported). Raises EvidenceError when the tables
    are not sound.
    """
    models = [
        _pressure_pain(),
        *_after_a_film(),
        *_pain_and_norketamine(),
        _chronic_pain(),
        _perception(),
        _sedation_of_children(),
        *_eeg(),
        _cardiac_output(),
    ]
    return MappingProxyType({model.id: model for model in models})


def _pressure_pain() -> EffectModel:
    record = pd_models()["acute_pain_olofsen2022"]
    c50, delay = record.parameters["C50"], record.parameters["t_half_ke0"]
    return EffectModel(
        id="pressure_pain",
        record=record.id,
        what="relief of pressure pain, and altered external perception",
        unit="share of the largest effect",
        drug=_S,
        sampling=_NOT_KNOWN,
        parameters=(c50, delay),
        curve=_around(c50),
        band="95% interval of the C50 alone",
        ke0_per_h=_ke0_per_h(delay),
        assumptions=(
            _NO_HILL,
            _NO_LARGEST,
            f"R-ketamine: {_words(record, 'R_ketamine')}. After racemic ketamine, too, the "
            "concentration of S-ketamine counts.",
            f"S-norketamine: {_words(record, 'S_norketamine')}, which is left out.",
        ),
    )


def _after_a_film() -> tuple[EffectModel, EffectModel]:
    record = pd_models()["acute_pain_simons2022"]
    pain, high = record.parameters["C50_antinociception"], record.parameters["C50_drug_high"]
    assumptions = (
        _NO_HILL,
        _NO_LARGEST,
        _NO_DELAY,
        f"Metabolites: {_words(record, 'metabolites')}.",
    )
    return (
        EffectModel(
            id="film_antinociception",
            record=record.id,
            what="relief of electrical, heat and pressure pain after an oral film",
            unit="share of the largest effect",
            drug=_S,
            sampling=_NOT_KNOWN,
            parameters=(pain,),
            curve=_between(pain),
            band="highest and lowest C50 that the source prints",
            assumptions=assumptions,
        ),
        EffectModel(
            id="film_drug_high",
            record=record.id,
            what="feeling high after an oral film",
            unit="share of the largest effect",
            drug=_S,
            sampling=_NOT_KNOWN,
            parameters=(high,),
            curve=_around(high),
            assumptions=assumptions,
        ),
    )


def _pain_and_norketamine() -> tuple[EffectModel, EffectModel]:
    record = pd_models()["norketamine_olofsen2012"]
    delay = record.parameters["t_half_ke0"]
    # The number is the mean of all endpoints; that of pain stands in the words after the unit.
    (minutes,) = numbers_in_words(r"to ([\d.]+) pain\)", delay.unit)
    ke0 = rate_constant(minutes * _HOURS["min"]).item()
    linear = (
        "The source's model is linear and additive; it is used only up to the one concentration "
        "for which the source prints the effect."
    )

    def one(id: str, name: str, drug: str, quantity: str, *more: str) -> EffectModel:
        effect = record.parameters[name]
        (last,) = numbers_in_words(r"([\d.]+) ng/mL$", effect.unit)
        return EffectModel(
            id=id,
            record=record.id,
            what=f"change of pain on a visual analogue scale by {drug}",
            unit="cm, below zero is less pain",
            drug=drug,
            sampling=_NOT_KNOWN,
            parameters=(effect, delay),
            curve=_line(effect.number, 0.0, last),
            ke0_per_h=ke0,
            assumptions=(linear, *more),
            quantity=quantity,
        )

    return (
        one("pain_by_ketamine", "ketamine_at_100ng", _S, "concentration_ng_per_ml"),
        one(
            "pain_by_norketamine",
            "norketamine_at_50ng",
            "S-norketamine",
            "norketamine_ng_per_ml",
            "The delay of pain relief by S-ketamine is taken for S-norketamine too.",
        ),
    )


def _chronic_pain() -> EffectModel:
    record = pd_models()["chronic_pain_dahan2011"]
    c50, delay = record.parameters["C50"], record.parameters["t_half_onset_offset"]
    responders = Responders(
        record.parameters["p_response_ketamine"], record.parameters["p_response_placebo"]
    )
    return EffectModel(
        id="chronic_pain",
        record=record.id,
        what="relief of the pain of complex regional pain syndrome, type 1, in those who respond",
        unit="share of the pain",
        drug=_S,
        sampling=_NOT_KNOWN,
        parameters=(c50, delay, *responders),
        curve=_around(c50),
        band="95% interval of the C50 alone",
        ke0_per_h=_ke0_per_h(delay),
        assumptions=(
            _NO_HILL,
            "The largest relief is not known; all of the pain is used.",
            "The C50 belongs to a slow effect compartment; it does not compare with the C50 of an "
            "acute effect.",
            "Those who do not respond are taken to have no relief. Some respond to placebo as "
            "well; that is not taken off.",
        ),
        responders=responders,
    )


def _perception() -> EffectModel:
    record = pd_models()["psychedelic_bowdle1998"]
    studied = record.parameters["range"]
    low, high = in_mg_per_l(studied)
    return EffectModel(
        id="perception",
        record=record.id,
        what="altered perception",
        unit="position in the range studied, which is not a size of effect",
        drug=_RACEMIC,
        sampling="venous",
        parameters=(studied, record.parameters["R_items"]),
        curve=lambda site: Curve(position_in_range(site, low, high)),
        assumptions=(
            "The slopes are not known: the scores rise in a straight line from 0 to 1 of this "
            "position, by how much is not told.",
            "Nothing is known outside the range that was studied.",
        ),
    )


def _sedation_of_children() -> EffectModel:
    record = pd_models()["sedation_children_herd2008"]
    used = [record.parameters[name] for name in ("EC50", "Hill", "Emax_fraction", "t_half_ke0")]
    ec50, hill, largest, delay = used
    (half,) = in_mg_per_l(ec50)
    (score,) = numbers_in_words(r"^E = ([\d.]+)\*\(", record.model or "")
    return EffectModel(
        id="sedation_of_children",
        record=record.id,
        what="sedation of children",
        unit=f"sedation score; {score:g} without the drug, lower when sedated",
        drug=_RACEMIC,
        sampling=_NOT_KNOWN,
        parameters=tuple(used),
        curve=lambda site: Curve(
            inhibitory_emax(site, half, hill.number, baseline=score, removed=largest.number)
        ),
        ke0_per_h=_ke0_per_h(delay),
        assumptions=(
            "The equation is that of a typical child. "
            f"The EC50 as it is printed: {ec50.number:g} {ec50.unit}.",
        ),
    )


def _eeg() -> list[EffectModel]:
    record = pd_models()["eeg_schuttler1987"]
    name = "Emax_S_RS_R"
    largest = record.parameters[name]
    drugs = {"S": _S, "RS": _RACEMIC, "R": "R-ketamine"}
    models = []
    for form, hertz in zip(name.split("_")[1:], largest.numbers, strict=True):
        ic50 = record.parameters[f"IC50_{form}"]
        models.append(
            EffectModel(
                id=f"eeg_{form.lower()}",
                record=record.id,
                what="fall of the median frequency of the EEG",
                unit="Hz",
                drug=drugs[form],
                sampling=_NOT_KNOWN,
                parameters=(ic50, largest),
                curve=_falling_by(hertz, *in_mg_per_l(ic50)),
                assumptions=(
                    _NO_HILL,
                    _NO_DELAY,
                    f"The C50 as it is printed: {ic50.number:g} {ic50.unit}.",
                ),
            )
        )
    return models


def _falling_by(largest: float, half: float) -> Callable[[Array], Curve]:
    return lambda site: Curve(sigmoid_emax(site, half, maximum=largest))


def _cardiac_output() -> EffectModel:
    rise = pd_models()["acute_pain_sigtermans2009"].parameters["cardiac_output_increase"]
    haemodynamics = pd_models()["haemodynamics"]
    delay = haemodynamics.parameters["CO_t_half_ke0"]
    first, last = numbers_in_words(r"over ([\d.]+)-([\d.]+) ng/mL", rise.unit)
    low, high = (_line(number, first, last) for number in rise.numbers)
    return EffectModel(
        id="cardiac_output",
        record="acute_pain_sigtermans2009",
        what="rise of cardiac output",
        unit="share of the resting value",
        drug=_S,
        sampling="arterial",
        parameters=(rise, delay),
        curve=lambda site: Curve(None, low(site).values, high(site).values),
        band="the least and the greatest rise that the source prints",
        ke0_per_h=_ke0_per_h(delay),
        assumptions=(
            "C50 and Hill exponent are not known; a straight line over the range that was "
            "studied stands in for the curve.",
            "The delay is that of another study in healthy men, read in public code that cites it.",
            f"From that other study: {_words(haemodynamics, 'CO_drivers')}. Only S-ketamine is "
            "in this line.",
        ),
    )


def _around(c50: Parameter) -> Callable[[Array], Curve]:
    """The share of the largest effect with Hill 1, and its band where the C50 has an interval."""
    (half,) = in_mg_per_l(c50)
    if c50.ci95 is None:
        return lambda site: Curve(fraction_of_maximum(site, half))
    least, most = (end * half / c50.number for end in c50.ci95)
    return lambda site: Curve(
        fraction_of_maximum(site, half),
        fraction_of_maximum(site, most),
        fraction_of_maximum(site, least),
    )


def _between(c50: Parameter) -> Callable[[Array], Curve]:
    """The same for a C50 of which only a range is known."""
    least, most = in_mg_per_l(c50)
    return lambda site: Curve(
        None, fraction_of_maximum(site, most), fraction_of_maximum(site, least)
    )


def _line(effect: float, first_ng_per_ml: float, last_ng_per_ml: float) -> Callable[[Array], Curve]:
    """A straight line from none to ``effect`` over the range; refuses what lies outside."""
    low, high = first_ng_per_ml / 1000, last_ng_per_ml / 1000
    return lambda site: Curve(effect * position_in_range(site, low, high))


def _ke0_per_h(half_time: Parameter) -> float:
    return rate_constant(half_time.number * _HOURS[str(half_time.base_unit)]).item()


def _words(record: PdModel, name: str) -> str:
    return str(record.parameters[name].value)
