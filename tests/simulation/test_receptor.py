"""The published receptor: benchmarks B16 and B17, and what an answer says of its numbers."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest

from ketalab.evidence.pharmacology import benchmarks, receptor
from ketalab.models.receptor import (
    blocked,
    ic50_at,
    nmda_current,
    open_probability,
    open_unblocked,
    unblocked_while_active,
)
from ketalab.simulation.receptor import (
    LIGANDS,
    Stretch,
    by_rates,
    comparators,
    current,
    gating,
    gating_schemes,
    ketamine_by_ic50,
    ketamine_course,
    magnesium_unblocked,
    micromolar,
    occupancy,
    wind_up,
    wind_up_protocol,
)

SCHEME = "lester_jahr_1992"


def test_b16_magnesium_block() -> None:
    benchmark = benchmarks()["B16"]
    assert (benchmark.model, benchmark.dose) == ("magnesium block", "Mg 1 mM")
    assert benchmark.tolerance == "1e-5"
    within = float(benchmark.tolerance)
    expected = benchmark.expected["B_at_mV"]
    assert len(expected) == 7
    volts = [float(volt) for volt in expected]
    found = magnesium_unblocked(volts, 1.0).values
    assert found == pytest.approx(np.array(list(expected.values())), rel=0, abs=within)


def test_the_values_beside_the_parameters_are_the_same_block() -> None:
    table = receptor().magnesium_block.values_computed_1mM
    found = magnesium_unblocked(list(table), 1.0).values
    assert found == pytest.approx(np.array(list(table.values())), rel=0, abs=5e-7)


def test_b17_ketamine_block() -> None:
    benchmark = benchmarks()["B17"]
    assert (benchmark.model, benchmark.dose) == ("receptor block", "0.71 uM ketamine, -70 mV")
    assert benchmark.tolerance == "1 %"
    within = float(Decimal(benchmark.tolerance.removesuffix(" %")) / 100)
    expected = benchmark.expected
    assert set(expected) == {"block", "Hill", "fold_IC50_per_10mV"}
    published = ketamine_by_ic50()

    block = 1 - published.unblocked(0.71, -70.0).values
    assert block == pytest.approx(expected["block"], rel=within)
    assert block == pytest.approx(0.5, rel=1e-12)  # the dose is the very IC50 of the record

    # The slope of the Hill plot: log(blocked / left) against log concentration.
    c = np.array([0.05, 0.71, 20.0])
    left = published.unblocked(c, -70.0).values
    slopes = np.diff(np.log((1 - left) / left)) / np.diff(np.log(c))
    assert slopes == pytest.approx(np.full(2, expected["Hill"]), rel=within)

    for volt in (-70.0, -30.0, 20.0):
        low, high = ic50_at(published.block, [volt, volt + 10])
        assert high / low == pytest.approx(expected["fold_IC50_per_10mV"], rel=within)


def test_one_positive_charge_gives_the_e_fold_that_the_record_states() -> None:
    note = receptor().ketamine_block["delta"].note
    assert "e-fold change of IC50 per 32 mV at 22 C" in note
    assert ketamine_by_ic50().block.e_fold_mv == pytest.approx(32, abs=0.5)


def test_ic50_and_rates_disagree_by_a_factor_of_two() -> None:
    rates = by_rates("ketamine")
    assert "koff/kon = 1.47 uM, twice the IC50" in rates.sources["ketamine_block.koff"].note
    assert rates.half_block_um == pytest.approx(1.47, abs=0.005)
    assert 2 < rates.half_block_um / ketamine_by_ic50().block.ic50_um < 2.1


def test_the_enantiomers_stand_to_each_other_as_their_affinities() -> None:
    s, r, both = (ketamine_by_ic50(form).block for form in ("S", "R", "racemic"))
    ki = {name: receptor().enantiomers[place].number for name, place in LIGANDS.items()}
    assert r.ic50_um / s.ic50_um == pytest.approx(ki["R-ketamine"] / ki["S-ketamine"])
    # The racemate is half of each: 1 / IC50 is the mean of the two.
    assert 1 / both.ic50_um == pytest.approx((1 / s.ic50_um + 1 / r.ic50_um) / 2)
    assert (s.hill, s.e_fold_mv) == (both.hill, both.e_fold_mv)
    assert "enantiomers.S_ketamine_Ki" in ketamine_by_ic50("S").sources
    assert any("rat brain" in words for words in ketamine_by_ic50("S").assumptions)
    assert "Temme2018 gives a much smaller S/R ratio." in ketamine_by_ic50("R").assumptions


def test_the_ligands_compete_and_norketamine_counts() -> None:
    alone = occupancy({"S-ketamine": 0.3})
    assert alone.values.tolist() == [0.5]
    beside = occupancy({"S-ketamine": 0.3, "S-norketamine": [0.0, 1.7]})
    assert beside.values == pytest.approx(np.array([[1 / 2, 0], [1 / 3, 1 / 3]]))
    assert list(beside.sources) == ["enantiomers.S_ketamine_Ki", "enantiomers.S_norketamine_Ki"]
    assert {source.species_assay for source in beside.sources.values()} == {"rat brain homogenate"}


def test_the_comparators_are_those_of_the_table_at_their_own_voltage() -> None:
    found = comparators()
    assert {published.name for published in found.values()} == {"memantine", "amantadine"}
    assert len(found) == 10
    for published in found.values():
        half = published.unblocked(published.block.ic50_um)
        assert half.values == pytest.approx(0.5)
        assert any("Hill" in words for words in half.assumptions)
        with pytest.raises(ValueError, match="voltage_mv must be"):
            published.unblocked(1.0, 0.0)
    magnesium = [p for p in found.values() if "1 mM Mg" in p.conditions]
    assert {p.block.reference_mv for p in magnesium} == {-30.0}
    assert found["memantine, oocytes, 2A, at -30 mV, 1 mM Mg"].block.ic50_um == 10.3


def test_ketamine_comes_and_goes_more_slowly_than_memantine() -> None:
    times = np.array([0.0, 0.2, 1e3])
    ketamine, memantine = (
        by_rates(drug).unblocked(10.0, times) for drug in ("ketamine", "memantine")
    )
    assert ketamine.values[1] > memantine.values[1]
    half = by_rates("ketamine").half_block_um
    assert ketamine.values[2] == pytest.approx(half / (half + 10))
    assert "normalised" in memantine.assumptions[0]


def test_every_scheme_of_the_table_can_be_run() -> None:
    assert set(gating_schemes()) == {
        "lester_jahr_1992",
        "clements_westbrook_1991",
        "edmonds_colquhoun_1992",
        "destexhe_1998",
    }
    for name, record in gating_schemes().items():
        channel = gating(name, statistical_factors=True)
        rates = [getattr(channel, part) for part in channel.__slots__[:-1]]
        assert sorted(rates) == sorted(record.numbers)
        assert channel.statistical_factors
        assert not gating(name).statistical_factors
        assert channel.closing_per_s == record.numbers[-1]
        assert 0 < open_probability(channel) < 1


def experiment(voltage: object = -70.0, **words: object):
    use, rest = Stretch(0.05, 1000.0, 2.0, voltage), Stretch(0.95, 0.0, 2.0, voltage)
    return ketamine_course([use, rest] * 10, np.arange(11.0), scheme=SCHEME, **words)


def test_ketamine_builds_up_with_use_and_less_where_the_cell_is_depolarised() -> None:
    found = experiment(np.array([-70.0, 0.0]))
    assert found.values.shape == (2, 11, 10)
    held = blocked(found.values)
    assert (np.diff(held[0]) > 0).all()
    assert held[0, -1] > held[1, -1] > 0


def test_ketamine_stays_trapped_when_washed_out_and_leaves_with_use() -> None:
    stretches = [
        Stretch(10.0, 1000.0, 5.0, -70.0),
        Stretch(600.0, 0.0, 0.0, -70.0),
        Stretch(60.0, 1000.0, 0.0, -70.0),
    ]
    held = blocked(ketamine_course(stretches, [10, 60, 610, 670], scheme=SCHEME).values)
    # Some leaves while the last channels close, nothing after that.
    assert held[1] > 0.8 * held[0]
    assert held[2] == pytest.approx(held[1], abs=1e-9)
    assert held[3] < 0.01


def test_a_steady_current_is_blocked_as_fast_as_was_measured() -> None:
    # With the scheme's own open probability put in, onset and depth are those of the source. The
    # gating is not infinitely fast against the block, hence the slack on the way.
    times = np.array([0.5, 1.0, 2.0, 60.0])
    stretches = [Stretch(20.0, 1000.0, 0.0, -70.0), Stretch(60.0, 1000.0, 2.0, -70.0)]
    found = ketamine_course(stretches, [20, *(20 + times)], scheme=SCHEME)
    left = open_unblocked(found.values)
    expected = unblocked_while_active(by_rates("ketamine").rates, 2.0, times)
    assert left[1:] / left[0] == pytest.approx(expected, abs=0.03)
    assert left[-1] / left[0] == pytest.approx(expected[-1], rel=1e-4)
    slower = ketamine_course(stretches, [20, *(20 + times)], scheme=SCHEME, rates_of="open channel")
    assert (open_unblocked(slower.values)[1:4] > 1.1 * left[1:4]).all()


def test_the_choices_are_said() -> None:
    plain = " ".join(experiment().assumptions)
    assert "factors are not used" in plain
    assert "voltage" in plain
    other = " ".join(experiment(statistical_factors=True, rates_of="open channel").assumptions)
    assert "factors are used" in other
    assert "as those of the open channel" in other
    assert f"gating.{SCHEME}" in experiment().sources


def test_the_choices_are_made() -> None:
    # At so little glutamate, how often one site is taken depends on the statistical factors.
    little = [Stretch(1.0, 1.0, 2.0, -40.0)]
    courses = [
        ketamine_course(little, [1.0], scheme=SCHEME, **words).values
        for words in (
            {},
            {"statistical_factors": True},
            {"rates_of": "open channel"},
            {"binding_share": 1.0},
        )
    ]
    for other in courses[1:]:
        assert np.abs(other - courses[0]).max() > 1e-4


def test_the_current_is_the_product_of_its_parts() -> None:
    v = np.array([-80.0, -40.0, 0.0, 40.0])
    words = {"conductance_ns": 2.0, "reversal_mv": 5.0}
    found = current(v, magnesium_mm=1.0, concentration_um=0.5, **words)
    left = magnesium_unblocked(v, 1.0).values * ketamine_by_ic50().unblocked(0.5, v).values
    assert found.values == pytest.approx(nmda_current(v, unblocked=left, **words))
    shared = current(v, magnesium_mm=1.0, concentration_um=0.5, exclusive=True, **words)
    assert (np.abs(shared.values) > np.abs(found.values)).all()
    bare = current(v, magnesium_mm=0.0, concentration_um=0.0, **words)
    assert bare.values == pytest.approx(2.0 * (v - 5.0))
    stronger = current(v, magnesium_mm=1.0, concentration_um=0.5, form="S", **words)
    assert (np.abs(stronger.values) < np.abs(found.values)).all()


def test_an_answer_says_what_was_measured_in_what() -> None:
    found = current(-40.0, conductance_ns=1, reversal_mv=0, magnesium_mm=1, concentration_um=1)
    assays = {source.species_assay for source in found.sources.values()}
    assert assays == {"rat hippocampal culture", "human GluN1/GluN2A, HEK"}
    assert found.warnings == ()
    for source in found.sources.values():
        assert source.source_key
        assert source.level
        assert not source.leans_on_memory


def test_outside_the_range_of_its_card_an_answer_warns() -> None:
    (warning,) = magnesium_unblocked([-120.0, 0.0], 1.0).warnings
    assert "voltage_mv" in warning
    words = {"conductance_ns": 1, "reversal_mv": 0, "magnesium_mm": 1, "concentration_um": 1}
    assert current([-120.0, 0.0], **words).warnings == (warning,)


def test_wind_up_takes_the_series_of_the_study() -> None:
    protocol = wind_up_protocol()
    words = str(protocol.source.value)
    assert words.startswith(f"{protocol.stimuli} sural-nerve stimuli at {protocol.rate_hz:g} Hz")
    found = wind_up([1.0, 0.3])
    assert found.values.shape == (2, protocol.stimuli)
    assert (found.values[:, 0] == 1).all()
    assert found.values[1, -1] < found.values[0, -1]
    assert found.warnings == ()
    assert "Qualitative" in found.assumptions[0]
    assert "stimuli" in wind_up(1.0, stimuli=40).warnings[0]


def test_a_concentration_in_micromolar_is_mass_over_molar_mass() -> None:
    assert micromolar([0.0, 237.73], "ketamine").tolist() == [0.0, 1.0]
    assert micromolar(100.0, "norketamine") == pytest.approx(100 / 223.703)


ONE = Stretch(1.0, 10.0, 1.0, -70.0)
CURRENT = {"conductance_ns": 1, "reversal_mv": 0, "magnesium_mm": 1, "concentration_um": 1}
BAD = {
    "form": lambda: ketamine_by_ic50("esketamine"),
    "drug": lambda: by_rates("amantadine"),
    "scheme": lambda: gating("kampa_2004"),
    "voltage_mv": lambda: ketamine_by_ic50().unblocked(1.0, math.nan),
    "concentration_um": lambda: current(-70.0, **{**CURRENT, "concentration_um": -1}),
    "magnesium_mm": lambda: current(-70.0, **{**CURRENT, "magnesium_mm": -1}),
    "times_s": lambda: by_rates("ketamine").unblocked(1.0, [-1.0]),
    "stretches": lambda: ketamine_course([], [0.0], scheme=SCHEME),
    "stretches must hold": lambda: ketamine_course([1.0], [0.0], scheme=SCHEME),
    "rates_of": lambda: ketamine_course([ONE], [0.0], scheme=SCHEME, rates_of="both"),
    "binding_share": lambda: ketamine_course([ONE], [0.0], scheme=SCHEME, binding_share=2),
    "blocker_um": lambda: ketamine_course([Stretch(1, 1, -1, -70)], [0.0], scheme=SCHEME),
    "agonist_um": lambda: ketamine_course([Stretch(1, -1, 1, -70)], [0.0], scheme=SCHEME),
    "duration_s": lambda: ketamine_course([Stretch(0, 1, 1, -70)], [0.0], scheme=SCHEME),
    "concentrations_um": lambda: occupancy({}),
    "concentrations_um must name": lambda: occupancy({"PCP": 1.0}),
    "concentrations_um must hold": lambda: occupancy(
        {"S-ketamine": [1, 2], "R-ketamine": [1, 2, 3]}
    ),
    "concentrations_um must not": lambda: occupancy({"S-ketamine": -1.0}),
    "substance": lambda: micromolar(1.0, "esketamine"),
    "ng_per_ml": lambda: micromolar(-1.0, "ketamine"),
    "stimuli": lambda: wind_up(1.0, stimuli=0),
    "rate_hz": lambda: wind_up(1.0, rate_hz=-1.0),
}


@pytest.mark.parametrize("argument", BAD)
def test_bad_values_are_refused_by_name(argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} "):
        BAD[argument]()
