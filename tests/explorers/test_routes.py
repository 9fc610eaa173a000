"""The explorer of routes: every record and figure reached, none averaged, none approved anew."""

from __future__ import annotations

import re
from html import unescape

import pytest
from traitlets import TraitError

from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import pk_models
from ketalab.evidence.pharmacology.parameter import Parameter
from ketalab.explorers import RouteExplorer
from ketalab.explorers.route_case import route_cases
from ketalab.explorers.route_products import PRODUCTS, entry_of, shares
from ketalab.frontend.still import still_svg

CASES = route_cases()
# Parts of a model (of one device, of the gut wall, of the mucosa, a scale factor), a constructed
# model, and numbers that stand in the routes table as well.
NOT_SHOWN = {
    ("perezruixo2021", "FRn"),
    ("perezruixo2021", "Fgut"),
    ("simons2022", "F1"),
    ("simons2022", "F2"),
    ("composite_oral_S", "F_ketamine"),
    ("composite_oral_S", "F_presystemic_norketamine"),
    ("yanagihara2003", "F_oral_tablet"),
    ("yanagihara2003", "F_sublingual"),
    ("yanagihara2003", "F_rectal"),
    ("yanagihara2003", "F_nasal"),
    ("rolan2013", "F_sublingual"),
    ("physiology", "F_nasal_label"),
}


def find(route: str, start: str):
    (product,) = (p for p in PRODUCTS if p.route == route and p.name.startswith(start))
    return product


def test_it_opens_on_two_small_studies_that_disagree():
    assert RouteExplorer().reading == (
        "Nasal, racemic spray, compounded. Share of a dose that reaches the blood: about 45% "
        "(yanagihara2003, 3 volunteers); 11 to 17% (in_cancer_pk_2022, 10 people with cancer "
        "pain). The highest printed figure is 4.1 times the lowest (4.9 times over all products "
        "of this route); they are not averaged. Direct evidence, from people with chronic or "
        "cancer pain: 1 of 2; the others are indirect. Onset: relief within 10 min. Duration: up "
        "to about 60 min. Approval: off-label; compounded, no approved racemic spray. Verified: ● "
        "primary. Certainty (GRADE): – not graded by the source as read."
    )


def test_the_factor_of_four_by_independent_arithmetic():
    high = library().results["intranasal_racemic__bioavailability_volunteers"].estimate
    low = library().results["intranasal_racemic__bioavailability_cancer_pain"].low
    assert f"{high / low:.1f} times" in RouteExplorer().reading
    assert f"factor of {high / low:.1f} between" in " ".join(
        row["text"] for row in RouteExplorer().case().details
    )


def test_every_record_of_the_table_is_reached_once():
    entries = [product.entry for product in PRODUCTS if product.entry]
    assert sorted(entries) == sorted(library().routes)
    assert len(CASES) == len(PRODUCTS)


def test_every_typed_bioavailability_and_peak_is_drawn():
    for result in library().results.values():
        if result.table != "routes":
            continue
        (product,) = (p for p in PRODUCTS if p.entry == result.record)
        case = CASES[product.route, product.name]
        if result.measure.startswith("bioavailability"):
            ends = {(share.low, share.estimate, share.high) for share in shares(product)}
            assert (result.low, result.estimate, result.high) in ends
        elif result.measure.startswith("time of the peak"):
            assert any(row["chosen"] for row in case.drawn["peaks"])


def test_every_bioavailability_of_the_pharmacology_is_shown_or_left_out_for_a_reason():
    known = {
        (model.id, name)
        for model in pk_models().values()
        for held in (model.parameters, model.abstract_values)
        for name, value in (held or {}).items()
        if name.startswith("F") and isinstance(value, Parameter)
    }
    shown = {(k.model, k.parameter) for product in PRODUCTS for k in product.kinetics}
    assert shown | NOT_SHOWN == known
    assert not shown & NOT_SHOWN


def test_figures_shown_from_both_tables_agree():
    """The three sources that stand in both tables: what is drawn is what the models use."""
    tablet = library().results["oral__bioavailability_tablet"].estimate
    assert tablet == 100 * pk_models()["yanagihara2003"].number("F_oral_tablet", "fraction")
    wafer = library().results["sublingual__bioavailability_wafer"]
    ours = pk_models()["rolan2013"].parameter("F_sublingual")
    assert (wafer.estimate, wafer.low, wafer.high) == pytest.approx(
        (100 * ours.number, *(100 * end for end in ours.ci90))
    )


