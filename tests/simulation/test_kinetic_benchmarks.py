"""Published kinetic values, reproduced within the tolerance that stands beside them.

Each test repeats the words of the tolerance, so that neither they nor the figure here can drift.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import simpson

from ketalab.evidence.pharmacology import Benchmark, benchmarks, pk_models, receptor
from ketalab.models.kinetics import Mammillary, modes
from ketalab.simulation.bioavailability import by_fraction, ka_of_peak
from ketalab.simulation.kinetics import Dose, kinetic_model, mg_of
from ketalab.simulation.mammillary_set import disposition
from ketalab.simulation.people import People

MINUTES = np.arange(0, 24 * 60 + 1) / 60


def benchmark(id: str, dose: str, tolerance: str) -> Benchmark:
    found = benchmarks()[id]
    assert (found.dose, found.tolerance) == (dose, tolerance)
    return found


def mammillary(id: str, weight_kg: float = 70.0) -> Mammillary:
    return disposition(People(pk_models()[id], weight_kg), np.ones(1))


def half_lives_h(model: Mammillary) -> np.ndarray:
    return np.log(2) / modes(model).rates_per_h[0, ::-1]


def infused(id: str, mg: float, over_h: float, times) -> np.ndarray:
    """The drug itself, ng/mL."""
    model = kinetic_model(id)
    found = model.simulate([Dose("intravenous", mg, over_h=over_h)], times)
    return 1000 * found.concentrations[model.substances[0]][0]


def test_b01_domino_over_time() -> None:
    test = benchmark(
        "B01",
        "0.5 mg/kg over 40 min, 70 kg",
        "5e-4 relative (values printed to 3 decimals)",
    )
    by_minute = test.expected["ng_per_mL_at_min"]
    found = infused("domino", 35, 40 / 60, np.array(list(by_minute), dtype=float) / 60)
    assert found == pytest.approx(list(by_minute.values()), rel=5e-4)


def test_b02_domino_figures() -> None:
    test = benchmark("B02", "any", "1e-6 relative")
    model = mammillary("domino")
    half_lives = test.expected["half_lives_min"]
    assert 60 * half_lives_h(model) == pytest.approx(half_lives, rel=1e-6)
    assert model.clearance_l_per_h[0] == pytest.approx(test.expected["CL_L_h_70kg"], rel=1e-6)
    assert model.volumes_l.sum() == pytest.approx(test.expected["Vss_L_70kg"], rel=1e-6)


def test_b03_hijazi_figures() -> None:
    test = benchmark("B03", "any", "5 %")
    model = mammillary("hijazi", 1.0)
    clearance, half_life = model.clearance_l_per_h[0], half_lives_h(model)[-1]
    found = {
        "CL_mL_min_kg": clearance * 1000 / 60,
        "t_half_h": half_life,
        "Vbeta_L_kg": clearance * half_life / np.log(2),
    }
    assert found == pytest.approx(dict(test.expected), rel=0.05)


def test_b04_steady_state_of_an_anaesthetic_infusion() -> None:
    test = benchmark(
        "B04", "41 ug/kg/min racemic maintained to steady state", "SD 0.8; accept 8.0-10.6"
    )
    mg = mg_of(41e-3 * 60 * 400, 70.0)[0]
    micromolar = (
        infused("kamp2020_meta", mg, 400, [399.0])[0] / receptor().chemistry["ketamine"].mw.number
    )
    assert 8.0 <= micromolar <= 10.6
    assert micromolar == pytest.approx(test.model_gives["CL 84"], abs=0.005)
    assert 8.0 <= test.expected["Css_umol_L"] <= 10.6


def test_b05_steady_state_of_three_days() -> None:
    test = benchmark("B05", "1.1-1.3 mg/kg/h racemic for 3 days", "SD 0.3; accept 0.9-1.5")
    for rate in (1.1, 1.3):
        level = infused("kamp2020_meta", rate * 70 * 72, 72, [72.0])[0] / 1000
        assert 0.9 <= level <= 1.5
    middle = infused("kamp2020_meta", 1.2 * 70 * 72, 72, [72.0])[0] / 1000
    assert middle == pytest.approx(test.model_gives, abs=0.05)


@pytest.mark.parametrize("id", ["kamp2020_meta", "clements250", "domino"])
def test_b06_peak_of_forty_minutes(id: str) -> None:
    test = benchmark(
        "B06",
        "0.5 mg/kg over 40 min racemic",
        "accept 100-260 (review gives 100-250)",
    )
    assert id in test.model.split(", ")
    assert 100 <= infused(id, 35, 40 / 60, [40 / 60])[0] <= 260
    assert infused(id, 35, 40 / 60, [40 / 60])[0] == pytest.approx(test.model_gives[id], abs=0.05)


@pytest.mark.parametrize(("id", "mg"), [("B07", 28), ("B08", 56), ("B09", 84)])
def test_b07_to_b09_nasal_doses(id: str, mg: float) -> None:
    test = benchmark(id, f"{mg} mg esketamine intranasal, Caucasian, 45 y", "2 %")
    model = kinetic_model("perezruixo2021")
    found = model.simulate([Dose("intranasal", mg)], MINUTES, age_years=45.0)
    parent = 1000 * found.concentrations["S-ketamine"][0]
    metabolite = 1000 * found.concentrations["S-norketamine"][0]
    assert {
        "Cmax_ng_mL": parent.max(),
        "AUC0_24_ng_h_mL": simpson(parent, x=MINUTES),
        "noresketamine_Cmax_ng_mL": metabolite.max(),
    } == pytest.approx(dict(test.expected), rel=0.02)


def test_b10_nasal_bioavailability() -> None:
    test = benchmark("B10", "perezruixo2021 algebra", "0.01 absolute")
    model = kinetic_model("perezruixo2021")
    times = np.linspace(0, 200, 20001)

    def exposure(dose: Dose) -> float:
        found = model.simulate([dose], times).concentrations["S-ketamine"][0]
        return simpson(found, x=times) / dose.mg[0]

    intravenous = exposure(Dose("intravenous", 28, over_h=2 / 3))
    for mg in (56, 84):
        share = exposure(Dose("intranasal", mg)) / intravenous
        assert share == pytest.approx(test.expected[f"F_{mg}mg"], abs=0.01)
        assert share == pytest.approx(test.model_gives[f"F_{mg}mg"], abs=0.0005)


def test_b11_s_ketamine_and_s_norketamine_of_volunteers() -> None:
    test = benchmark(
        "B11",
        "10 mg S-ketamine over 30 min, 68 kg, venous",
        "25 % each point, median difference below 15 %",
    )
    model = kinetic_model("otto2021")
    assert model.sampling == "venous"
    for substance, name in (("S-ketamine", "S_ketamine"), ("S-norketamine", "S_norketamine")):
        published = test.expected[f"{name}_ng_mL_at_h"]
        found = model.simulate(
            [Dose("intravenous", 10, over_h=0.5)], [float(t) for t in published], weight_kg=68.0
        )
        values = 1000 * found.concentrations[substance][0]
        off = np.abs(values / list(published.values()) - 1)
        assert off.max() <= 0.25
        assert np.median(off) < 0.15
        assert values == pytest.approx(test.model_gives[name], abs=0.006)


def test_b12_oral_ratio_of_norketamine() -> None:
    test = benchmark("B12", "oral S-ketamine to steady state", "2 %")
    # At steady state, one interval holds what one dose leaves for ever.
    times = np.linspace(0, 300, 30001)
    found = kinetic_model("composite_oral_S").simulate([Dose("oral", 17.5)], times)
    parent, metabolite = (
        simpson(found.concentrations[name][0], x=times) for name in ("S-ketamine", "S-norketamine")
    )
    expected = test.expected["AUC_norketamine_over_ketamine"]
    assert metabolite / parent == pytest.approx(expected, rel=0.02)


def test_b13_oral_film() -> None:
    test = benchmark("B13", "50 mg S-ketamine oral film", "15 % (AUC 12 %)")
    times = np.arange(0, 6 * 60 + 1) / 60
    model = kinetic_model("simons2022")
    assert model.sampling == "arterial"
    found = model.simulate([Dose("sublingual film", 50)], times)
    gives = iter(test.model_gives)
    expected = iter(test.expected.items())
    for substance in ("S-ketamine", "S-norketamine", "S-hydroxynorketamine"):
        values = 1000 * found.concentrations[substance][0]
        for figure in (values.max(), simpson(values, x=60 * times)):
            name, published = next(expected)
            assert figure == pytest.approx(published, rel=0.12 if "AUC" in name else 0.15), name
            assert figure == pytest.approx(next(gives), rel=1e-3), name


@pytest.mark.parametrize(
    ("route", "parameter"),
    [
        ("oral", "F_oral_tablet"),
        ("sublingual", "F_sublingual"),
        ("rectal", "F_rectal"),
        ("nasal", "F_nasal"),
    ],
)
def test_b14_bioavailability_by_route(route: str, parameter: str) -> None:
    test = benchmark(
        "B14",
        "25 mg nasal, sublingual; 50 mg tablet; rectal",
        "AUC ratios to IV must equal F to 1 %",
    )
    times = np.linspace(0, 200, 20001)
    mg = 50 if route == "oral" else 25
    found = by_fraction(
        "yanagihara2003", parameter, mg, times, ka_per_h=1.3, into="kamp2020_meta"
    ).concentrations["ketamine"][0]
    intravenous = infused("kamp2020_meta", 25, 0.5, times) / 1000
    ratio = simpson(found, x=times) / mg / (simpson(intravenous, x=times) / 25)
    assert ratio == pytest.approx(test.expected["F"][route], rel=0.01)


def test_b15_sublingual_wafer() -> None:
    test = benchmark(
        "B15",
        "25 mg sublingual wafer vs 10 mg IV over 30 min",
        "F 90 % CI 0.27-0.31; Tmax 0.25-1.0",
    )
    times = np.linspace(0, 200, 20001)
    rate = ka_of_peak(test.expected["Tmax_h"], into="kamp2020_meta")
    found = by_fraction(
        "rolan2013", "F_sublingual", 25, times, ka_per_h=rate, into="kamp2020_meta"
    ).concentrations["ketamine"][0]
    intravenous = infused("kamp2020_meta", 10, 0.5, times) / 1000
    ratio = simpson(found, x=times) / 25 / (simpson(intravenous, x=times) / 10)
    assert 0.27 <= ratio <= 0.31
    assert ratio == pytest.approx(test.expected["F"], rel=1e-3)
    assert times[found.argmax()] == pytest.approx(test.expected["Tmax_h"], abs=0.01)
    assert 0.25 <= times[found.argmax()] <= 1.0
