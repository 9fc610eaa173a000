"""The NMDA receptor with the published numbers put in, and what each was measured in.

Every answer carries the records of its numbers (species and preparation, voltage, level of
verification), what had to be assumed, and the warnings of its model card. They come from cells
and membranes, of rats or of cell lines with human receptors: none was measured in a patient.

The IC50 and the rate constants of ketamine disagree by a factor of two, so they are two
descriptions (`ketamine_by_ic50`, `by_rates`), and nothing here takes both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import constants

from ketalab.evidence.pharmacology import Parameter, parameter_in, receptor
from ketalab.evidence.pharmacology.model_card import model_card
from ketalab.models import receptor as model
from ketalab.models import wind_up as summation
from ketalab.simulation.numbers_in_words import numbers_in_words

Array: TypeAlias = NDArray[np.float64]
Form = Literal["racemic", "S", "R"]
Drug = Literal["ketamine", "memantine"]
Sources: TypeAlias = Mapping[str, Parameter]

# The place of the constant of each ligand of the site that [3H]MK-801 labels.
LIGANDS: Mapping[str, str] = MappingProxyType(
    {
        "S-ketamine": "S_ketamine_Ki",
        "R-ketamine": "R_ketamine_Ki",
        "S-norketamine": "S_norketamine_Ki",
        "R-norketamine": "R_norketamine_Ki",
    }
)

_NO_HILL = "The source gives no Hill coefficient; a slope of 1 is assumed."
_RACEMATE = "The record does not say which ketamine was measured; it is taken as the racemate."
_REFERENCE = (
    "The record does not say at which voltage the rates were measured; that of the IC50 of the "
    "same paper is taken."
)
_RATES_OF: Mapping[str, str] = MappingProxyType(
    {
        "steady current": "The rates of ketamine are taken as those of a current under saturating "
        "agonist; the open channel's are faster by the open probability of the gating scheme.",
        "open channel": "The rates of ketamine are taken as those of the open channel.",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a model returns, with what whoever shows it must be able to say.

    values: fractions from 0 to 1, pA, or responses without unit, as the function says.
    sources: the records of the numbers, by their place in the table of the receptor.
    assumptions: sentences on what no source states.
    warnings: sentences of the model cards on values outside the range that they hold for.
    """

    values: Array
    sources: Sources = field(repr=False)
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PublishedBlock:
    """A blocker by its IC50, as one source measured it.

    name: the substance. block: its numbers. conditions: what the source says of voltage and
    magnesium. sources, assumptions: as in `Answer`. card: the id of its model card.
    """

    name: str
    block: model.Ic50Block
    conditions: str
    sources: Sources = field(repr=False)
    assumptions: tuple[str, ...]
    card: str

    def unblocked(self, concentration_um: ArrayLike, voltage_mv: ArrayLike | None = None) -> Answer:
        """Return the fraction of the current left, 0 to 1 (`models.receptor.unblocked_by_ic50`).

        concentration_um: free at the receptor, uM. voltage_mv: mV; without it, that of the
        measurement. Raises ValueError, naming the argument, for bad numbers, for another voltage
        where its effect is not known, and where the model card refuses a value.
        """
        voltage = self.block.reference_mv if voltage_mv is None else voltage_mv
        values = model.unblocked_by_ic50(self.block, concentration_um, voltage)
        card = model_card(self.card)
        warnings = card.check(concentration_um=concentration_um, voltage_mv=voltage)
        return Answer(values, self.sources, self.assumptions, warnings)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedRates:
    """A blocker by its rate constants, as one source gives them.

    name: the substance. rates: at the voltage of the measurement. sources, assumptions: as in
    `Answer`. card: the id of its model card.
    """

    name: str
    rates: model.BlockRates
    sources: Sources = field(repr=False)
    assumptions: tuple[str, ...]
    card: str

    @property
    def half_block_um(self) -> float:
        """koff / kon, uM: where half of a steady current is left."""
        return float(np.divide(self.rates.koff_per_s, self.rates.kon_per_um_s))

    def unblocked(self, concentration_um: ArrayLike, times_s: ArrayLike) -> Answer:
        """Return what is left of a steady current, shape (..., times).

        The arguments are those of `models.receptor.unblocked_while_active`; so are the errors,
        and OutsideValidity where the model card refuses a concentration.
        """
        values = model.unblocked_while_active(self.rates, concentration_um, times_s)
        warnings = model_card(self.card).check(concentration_um=concentration_um)
        return Answer(values, self.sources, self.assumptions, warnings)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A stretch of an experiment in which nothing changes outside the receptor.

    duration_s: s, above zero. agonist_um: glutamate, uM. blocker_um: ketamine, uM. voltage_mv:
    mV. The last three are numbers or arrays that broadcast.
    """

    duration_s: float
    agonist_um: ArrayLike
    blocker_um: ArrayLike
    voltage_mv: ArrayLike


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a study set off wind-up: number of stimuli, their rate in 1/s, and the record."""

    stimuli: int
    rate_hz: float
    source: Parameter


