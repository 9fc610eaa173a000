"""The published kinetic models: against their equations in a stiff solver, and what they refuse."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson, solve_ivp

from ketalab.evidence.pharmacology import pk_models, receptor
from ketalab.evidence.pharmacology.model_card import OutsideValidity
from ketalab.models.patients import draw
from ketalab.simulation.bioavailability import by_fraction, ka_of_peak
from ketalab.simulation.kinetics import Dose, KineticModel, kinetic_model, mg_of
from ketalab.simulation.perez_ruixo import absorbed_by_nose
from ketalab.simulation.weight_scaling import weight_scaling

COMPLETE = [id for id, record in pk_models().items() if record.complete]
INCOMPLETE = [id for id, record in pk_models().items() if not record.complete]
TIMES = np.linspace(0.0, 12.0, 49)
IV, NOSE, MOUTH, FILM = "intravenous", "intranasal", "oral", "sublingual film"


def amount(model: KineticModel, route: str, rng: np.random.Generator) -> float:
    return float(28 * rng.integers(1, 4)) if route == NOSE else float(rng.uniform(5, 60))


def random_regimen(model: KineticModel, rng: np.random.Generator) -> list[Dose]:
    doses = [
        Dose(route, amount(model, route, rng), float(rng.uniform(0, 5)))
        for route in model.routes
        for _ in range(2)
    ]
    if IV in model.routes:
        for _ in range(2):
            start, over = rng.uniform(0, 5), rng.uniform(0.1, 5)
            doses.append(Dose(IV, float(rng.uniform(5, 60)), float(start), float(over)))
    return doses


# The equations of each source, written out once more: rates of change of amounts (mg, h, 70 kg),
# with the route into each state: (state, fraction of the dose, hours of input; None is the dose's).
def otto(p):
    v, vn = p("V1"), p("V_NK")

    def slope(_, y):
        k, a, b, n, m = y[0] / v, y[1] / p("Vp1"), y[2] / p("Vp2"), y[3] / vn, y[4] / p("Vp_NK")
        return [
            -p("CL") * k - p("Q1") * (k - a) - p("Q2") * (k - b),
            p("Q1") * (k - a),
            p("Q2") * (k - b),
            p("CL") * k - p("CL_NK") * n - p("Q_NK") * (n - m),
            p("Q_NK") * (n - m),
        ]

    return slope, 5, {IV: [(0, 1.0, None)]}, {"S-ketamine": (0, v), "S-norketamine": (3, vn)}


def composite(p):
    slope_of_otto, _, _, outputs = otto(p)

    def slope(t, y):
        change = [*slope_of_otto(t, y[:5]), -p("ka") * y[5], -p("ka") * y[6]]
        change[0] += p("ka") * y[5]
        change[3] += p("ka") * y[6]
        return change

    into = [(5, p("F_ketamine"), p("zero_order"))]
    into.append((6, p("F_presystemic_norketamine"), p("zero_order")))
    return slope, 7, {MOUTH: into}, outputs


def perez_ruixo(p):
    def slope(_, y):
        nose, from_nose, gut, c, p1, p2, liver, n, m = y
        to_liver = p("Qh") * (c / p("Vc") - liver / p("Vh"))
        to_p1 = p("Q1") * (c / p("Vc") - p1 / p("Vp1"))
        to_p2 = p("Q2") * (c / p("Vc") - p2 / p("Vp2"))
        to_m = p("Q3_F") * (n / p("Vcn_F") - m / p("Vpn_F"))
        return [
            -p("ka_n") * nose,
            -p("ka_sw") * from_nose,
            -p("ka_po") * gut,
            p("ka_n") * nose - to_liver - to_p1 - to_p2,
            to_p1,
            to_p2,
            p("ka_sw") * from_nose + p("ka_po") * gut + to_liver - (p("kel") + p("kmet")) * liver,
            p("kmet") * liver - p("CLn_F") / p("Vcn_F") * n - to_m,
            to_m,
        ]

    def nasal(mg):
        n = mg / 28
        share = p("FRn") * (1 + (n - 1) * p("dose_effect_FRn")) / n
        return [(0, share, 0.0), (1, (1 - share) * p("Fgut"), p("Dsw"))]

    into = {IV: [(3, 1.0, None)], MOUTH: [(2, p("Fgut"), p("Dpo"))], NOSE: nasal}
    return slope, 9, into, {"S-ketamine": (3, p("Vc")), "S-norketamine": (7, p("Vcn_F"))}


def simons(p):
    def slope(_, y):
        mucosa, gut, delay, k, k2, k3, t1, t2, n, n2, u1, u2, h, h2 = y
        v, w = p("VK1"), p("VH1")
        to_k2, to_k3 = (p(f"CLK{i}") * (k / v - x / p(f"VK{i}")) for i, x in ((2, k2), (3, k3)))
        to_n2 = p("CLN2") * (n / v - n2 / p("VN2"))
        to_h2 = p("CLH2") * (h / w - h2 / p("VH2"))
        a, b, g = 2 / p("MTT_K_to_NK"), 2 / p("MTT_NK_to_HNK"), 1 / p("MTT_gut")
        cleared, oxidised = p("CLK1") * k / v, p("CLN1") * n / v
        return [
            -p("KA1") * mucosa,
            -p("KA2") * gut,
            p("KA2") * gut - g * delay,
            p("KA1") * mucosa - cleared - to_k2 - to_k3,
            to_k2,
            to_k3,
            cleared + g * delay - a * t1,
            a * t1 - a * t2,
            p("fm_NK") * a * t2 - oxidised - to_n2,
            to_n2,
            oxidised - b * u1,
            b * u1 - b * u2,
            p("fm_HNK") * b * u2 - p("CLH1") * h / w - to_h2,
            to_h2,
        ]

    mass = {name: receptor().chemistry[name].mw for name in ("norketamine", "hydroxynorketamine")}
    parent = receptor().chemistry["ketamine"].mw.number
    outputs = {
        "S-ketamine": (3, p("VK1")),
        "S-norketamine": (8, p("VK1") * parent / mass["norketamine"]),
        "S-hydroxynorketamine": (12, p("VH1") * parent / mass["hydroxynorketamine"]),
    }
    return (
        slope,
        14,
        {IV: [(3, 1.0, None)], FILM: [(0, p("F1"), p("D1")), (1, p("F2"), p("D2"))]},
        (outputs),
    )


def flint(p):
    def slope(t, y):
        k, a = y[0] / p("V1"), y[1] / p("V2")
        rise = 1 + 0.00870 * (t - p.first)
        away = p("CL_NK_over_Fm") * rise * y[2] / p("V_NK_over_Fm")
        return [-p("CL") * k - p("Q") * (k - a), p("Q") * (k - a), p("CL") * k - away]

    outputs = {"S-ketamine": (0, p("V1")), "S-norketamine": (2, p("V_NK_over_Fm"))}
    return slope, 3, {IV: [(0, 1.0, None)]}, outputs


def mammillary(p):
    if "k10" in p.names:
        v, exits, shares = p("V1") * 70, p("k10"), ["2", "3"] if "k13" in p.names else ["2"]
        pairs = [(p(f"k1{i}"), p(f"k{i}1")) for i in shares]
    else:
        v = p("V1")
        exits = p("CL") / v
        q = {"2": "Q"} if "Q" in p.names else {"2": "Q2", "3": "Q3"}
        pairs = [(p(name) / v, p(name) / p(f"V{i}")) for i, name in q.items()]

    def slope(_, y):
        shifts = [there * y[0] - back * x for (there, back), x in zip(pairs, y[1:], strict=True)]
        return [-exits * y[0] - sum(shifts), *shifts]

    return slope, 1 + len(pairs), {IV: [(0, 1.0, None)]}, {"ketamine": (0, v)}


EQUATIONS = {
    "otto2021": otto,
    "composite_oral_S": composite,
    "perezruixo2021": perez_ruixo,
    "simons2022": simons,
    "flint2017": flint,
}


class Parameters:
    """The numbers of a model as its record gives them, minutes turned into hours."""

    def __init__(self, model: KineticModel, first: float) -> None:
        self.record, self.first = model.record, first
        self.names = model.record.parameters
        self.known: dict[str, float] = {}

    def __call__(self, name: str) -> float:
        if name not in self.known:
            found = self.record.parameter(name)
            per_minute = found.base_unit in ("1/min", "L/min/70 kg")
            size = 60 if per_minute else 1 / 60 if found.base_unit == "min" else 1
            self.known[name] = found.number * size
        return self.known[name]


def solved(model: KineticModel, regimen: list[Dose]) -> dict[str, np.ndarray]:
    p = Parameters(model, min(dose.time_h for dose in regimen))
    slope, size, routes, outputs = EQUATIONS.get(model.id, mammillary)(p)
    entries = []
    for dose in regimen:
        into = routes[dose.route]
        for state, share, hours in into(dose.mg[0]) if callable(into) else into:
            over = dose.over_h if hours is None else hours
            entries.append((state, share * dose.mg[0], dose.time_h, dose.time_h + over))
    edges = {0.0, TIMES[-1], *(e[2] for e in entries), *(e[3] for e in entries)}
    state, found = np.zeros(size), np.zeros((size, TIMES.size))
    for begin, end in pairwise(sorted(edge for edge in edges if edge <= TIMES[-1])):
        inflow = np.zeros(size)
        for place, mg, start, stop in entries:
            if start == stop == begin:
                state[place] += mg
            if start <= begin and end <= stop:
                inflow[place] += mg / (stop - start)
        inside = (begin <= TIMES) & (end >= TIMES)
        answer = solve_ivp(
            lambda t, y, inflow=inflow: np.asarray(slope(t, y)) + inflow,
            (begin, end),
            state,
            method="LSODA",
            rtol=1e-11,
            atol=1e-12,
            t_eval=np.unique([*TIMES[inside], end]),
        )
        assert answer.success
        found[:, inside] = answer.y[:, : inside.sum()]
        state = answer.y[:, -1]
    return {name: found[place] / volume for name, (place, volume) in outputs.items()}


@pytest.mark.parametrize("id", COMPLETE)
def test_a_stiff_solver_agrees_with_each_structure(id: str) -> None:
    model = kinetic_model(id)
    regimen = random_regimen(model, np.random.default_rng(len(id)))
    expected = solved(model, regimen)
    found = model.simulate(regimen, TIMES).concentrations
    assert set(found) == set(expected) == set(model.substances)
    for name, values in expected.items():
        assert np.abs(found[name][0] - values).max() <= 1e-8 * values.max(), name


@pytest.mark.parametrize("id", COMPLETE)
def test_superposition_and_linearity(id: str) -> None:
    model = kinetic_model(id)
    rng = np.random.default_rng(3)
    # The dose of a nasal device is fixed, and its clearance of norketamine counts from the first
    # dose: all that is compared here starts at one time and is no spray.
    regimen = [
        Dose(route, mg)
        for route in model.routes
        if route != NOSE
        for mg in rng.uniform(5, 30, 2).tolist()
    ]
    together = model.simulate(regimen, TIMES).concentrations
    alone = [model.simulate([dose], TIMES).concentrations for dose in regimen]
    double = model.simulate([Dose(d.route, 2 * d.mg) for d in regimen], TIMES).concentrations
    for name, values in together.items():
        assert sum(one[name] for one in alone) == pytest.approx(values, rel=1e-9, abs=1e-15)
        assert double[name] == pytest.approx(2 * values, rel=1e-9, abs=1e-15)


def test_what_goes_in_comes_out() -> None:
    # AUC x CL is what reached the blood, and, all of it cleared into norketamine, that too.
    times = np.linspace(0, 300, 60001)
    found = kinetic_model("otto2021").simulate([Dose(IV, 10, over_h=1.0)], times).concentrations
    record = pk_models()["otto2021"]
    for name, clearance in (("S-ketamine", "CL"), ("S-norketamine", "CL_NK")):
        cleared = simpson(found[name][0], x=times) * record.number(clearance, "L/h/70 kg")
        assert cleared == pytest.approx(10, rel=1e-6)


def test_every_complete_record_is_a_model_and_no_other() -> None:
    for id in COMPLETE:
        model = kinetic_model(id)
        assert model.card.id == model.id == id
    for id in INCOMPLETE:
        with pytest.raises(ValueError, match=f"id: {id} cannot be simulated") as refused:
            kinetic_model(id)
        assert "memory" not in str(refused.value)
    with pytest.raises(ValueError, match="truncated"):
        kinetic_model("brunette2011")
    with pytest.raises(ValueError, match="no kinetic model 'unheard-of'"):
        kinetic_model("unheard-of")


def test_arterial_and_venous_are_told_apart() -> None:
    assert kinetic_model("kamp2020_meta").sampling == "arterial"
    assert kinetic_model("simons2022").sampling == "arterial"
    assert kinetic_model("composite_oral_S").sampling == "venous"
    assert kinetic_model("clements250").sampling is None


def test_weight_scales_as_the_record_says() -> None:
    exponents = {id: weight_scaling(pk_models()[id]) for id in COMPLETE[:-1]}
    for id in ("herd2007", "otto2021", "flint2017", "simons2022", "kamp2020_meta", "sherwin2015"):
        assert (exponents[id].volumes, exponents[id].clearances) == (1, 0.75)
    assumed = {id for id, scaling in exponents.items() if scaling.assumption}
    assert assumed == {"kamp2020_meta", "simons2022", "sherwin2015"}
    with pytest.raises(ValueError, match="herd2007: how it scales"):
        weight_scaling(pk_models()["herd2007"].model_copy(update={"covariates": "as usual"}))

    # A bolus shows the central volume at once; the whole AUC shows the clearance.
    times = np.linspace(0, 400, 80001)
    for id, power in (("domino", 1.0), ("herd2007", 0.75), ("perezruixo2021", 0.0)):
        model = kinetic_model(id)
        drug = model.substances[0]
        found = model.simulate([Dose(IV, 10.0)], times, weight_kg=[70.0, 35.0])
        peak, total = found.concentrations[drug][:, 0], simpson(found.concentrations[drug], x=times)
        assert peak[1] / peak[0] == pytest.approx(2.0 if power else 1.0)
        assert total[1] / total[0] == pytest.approx(2**power, rel=1e-3)


def test_an_assumed_exponent_is_a_warning_away_from_the_reference() -> None:
    model = kinetic_model("kamp2020_meta")
    assert not model.simulate([Dose(IV, 35.0)], TIMES).warnings
    (said,) = model.simulate([Dose(IV, 35.0)], TIMES, weight_kg=80.0).warnings
    assert "assumption" in said
    assert "0.75" in said


def test_nasal_devices() -> None:
    model = kinetic_model("perezruixo2021")
    case, _ = model._case([Dose(NOSE, 28)], 70.0, None, None, None, 1.0, 1.0)
    # The note of the record: "effective FRn: 0.54, 0.4374, 0.4032".
    note = model.record.parameter("dose_effect_FRn").note
    found = absorbed_by_nose(case, np.array([1.0, 2.0, 3.0]))
    assert ", ".join(f"{share:.4f}".rstrip("0") for share in found) in note
    for mg in (30, 14, 112, 0):
        with pytest.raises(ValueError, match="mg"):
            model.simulate([Dose(NOSE, mg)], TIMES)


def test_age_and_ancestry_where_the_source_has_them() -> None:
    model, dose = kinetic_model("perezruixo2021"), [Dose(IV, 28.0)]

    def total(**who) -> np.ndarray:
        return model.simulate(dose, TIMES, **who).concentrations["S-ketamine"].sum(axis=1)

    assert total(age_years=45.0) == total(age_years=60.0) == total()
    assert total(age_years=80.0) > total()
    assert total(ancestry="Asian") > total()
    nasal = [Dose(NOSE, 28.0)]
    japanese = model.simulate(nasal, TIMES, ancestry="Japanese")
    asian = model.simulate(nasal, TIMES, ancestry="Asian")
    assert japanese.concentrations["S-ketamine"].max() > asian.concentrations["S-ketamine"].max()
    assert any("Japanese" in said for said in japanese.warnings)
    with pytest.raises(ValueError, match="ancestry: otto2021"):
        kinetic_model("otto2021").simulate(dose, TIMES, ancestry="Asian")


def test_variability_is_that_of_the_record() -> None:
    none = {id for id in COMPLETE if kinetic_model(id).variability.note is not None}
    assert none == {"domino", "clements250", "hijazi", "sherwin2015", "flint2017", "kamp2020_meta"}
    for id in none:
        with pytest.raises(ValueError, match=f"{id}: no variability"):
            kinetic_model(id).variability.population()
    otto = kinetic_model("otto2021").variability
    assert otto.fields["V_NK"] == ("log", "iiv.omega2_VNK_cov_CLNK")
    drawn = draw(otto.population(), 20_000, seed=1)
    together = np.cov(np.log(drawn["V1"]), np.log(drawn["CL"]))
    first, covariance, second = pk_models()["otto2021"].iiv["omega2_V1_cov_CL"].numbers
    expected = np.array([[first, covariance], [covariance, second]])
    assert together == pytest.approx(expected, rel=0.05)
    assert kinetic_model("perezruixo2021").variability.fields["FRn"][0] == "logit"
    assert "kmet" not in kinetic_model("perezruixo2021").variability.fields


@pytest.mark.parametrize("id", COMPLETE)
def test_people_differ_and_each_is_alone(id: str) -> None:
    model = kinetic_model(id)
    dose = [Dose(model.routes[-1], 28.0)]
    weights = np.array([60.0, 70.0, 80.0])
    if model.variability.note is None:
        drawn = draw(model.variability.population(), 3, seed=7)
    else:
        drawn = {}
    drawn["V1" if "V1" in model.record.parameters else next(iter(drawn))] = np.array(
        [0.5, 0.8, 0.9]
    )
    all_of_them = model.simulate(dose, TIMES, weight_kg=weights, individuals=drawn).concentrations
    for i, weight in enumerate(weights):
        own = {name: values[i] for name, values in drawn.items()}
        alone = model.simulate(dose, TIMES, weight_kg=weight, individuals=own).concentrations
        for name, values in alone.items():
            assert all_of_them[name].shape == (3, TIMES.size)
            assert all_of_them[name][i] == pytest.approx(values[0], rel=1e-10, abs=1e-15)


@given(st.floats(0.2, 5.0))
@settings(max_examples=15, deadline=None)
def test_factors_of_another_drug_on_exposure(factor: float) -> None:
    times = np.linspace(0, 600, 12001)
    for id in ("kamp2020_meta", "otto2021", "flint2017", "simons2022"):
        model = kinetic_model(id)
        dose = [Dose(IV, 20.0, over_h=1.0)]
        plain, changed = (
            simpson(
                model.simulate(dose, times, **how).concentrations[model.substances[0]][0], times
            )
            for how in ({}, {"clearance_factor": factor})
        )
        assert changed / plain == pytest.approx(1 / factor, rel=1e-3)
    model = kinetic_model("composite_oral_S")
    plain, changed = (
        model.simulate([Dose(MOUTH, 20.0)], times, **how).concentrations["S-ketamine"][0]
        for how in ({}, {"bioavailability_factor": factor})
    )
    assert changed == pytest.approx(factor * plain, rel=1e-9)


def test_no_more_than_the_dose_is_absorbed() -> None:
    for id, route in (("composite_oral_S", MOUTH), ("perezruixo2021", MOUTH), ("simons2022", FILM)):
        with pytest.raises(ValueError, match="bioavailability_factor"):
            kinetic_model(id).simulate([Dose(route, 50.0)], TIMES, bioavailability_factor=11.0)


@pytest.mark.parametrize("id", COMPLETE)
def test_an_effect_site_follows_its_substance(id: str) -> None:
    model = kinetic_model(id)
    dose = [Dose(model.routes[-1], 28.0)]
    times = np.linspace(0.0, 6.0, 6001)
    for substance in model.substances:
        if (id, substance) == ("flint2017", "S-norketamine"):
            with pytest.raises(ValueError, match="substance: flint2017 has no effect site"):
                model.effect_site(5.0, dose, times, substance=substance)
            continue
        site = model.effect_site(5.0, dose, times, substance=substance).concentrations
        assert list(site) == [substance]
        # ke0 (C - Ce), integrated, is Ce.
        blood = model.simulate(dose, times).concentrations[substance][0]
        entered = 5.0 * simpson(blood - site[substance][0], x=times)
        assert site[substance][0, -1] == pytest.approx(entered, rel=1e-4, abs=1e-6 * blood.max())


def test_the_card_refuses_and_warns() -> None:
    with pytest.raises(OutsideValidity, match="otto2021: age_years"):
        kinetic_model("otto2021").simulate([Dose(IV, 10.0)], TIMES, age_years=10.0)
    with pytest.raises(OutsideValidity, match="flint2017: age_years"):
        kinetic_model("flint2017").simulate([Dose(IV, 10.0)], TIMES, age_years=[2.0, 30.0])
    said = kinetic_model("clements250").simulate([Dose(IV, 35.0)], TIMES).warnings
    assert any("dose_mg_per_kg" in sentence for sentence in said)


OTTO, DOSE = kinetic_model("otto2021"), [Dose(IV, 10.0)]
BAD = [
    ("regimen", lambda: OTTO.simulate([], TIMES)),
    ("regimen", lambda: OTTO.simulate(["10 mg"], TIMES)),
    ("route: otto2021 has intravenous, not 'oral'", lambda: OTTO.simulate([Dose(MOUTH, 1)], TIMES)),
    ("route", lambda: Dose("by post", 10.0)),
    ("mg", lambda: Dose(IV, -1.0)),
    ("mg", lambda: Dose(IV, float("nan"))),
    ("time_h", lambda: Dose(IV, 1.0, float("nan"))),
    ("over_h", lambda: Dose(IV, 1.0, 0.0, -1.0)),
    ("over_h", lambda: Dose(MOUTH, 1.0, 0.0, 1.0)),
    ("mg_per_kg", lambda: mg_of(-1.0, 70.0)),
    ("weight_kg", lambda: mg_of(1.0, 0.0)),
    ("mg_per_kg", lambda: mg_of([1.0, 1.0], [70.0] * 3)),
    ("weight_kg", lambda: OTTO.simulate(DOSE, TIMES, weight_kg=0.0)),
    ("weight_kg", lambda: OTTO.simulate(DOSE, TIMES, weight_kg=float("nan"))),
    ("age_years", lambda: OTTO.simulate(DOSE, TIMES, age_years=-1.0)),
    ("times_h", lambda: OTTO.simulate(DOSE, [2.0, 1.0])),
    ("individuals", lambda: OTTO.simulate(DOSE, TIMES, individuals={"V9": 1.0})),
    ("individuals V1", lambda: OTTO.simulate(DOSE, TIMES, individuals={"V1": 0.0})),
    ("CL", lambda: OTTO.simulate(DOSE, TIMES, individuals={"V1": [1, 1], "CL": [1, 1, 1]})),
    ("clearance_factor", lambda: OTTO.simulate(DOSE, TIMES, clearance_factor=0.0)),
    ("bioavailability_factor", lambda: OTTO.simulate(DOSE, TIMES, bioavailability_factor=-1.0)),
    ("mg of dose 0", lambda: OTTO.simulate([Dose(IV, [1, 2])], TIMES, weight_kg=[70] * 3)),
    ("ancestry", lambda: OTTO.simulate(DOSE, TIMES, ancestry="Martian")),
    ("ke0_per_h", lambda: OTTO.effect_site(0.0, DOSE, TIMES)),
    ("substance", lambda: OTTO.effect_site(1.0, DOSE, TIMES, substance="water")),
    ("source", lambda: by_fraction("x", "F", 1, TIMES, ka_per_h=1, into="domino")),
    ("fraction", lambda: by_fraction("rolan2013", "F", 1, TIMES, ka_per_h=1, into="domino")),
    (
        "into",
        lambda: by_fraction("rolan2013", "F_sublingual", 1, TIMES, ka_per_h=1, into="otto2021"),
    ),
    ("tmax_h", lambda: ka_of_peak(0.0, into="domino")),
    ("tmax_h", lambda: ka_of_peak(1e-6, into="domino")),
]


@pytest.mark.parametrize("place", range(len(BAD)))
def test_bad_input_is_refused_by_name(place: int) -> None:
    named, call = BAD[place]
    with pytest.raises(ValueError, match=named):
        call()