def test_forms_of_the_drug_stay_apart():
    for product in PRODUCTS:
        entry = entry_of(product)
        if entry:
            assert entry.drug.startswith(product.drug)
    for product in PRODUCTS:
        forms = {pk_models()[kinetic.model].form for kinetic in product.kinetics}
        if product.drug in ("S-ketamine", "esketamine"):
            assert forms == {"S"}
        else:
            assert forms <= {"racemic"}


def test_no_figure_is_an_average():
    printed = {end for product in PRODUCTS for share in shares(product) for end in share.ends} | {
        share.estimate for product in PRODUCTS for share in shares(product)
    }
    for case in CASES.values():
        for row in (*case.drawn["overview"], *case.drawn["studies"]):
            assert {row["low"], row["middle"], row["high"]} <= printed | {None}


def test_peaks_in_minutes():
    rows = {row["label"].partition(":")[0]: row for row in RouteExplorer().case().drawn["peaks"]}
    assert (rows["nasal, racemic"]["low"], rows["nasal, racemic"]["high"]) == (14, 23)
    assert rows["under the tongue, racemic"]["middle"] == 45  # 0.75 h
    assert rows["swallowed, racemic"]["middle"] == pytest.approx(57.6)  # 0.96 h


def test_approval_is_said_as_the_table_says_it_and_never_more():
    for product in PRODUCTS:
        reading = CASES[product.route, product.name].reading
        entry = entry_of(product)
        if entry:
            assert f"Approval: {entry.status}." in reading
        else:
            assert "seen in studies only" in reading
        assert not {"safe", "recommended"} & set(reading.split())
        assert "Certainty (GRADE): – not graded" in reading
    assert (
        "approved for depression, not for pain"
        in CASES["nasal", "esketamine spray, licensed"].reading
    )


def test_home_use_names_the_regulators_warnings():
    details = CASES["any form, at home", "compounded racemic ketamine"].details
    said = [row["text"] for row in details if row["term"].startswith("Regulators")]
    assert any("nobody is monitoring on site" in text for text in said)
    assert any("no monitoring or rescue" in text for text in said)
    assert all("second-hand" in text for text in said)


def test_what_was_not_found_is_named():
    details = {row["term"]: row["text"] for row in CASES["rectal", "racemic ketamine"].details}
    assert details["Not known"] == "time to the peak, onset, duration: nothing was found."
    reading = CASES["subcutaneous", find("subcutaneous", "racemic").name].reading
    assert "no figure found" in reading


def test_people_with_pain_are_told_from_volunteers():
    chong = [s for s in shares(find("swallowed", "racemic")) if s.source.startswith("Chong")]
    assert [share.is_in_pain for share in chong] == [True]
    rows = RouteExplorer().tabulate()
    assert {row["people"]: row["direct"] for row in rows}["10 people with cancer pain"] == "direct"
    assert {row["direct"] for row in rows if "volunteers" in row["people"]} == {"indirect"}


def test_a_route_out_of_the_list_is_refused_with_the_list():
    explorer = RouteExplorer()
    with pytest.raises(TraitError, match=r"RouteExplorer\.route: 'ear' is not possible") as caught:
        explorer.route = "ear"
    assert "'rectal'" in str(caught.value)
    with pytest.raises(TraitError, match="nothing has"):
        RouteExplorer(route="inhaled", product="illicit ketamine")
    explorer.route = "inhaled"
    assert explorer.product == "S-ketamine mist, in a study"


@pytest.mark.parametrize("picture", ["studies", "peaks"])
def test_each_row_of_a_picture_has_its_label_once(picture: str):
    explorer = RouteExplorer()
    setting = dict(zip(explorer.control_names(), explorer.setting(), strict=True))
    svg = still_svg(RouteExplorer.specification(), setting, picture)
    drawn = [unescape(text) for text in re.findall("<text[^>]*>([^<]*)", svg)]
    rows = explorer.case().drawn[picture]
    assert {row["chosen"] for row in rows} == {True, False}
    for row in rows:
        assert drawn.count(row["label"]) == 1