def magnesium_unblocked(voltage_mv: ArrayLike, magnesium_mm: ArrayLike) -> Answer:
    """Return the fraction of open channels that magnesium leaves (Jahr and Stevens 1990, rat).

    voltage_mv: mV. magnesium_mm: mM. Raises ValueError, naming the argument, for bad numbers and
    where the model card refuses a value.
    """
    table = receptor().magnesium_block
    values = model.magnesium_unblocked(
        voltage_mv,
        magnesium_mm,
        k0_mm=_number(table.K0, "mM"),
        slope_per_mv=_number(table.slope, "1/mV"),
    )
    warnings = model_card("magnesium_block").check(voltage_mv=voltage_mv, magnesium_mm=magnesium_mm)
    sources = {"magnesium_block.K0": table.K0, "magnesium_block.slope": table.slope}
    return Answer(values, MappingProxyType(sources), (table.doubt,), warnings)


def ketamine_by_ic50(form: Form = "racemic") -> PublishedBlock:
    """Return ketamine's block of human GluN1/GluN2A without magnesium (Gilling 2009).

    form: "racemic", or an enantiomer: its IC50 is that of the racemate times the ratio of its Ki
    to the Ki of the racemate, from binding to rat brain (Ebert 1997). The Ki of the racemate is
    that of two ligands that compete for one site. Raises ValueError for another form.
    """
    if form not in get_args(Form):
        raise ValueError(f"form must be one of {', '.join(get_args(Form))}, got {form!r}")
    sources = _places("ketamine_block", "IC50_hGluN1_2A", "delta")
    ic50, delta = sources.values()
    block = model.Ic50Block(
        ic50_um=_number(ic50, "uM"),
        hill=_in_words(ic50.unit, r"\bHill (\d+\.\d+)"),
        reference_mv=_in_words(ic50.unit, r"\bat (-?\d+) mV"),
        e_fold_mv=_ketamine_e_fold(delta),
    )
    assumptions = [_RACEMATE, "Ketamine blocks as an ion with one positive charge."]
    if form != "racemic":
        kis = _places("enantiomers", LIGANDS["S-ketamine"], LIGANDS["R-ketamine"])
        values = {key: _number(ki, "uM") for key, ki in zip(("S", "R"), kis.values(), strict=True)}
        racemate = model.mixture_constant([0.5, 0.5], list(values.values()))
        block = replace(block, ic50_um=block.ic50_um * values[form] / racemate)
        sources = sources | kis
        assumptions.append(
            "The two forms are taken to differ in block as they differ in binding to rat brain, "
            "and to share slope and dependence on voltage."
        )
        (other,) = _places("enantiomers", "S_R_419_497").values()
        assumptions.append(f"{other.source_key} gives {other.unit.removeprefix('uM, ')}.")
    name = "ketamine" if form == "racemic" else f"{form}-ketamine"
    return PublishedBlock(
        name,
        block,
        _conditions(ic50),
        MappingProxyType(sources),
        tuple(assumptions),
        card="ketamine_block",
    )


def comparators() -> Mapping[str, PublishedBlock]:
    """Return other blockers by IC50, by a name that says what was measured in what.

    For none of them is the Hill coefficient or the dependence on voltage known here: the slope is
    taken as 1, and each answers at the voltage of its own measurement only. The table holds no
    IC50 of MK-801. Magnesium is a function of its own (`magnesium_unblocked`).
    """
    found: dict[str, PublishedBlock] = {}
    for place in ("memantine_IC50", "amantadine_IC50", "memantine_oocytes", "memantine_oocytes_Mg"):
        sources = MappingProxyType(_places("comparators", place))
        (record,) = sources.values()
        substance = place.partition("_")[0]
        voltage = _in_words(record.unit, r"\bat (-?\d+) mV")
        conditions = _conditions(record)
        several = record.value if isinstance(record.value, Mapping) else {"": record.number}
        for subunit, value in several.items():
            block = model.Ic50Block(value, hill=1.0, reference_mv=voltage, e_fold_mv=None)
            words = (substance, record.species_assay, subunit, conditions)
            found[", ".join(str(word) for word in words if word)] = PublishedBlock(
                substance, block, conditions, sources, (_NO_HILL,), card="comparators"
            )
    return MappingProxyType(found)


