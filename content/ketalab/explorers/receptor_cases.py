"""The receptor in use, and other blockers beside it: settings that are worked out beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ketalab.evidence.certainty import NOT_REVIEWED, grade
from ketalab.evidence.pharmacology import Parameter, model_card, parameter_in, receptor
from ketalab.explorers.receptor_source import (
    amount,
    badge,
    in_type,
    label,
    source_detail,
)
from ketalab.frontend import Case
from ketalab.frontend.numerals import fixed
from ketalab.models.receptor import blocked
from ketalab.simulation import receptor as published

Row = dict[str, Any]
Shares: TypeAlias = NDArray[np.float64]

CONCENTRATIONS = (0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
OPENINGS = (0.2, 0.4, 1, 2)

# --- Use -----------------------------------------------------------------------------------------

# The experiment drawn is the course's: four stretches, each with or without drug and openings. An
# opening is a short pulse of glutamate. The voltage is that of the source's IC50.
STRETCH_S = 15
STRETCHES = ("drug, closed", "drug, in use", "no drug, closed", "no drug, in use")
_PULSE_S, _PULSE_UM = 0.01, 1000.0
_SCHEME = "lester_jahr_1992"
_TIMES = np.arange(0, len(STRETCHES) * STRETCH_S + 1, dtype=float)


@cache
def held(openings: float) -> tuple[published.Answer, Shares]:
    """The answer, and the share of receptors that hold ketamine, %, shape (concentrations, times).

    openings: in a second.
    """
    drug = np.array(CONCENTRATIONS, dtype=float)
    stretches = [*_half(drug, openings), *_half(np.zeros_like(drug), openings)]
    answer = published.ketamine_course(stretches, _TIMES, scheme=_SCHEME)
    return answer, 100 * blocked(answer.values)


@cache
def after_use_in_other_schemes(openings: float) -> Shares:
    """The share after openings beside the drug by the other schemes, shape (schemes, ...)."""
    first_half = _half(np.array(CONCENTRATIONS, dtype=float), openings)
    end = [2.0 * STRETCH_S]
    courses = [
        published.ketamine_course(first_half, end, scheme=scheme).values
        for scheme in published.gating_schemes()
        if scheme != _SCHEME
    ]
    return 100 * blocked(np.array(courses))[..., 0]


def _half(drug: Shares, openings: float) -> list[published.Stretch]:
    """A stretch of rest and one of openings beside so much drug."""
    voltage = published.ketamine_by_ic50().block.reference_mv
    count = round(openings * STRETCH_S)
    pulse = published.Stretch(_PULSE_S, _PULSE_UM, drug, voltage)
    pause = published.Stretch(STRETCH_S / count - _PULSE_S, 0.0, drug, voltage)
    return [published.Stretch(float(STRETCH_S), 0.0, drug, voltage), *[pulse, pause] * count]


def opening_times(openings: float) -> list[float]:
    """When the channels of the experiment are opened, s."""
    count = round(openings * STRETCH_S)
    return [
        round(STRETCH_S * (stretch + place / count), 4)
        for stretch in (1, 3)
        for place in range(count)
    ]


@cache
def use_cases() -> Mapping[tuple[float, float], Case]:
    """By concentration, uM, and openings in a second."""
    return {key: _use_case(*key) for key in product(CONCENTRATIONS, OPENINGS)}


def _use_case(concentration: float, openings: float) -> Case:
    place = CONCENTRATIONS.index(concentration)
    answer, shares = held(openings)
    # Rounded once, so that the picture, the table and the reading hold the same numbers.
    course = [float(fixed(share, 1)) for share in shares[place]]
    at_rest, after_use, trapped, freed = (
        fixed(course[STRETCH_S * stretch], 1) for stretch in (1, 2, 3, 4)
    )
    others = after_use_in_other_schemes(openings)[:, place]
    rate = f"{openings:g} openings in a second" if openings != 1 else "one opening in a second"
    if concentration:
        low, high = fixed(others.min()), fixed(others.max())
        other_schemes = (
            f"Other published gating schemes ({len(others)}) give {low}% to {high}% after use. "
        )
    else:
        other_schemes = ""
    sources = answer.sources
    rates, gating = sources["ketamine_block.kon"], sources[f"gating.{_SCHEME}"]
    return Case(
        reading=(
            f"After {STRETCH_S} s beside {concentration:g} µM ketamine, while no channel opens, "
            f"{at_rest}% of the receptors hold it; after {STRETCH_S} s with {rate}, {after_use}%. "
            f"The drug is taken away: {STRETCH_S} s of rest leave {trapped}% (trapped), "
            f"{STRETCH_S} s of openings {freed}%. {other_schemes}Indirect evidence for chronic "
            f"pain: computed, from {rates.species_assay} (block) and {gating.species_assay} cells "
            f"(gating), without magnesium. Verified: {badge(rates)} ({label(rates)}), "
            f"{badge(gating)} ({label(gating)}). Certainty (GRADE): {grade('not graded')}."
        ),
        table=[
            {
                "at": f"{time} s",
                "what": STRETCHES[max(0, (time - 1) // STRETCH_S)],
                "without": "–",
                "with": "–",
                "blocked": f"{fixed(course[time], 1)}%",
            }
            for time in range(len(course))
        ],
        details=(),
        captions=[
            {
                "picture": "use",
                "title": "Share of receptors that hold ketamine (ticks: the channels open)",
                "alt": (
                    f"A curve over {len(course) - 1} seconds at {concentration:g} µM and {rate}. "
                    f"At rest beside the drug it reaches {at_rest}%, in use {after_use}%; without "
                    f"the drug it stays at {trapped}% at rest and falls to {freed}% in use."
                ),
            }
        ],
        drawn={"course": [{"held": course}]},
    )


def use_details() -> Iterator[Row]:
    """Rows of `details` in this view."""
    table = receptor().ketamine_block
    answer, _ = held(OPENINGS[0])
    yield {
        "term": "For chronic pain",
        "text": "indirect evidence. A computed experiment with receptors of a dish.",
    }
    yield {
        "term": "Why use matters",
        "text": "Ketamine enters a channel that is open and is shut in when it closes. So it "
        "blocks most where channels open most, and goes only when they open again.",
        "mark": NOT_REVIEWED,
    }
    kon, koff, trapping = (parameter_in(table, place) for place in ("kon", "koff", "trapping"))
    said = f"Binding {amount(kon)}, unbinding {amount(koff)}; {amount(trapping)}"
    yield source_detail("Ketamine", kon, said)
    yield {"term": "Doubt", "text": f"{in_type(koff.note or '')}. This view uses the rates."}
    for scheme, record in published.gating_schemes().items():
        use = "drawn" if scheme == _SCHEME else "compared"
        yield source_detail("Gating", record, f"Scheme {use}")
    for sentence in answer.assumptions:
        yield {"term": "Assumed", "text": sentence}
    yield {
        "term": "Assumed",
        "text": f"The experiment is the course's: an opening is a pulse of glutamate, "
        f"{_PULSE_UM:g} µM for {_PULSE_S:g} s.",
    }
    for place in ("single_channel_Po", "single_channel_Po_outside_out"):
        record = parameter_in(table, place)
        assert isinstance(record.value, Mapping)  # by concentration
        given = ", ".join(f"{share:g} at {um} µM" for um, share in record.value.items())
        unit = record.unit.replace(" at uM", "")
        yield source_detail("Also measured", record, f"Open probability {given}: {unit}")
    second = parameter_in(table, "second_mechanism")
    yield source_detail("Left out", second, f"A second mechanism: {second.value}")
    for sentence in model_card("gating").entry.not_for:
        yield {"term": "Not for", "text": sentence}
    yield {"term": "Certainty (GRADE)", "text": grade("not graded")}


# --- Other blockers ------------------------------------------------------------------------------

RATES, BINDING = "rates", "binding"
_LONG_S = 3600.0  # long after the block by rate constants has settled


@cache
def assays() -> Mapping[str, str]:
    """The assays by the name of the option: only what was measured in one is drawn together."""
    kon = published.by_rates("ketamine").sources["ketamine_block.kon"]
    ki = receptor().enantiomers["S_ketamine_Ki"]
    return {
        RATES: f"{kon.species_assay}: rate constants, no voltage given",
        **{
            place: _conditions(next(iter(blocks.values()))) for place, blocks in _by_assay().items()
        },
        BINDING: f"{ki.species_assay}: binding, [3H]MK-801",
    }


@cache
def _by_assay() -> Mapping[str, Mapping[str, published.PublishedBlock]]:
    """Blockers by IC50: by the first place of the assay in the table, then by name."""
    places: dict[str, str] = {}
    found: dict[str, dict[str, published.PublishedBlock]] = {}
    for name, block in published.comparators().items():
        place = places.setdefault(_conditions(block), *block.sources)
        found.setdefault(place, {})[name] = block
    return found


def _conditions(block: published.PublishedBlock) -> str:
    (record,) = block.sources.values()
    return in_type(f"{record.species_assay}, {block.conditions}")


@cache
def assay_cases() -> Mapping[tuple[float, str], Case]:
    """By concentration, uM, and assay."""
    return {key: _assay_case(*key) for key in product(CONCENTRATIONS, assays())}


def measured(concentration: float, assay: str) -> list[tuple[str, float, float]]:
    """Name, concentration that halves, uM, and share blocked or held, %, of each in one assay."""
    if assay == RATES:
        return [
            (
                rates.name,
                rates.half_block_um,
                100 * (1 - float(rates.unblocked(concentration, [_LONG_S]).values[0])),
            )
            for rates in (published.by_rates("ketamine"), published.by_rates("memantine"))
        ]
    if assay == BINDING:
        found = []
        for ligand, place in published.LIGANDS.items():
            share = published.occupancy({ligand: concentration}).values[..., 0]
            found.append((ligand, receptor().enantiomers[place].number, 100 * float(share)))
        return found
    return [
        (
            _name(name, block),
            block.block.ic50_um,
            100 * (1 - float(block.unblocked(concentration).values)),
        )
        for name, block in _by_assay()[assay].items()
    ]


def _name(name: str, block: published.PublishedBlock) -> str:
    """The substance, and the subunit where the source gives one for each."""
    (record,) = block.sources.values()
    if not isinstance(record.value, Mapping):
        return block.name
    subunit = name.removeprefix(f"{block.name}, {record.species_assay}, ").partition(", ")[0]
    return f"{block.name} on GluN{subunit}"


def _records(assay: str) -> list[tuple[str, Parameter]]:
    """What was measured in one assay, each record after its name."""
    if assay == RATES:
        both = (published.by_rates("ketamine"), published.by_rates("memantine"))
        return [
            (f"{rates.name}, {place.rpartition('k')[2]}", record)
            for rates in both
            for place, record in rates.sources.items()
        ]
    if assay == BINDING:
        table = receptor().enantiomers
        return [(ligand, table[place]) for ligand, place in published.LIGANDS.items()]
    blocks = _by_assay()[assay].values()
    found = {place: (b.name, record) for b in blocks for place, record in b.sources.items()}
    return list(found.values())


def _assay_case(concentration: float, assay: str) -> Case:
    lines = measured(concentration, assay)
    (does, half) = ("holds", "Ki") if assay == BINDING else ("blocks", "half at")
    what = "of the sites" if assay == BINDING else "of the current"
    shares = "; ".join(
        f"{name} {does} {fixed(share)}% ({half} {_um(um)} µM)" for name, um, share in lines
    )
    _, first = _records(assay)[0]
    of = "Each alone. " if assay == BINDING else ""
    return Case(
        reading=(
            f"At {concentration:g} µM ({assays()[assay]}), {what}: {shares}. {of}Only what one "
            "assay measured stands together: species, voltage and magnesium differ between "
            "assays, so this ranks no medicine. Indirect evidence for chronic pain: cells and "
            f"membranes in a dish. Verified: {badge(first)} ({label(first)}). "
            f"Certainty (GRADE): {grade('not graded')}."
        ),
        table=[
            {
                "at": assays()[assay],
                "what": f"{name}, {half} {_um(um)} µM",
                "without": f"{fixed(100)}%",
                "with": f"{fixed(100 - share, 1)}%",
                "blocked": f"{fixed(share, 1)}%",
            }
            for name, um, share in lines
        ],
        details=(),
        captions=[
            {
                "picture": "others",
                "title": f"Share {what} that each {does} at {concentration:g} µM",
                "alt": f"{len(lines)} bars in one assay at {concentration:g} µM, {what}: {shares}.",
            }
        ],
        drawn={
            "others": [
                {
                    "place": place,
                    "share": float(f"{share:.4g}"),
                    "said": f"{name} ({half} {_um(um)} µM): {fixed(share)}%",
                }
                for place, (name, um, share) in enumerate(lines)
            ]
        },
    )


def _um(value: float) -> str:
    return f"{value:.3g}"


def assay_details() -> Iterator[Row]:
    """Rows of `details` in this view; those with an `assay` belong to that assay alone."""
    table = receptor()
    yield {
        "term": "For chronic pain",
        "text": "indirect evidence. Receptors in a dish; relief of pain cannot be read off them.",
    }
    for assay in assays():
        for name, record in _records(assay):
            yield source_detail("Source", record, f"{name}: {amount(record)}") | {"assay": assay}
        for sentence in dict.fromkeys(_assumptions(assay)):
            yield {"term": "Assumed", "text": sentence, "assay": assay}
        for sentence in _not_for(assay):
            yield {"term": "Not for", "text": sentence, "assay": assay}
    for place in ("S_R_419_497", "cortex_vs_cord", "calcium_oscillations"):
        record = table.enantiomers[place]
        yield source_detail("Also measured", record, amount(record)) | {"assay": BINDING}
    for place in ("gideons2014", "emnett2013"):
        record = parameter_in(table.ketamine_block, place)
        yield source_detail("Ketamine beside memantine", record, str(record.value)) | {
            "assay": RATES
        }
    yield {"term": "Certainty (GRADE)", "text": grade("not graded")}


def _assumptions(assay: str) -> Iterator[str]:
    if assay == RATES:
        for rates in (published.by_rates("ketamine"), published.by_rates("memantine")):
            yield from rates.assumptions
    elif assay == BINDING:
        for ligand in published.LIGANDS:
            yield from published.occupancy({ligand: 1}).assumptions
    else:
        for block in _by_assay()[assay].values():
            yield from block.assumptions


def _not_for(assay: str) -> Sequence[str]:
    card = "enantiomer_affinity" if assay == BINDING else "comparators"
    return model_card(card).entry.not_for