def by_rates(drug: Drug) -> PublishedRates:
    """Return the block by ketamine or by memantine in rate constants (Gilling 2009, human).

    Raises ValueError for another drug: no other rates are in the table.
    """
    if drug not in get_args(Drug):
        raise ValueError(f"drug must be one of {', '.join(get_args(Drug))}, got {drug!r}")
    if drug == "ketamine":
        sources, card = _places("ketamine_block", "kon", "koff"), "ketamine_block"
        assumptions: tuple[str, ...] = (_RACEMATE,)
    else:
        sources, card = _places("comparators", "memantine_kon", "memantine_koff"), "comparators"
        assumptions = ("Of memantine's two components the source's normalised rates are taken.",)
    kon, koff = sources.values()
    # 1/(M s) to 1/(uM s).
    rates = model.BlockRates(_number(kon, "1/(M s)") * constants.micro, _number(koff, "1/s"))
    return PublishedRates(drug, rates, MappingProxyType(sources), assumptions, card)


def gating_schemes() -> Mapping[str, Parameter]:
    """Return the records of the published gating schemes by name, for `gating`."""
    table = receptor().gating
    records = {name: getattr(table, name) for name in type(table).model_fields}
    return MappingProxyType(
        {name: record for name, record in records.items() if isinstance(record, Parameter)}
    )


def gating(scheme: str, *, statistical_factors: bool = False) -> model.Gating:
    """Return one published gating scheme (`gating_schemes`).

    statistical_factors: False as in the code that the rates were read from; True as in some ports
    of it (`models.receptor.Gating`). Raises ValueError for an unknown scheme.
    """
    schemes = gating_schemes()
    if scheme not in schemes:
        raise ValueError(f"scheme must be one of {', '.join(schemes)}, got {scheme!r}")
    values = schemes[scheme].value
    if not isinstance(values, Mapping):
        raise ValueError(f"{scheme} does not hold one number for each rate")
    # One of the schemes names opening and closing "beta_open" and "alpha_close".
    names = {str(name).removeprefix("beta_").removeprefix("alpha_"): name for name in values}
    return model.Gating(
        binding_per_um_s=values["kon_per_uM_s"],
        unbinding_per_s=values["koff"],
        desensitisation_per_s=values["kd_desens"],
        resensitisation_per_s=values["kr_resens"],
        opening_per_s=values[names["open"]],
        closing_per_s=values[names["close"]],
        statistical_factors=statistical_factors,
    )


def ketamine_course(
    stretches: Sequence[Stretch],
    times_s: ArrayLike,
    *,
    scheme: str,
    statistical_factors: bool = False,
    rates_of: Literal["steady current", "open channel"] = "steady current",
    binding_share: float = 0.0,
) -> Answer:
    """Return how ketamine's block builds up in use and stays trapped, shape (..., times, 10).

    The states are `models.receptor.STATES`; `models.receptor.open_unblocked` and `blocked` read
    them. Without magnesium.

    stretches: one or more, one after the other; repeat them for repeated openings. times_s: s.
    scheme, statistical_factors: as in `gating`.
    rates_of: what the rates of ketamine belong to. "steady current": the onset and offset of a
        current under saturating agonist, so that those of the open channel are faster by the
        scheme's open probability. "open channel": taken as they stand.
    binding_share: how much of the dependence on voltage lies in binding, 0 to 1. No source of the
        course says; it changes how fast block settles, not where.

    Raises ValueError, naming the argument, for bad numbers, no stretches, unknown names, times
    outside the stretches, and where a model card refuses a value.
    """
    if not isinstance(stretches, Sequence) or not stretches:
        raise ValueError("stretches must be a sequence of one stretch or more")
    if rates_of not in ("steady current", "open channel"):
        raise ValueError(f"rates_of must be 'steady current' or 'open channel', got {rates_of!r}")
    channel = gating(scheme, statistical_factors=statistical_factors)
    published = by_rates("ketamine")
    rates = published.rates
    if rates_of == "steady current":
        rates = model.of_open_channel(rates, model.open_probability(channel))
    extra = _places("ketamine_block", "IC50_hGluN1_2A", "delta", "trapping")
    ic50, delta, _ = extra.values()
    reference = _in_words(ic50.unit, r"\bat (-?\d+) mV")
    fold = _ketamine_e_fold(delta)

    phases: dict[Stretch, model.Phase] = {}
    warnings: dict[str, None] = {}
    for stretch in stretches:
        if not isinstance(stretch, Stretch):
            raise ValueError(f"stretches must hold Stretch, got {stretch!r}")
        if stretch in phases:
            continue
        at_voltage = model.rates_at(
            rates,
            stretch.voltage_mv,
            reference_mv=reference,
            e_fold_mv=fold,
            binding_share=binding_share,
        )
        phases[stretch] = model.Phase(
            stretch.duration_s, stretch.agonist_um, stretch.blocker_um, at_voltage
        )
        block_card, gating_card = model_card("ketamine_block"), model_card("gating")
        said = block_card.check(
            concentration_um=stretch.blocker_um, voltage_mv=stretch.voltage_mv
        ) + gating_card.check(glutamate_um=stretch.agonist_um)
        warnings.update(dict.fromkeys(said))
    states = model.course(channel, [phases[stretch] for stretch in stretches], times_s)
    sources = {**published.sources, **extra, f"gating.{scheme}": gating_schemes()[scheme]}
    assumptions = (
        *published.assumptions,
        _REFERENCE,
        _RATES_OF[rates_of],
        f"A share of {binding_share:g} of the dependence on voltage is put into binding; "
        "the sources do not say how it divides.",
        f"Statistical factors are {'used' if statistical_factors else 'not used'}.",
        "A blocked channel gates as a free one does.",
    )
    return Answer(states, MappingProxyType(sources), assumptions, tuple(warnings))


def current(
    voltage_mv: ArrayLike,
    *,
    conductance_ns: ArrayLike,
    reversal_mv: ArrayLike,
    magnesium_mm: ArrayLike,
    concentration_um: ArrayLike,
    form: Form = "racemic",
    exclusive: bool = False,
) -> Answer:
    """Return the NMDA current, pA, with magnesium and ketamine, once block has settled.

    voltage_mv: mV. conductance_ns, reversal_mv: of the receptors that are to be shown, nS and mV;
    the tables give neither. magnesium_mm: mM. concentration_um: of ketamine
    of the ``form`` (`ketamine_by_ic50`), uM. exclusive: how the two blocks combine
    (`models.receptor.both_unblocked`). Common shape.

    Raises ValueError, naming the argument, for bad numbers, and where a model card refuses one.
    """
    magnesium = magnesium_unblocked(voltage_mv, magnesium_mm)
    published = ketamine_by_ic50(form)
    ketamine = published.unblocked(concentration_um, voltage_mv)
    together = model.both_unblocked(magnesium.values, ketamine.values, exclusive=exclusive)
    values = model.nmda_current(
        voltage_mv, conductance_ns=conductance_ns, reversal_mv=reversal_mv, unblocked=together
    )
    rule = (
        "A channel is taken to hold either magnesium or ketamine, not both."
        if exclusive
        else "Magnesium and ketamine are taken to block without regard to each other."
    )
    assumptions = (
        *ketamine.assumptions,
        f"{rule} The sources of the course do not say.",
        "Magnesium block is of rat neurones, ketamine block of human receptors in a cell line.",
    )
    sources = MappingProxyType({**magnesium.sources, **ketamine.sources})
    warnings = tuple(dict.fromkeys(magnesium.warnings + ketamine.warnings))
    return Answer(values, sources, assumptions, warnings)


def occupancy(concentrations_um: Mapping[str, ArrayLike]) -> Answer:
    """Return the fraction of sites that each ligand holds when all compete (Ebert 1997, rat brain).

    concentrations_um: free at the site, uM, by a name of `LIGANDS`, one or more; they broadcast.
    Returns shape (..., ligands), in the order of the mapping. Of racemic ketamine, half is each
    enantiomer. Raises ValueError, naming the argument, for none, for an unknown ligand and for
    bad numbers, and where the model card refuses one.
    """
    if not isinstance(concentrations_um, Mapping) or not concentrations_um:
        raise ValueError("concentrations_um must name one ligand or more")
    for ligand in concentrations_um:
        if ligand not in LIGANDS:
            raise ValueError(f"concentrations_um must name {', '.join(LIGANDS)}, got {ligand!r}")
    sources = _places("enantiomers", *(LIGANDS[ligand] for ligand in concentrations_um))
    constants_um = [_number(source, "uM") for source in sources.values()]
    try:
        parts = np.broadcast_arrays(*concentrations_um.values())
        together = np.stack(parts, axis=-1)
    except ValueError:
        raise ValueError("concentrations_um must hold arrays that broadcast") from None
    values = model.occupancy(together, constants_um)
    warnings = model_card("enantiomer_affinity").check(concentration_um=together)
    assumptions = ("All ligands compete for the one site that [3H]MK-801 labels.",)
    return Answer(values, MappingProxyType(sources), assumptions, warnings)


def micromolar(
    ng_per_ml: ArrayLike, substance: Literal["ketamine", "norketamine", "hydroxynorketamine"]
) -> Array:
    """Return a concentration in uM: ng/mL of the base over its molar mass in g/mol.

    The enantiomers have the molar mass of their racemate. A concentration in plasma is the total
    one; what is free at the receptor is another matter, and the tables do not give it.
    Raises ValueError, naming the argument, for an unknown substance and for bad numbers.
    """
    record = receptor().chemistry.get(substance)
    if record is None or record.mw is None:
        raise ValueError(f"substance must be one with a molar mass in the table, got {substance!r}")
    mass = _number(record.mw, "g/mol") if isinstance(record.mw, Parameter) else record.mw
    try:
        concentration = np.asarray(ng_per_ml, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"ng_per_ml must be a number or an array, got {ng_per_ml!r}") from None
    if not (np.isfinite(concentration).all() and (concentration >= 0).all()):
        raise ValueError("ng_per_ml must be finite and not negative")
    return concentration / mass


def wind_up_protocol() -> Protocol:
    """Return the series of stimuli of Guirimand 2000, in six healthy volunteers."""
    (record,) = _places("windup", "protocol_guirimand").values()
    words = str(record.value)
    return Protocol(
        stimuli=int(_in_words(words, r"^(\d+) [\w-]+ stimuli")),
        rate_hz=_in_words(words, r"stimuli at (\d+(?:\.\d+)?) Hz"),
        source=record,
    )


def wind_up(
    unblocked: ArrayLike, *, stimuli: int | None = None, rate_hz: float | None = None
) -> Answer:
    """Return responses to repeated stimuli, without unit, shape (..., stimuli). Qualitative.

    unblocked: the fraction of receptors that conduct, 0 to 1. stimuli, rate_hz: those of
    `wind_up_protocol` unless given. The model and its errors are those of `models.wind_up`. No
    source says how much of the receptor a concentration blocks in a person, nor what that does to
    wind-up: the answer says so in its assumptions, and whoever shows it must.
    """
    protocol = wind_up_protocol()
    count = protocol.stimuli if stimuli is None else stimuli
    rate = protocol.rate_hz if rate_hz is None else rate_hz
    found = summation.wind_up(count, rate, unblocked)
    warnings = model_card("wind_up").check(stimuli=count, stimulus_rate_hz=rate)
    sources = MappingProxyType({"windup.protocol_guirimand": protocol.source})
    return Answer(found.responses, sources, (found.label,), warnings)


def _ketamine_e_fold(delta: Parameter) -> float:
    temperature = _in_words(delta.note or "", r"\bat (\d+(?:\.\d+)?) C\b")
    return float(model.e_fold_mv(_number(delta, "electrical distance"), temperature, charge=1))


def _places(section: str, *names: str) -> dict[str, Parameter]:
    """Return records of one section of the table by their place."""
    held = getattr(receptor(), section)
    return {f"{section}.{name}": parameter_in(held, name) for name in names}


def _number(parameter: Parameter, unit: str) -> float:
    if parameter.base_unit != unit:
        raise ValueError(f"expected the unit {unit}, got {parameter.unit}")
    return parameter.number


def _conditions(record: Parameter) -> str:
    """Return the words after the unit of an IC50: voltage, magnesium, errors."""
    if record.base_unit != "uM":
        raise ValueError(f"expected the unit uM, got {record.unit}")
    return record.unit.removeprefix("uM ")


def _in_words(words: str, pattern: str) -> float:
    """Return a number that the table gives in words beside a value."""
    (number,) = numbers_in_words(pattern, words)
    return number
