"""What a caller gets out of the models: numbers in a unit that it has to name."""

from __future__ import annotations

import pytest

from ketalab.evidence.pharmacology import pd_models, pk_models, receptor


def test_the_models_that_can_be_simulated_are_marked() -> None:
    assert [model.id for model in pk_models().values() if model.complete] == [
        "domino",
        "clements250",
        "hijazi",
        "herd2007",
        "sherwin2015",
        "flint2017",
        "kamp2020_meta",
        "otto2021",
        "perezruixo2021",
        "simons2022",
        "composite_oral_S",
    ]


def test_a_number_comes_only_in_its_own_unit() -> None:
    domino = pk_models()["domino"]
    assert domino.number("V1", "L/kg") == 0.063
    with pytest.raises(ValueError, match="domino, V1: expected the unit L, got L/kg"):
        domino.number("V1", "L")
    with pytest.raises(KeyError, match="domino has no parameter 'V9'"):
        domino.number("V9", "L")
    with pytest.raises(KeyError, match="clements125 has no parameter 'V1'"):
        pk_models()["clements125"].number("V1", "L/kg")
    with pytest.raises(KeyError, match="composite_oral_S has no parameter 'disposition'"):
        pk_models()["composite_oral_S"].number("disposition", "L")
    with pytest.raises(TypeError, match="expected one number"):
        pk_models()["cyp2b6"].number("CL_11_16_66", "L/h")


def test_a_parameter_that_equals_another_is_followed() -> None:
    simons = pk_models()["simons2022"]
    assert simons.number("VN1", "L/70 kg") == simons.number("VK1", "L/70 kg") == 11.6


def test_words_after_a_unit_do_not_hide_it() -> None:
    pd = pd_models()
    assert pd["acute_pain_olofsen2022"].number("C50", "nmol/mL") == 0.51
    assert pd["chronic_pain_dahan2011"].number("C50", "ng/mL") == 10.5
    assert pk_models()["kamp2020_meta"].number("CL", "L/h/70 kg") == 84
    with pytest.raises(ValueError, match="expected the unit h, got min"):
        pd["acute_pain_olofsen2022"].number("t_half_ke0", "h")
    with pytest.raises(KeyError, match="thresholds has no parameter"):
        pd["thresholds"].number("headache", "ng/mL")


def test_every_number_says_where_it_is_from_and_how_it_was_read() -> None:
    found = pk_models()["domino"].parameter("V1")
    assert (found.source_key, found.level) == ("Domino1982", "code-of-a-peer")
    assert found.numbers == (0.063,)
    composite = pk_models()["composite_oral_S"].parameter("F_presystemic_norketamine")
    assert composite.level == "derived"


def test_the_derived_share_follows_from_its_own_arithmetic() -> None:
    fanta, otto = pk_models()["fanta2015"], pk_models()["otto2021"]
    oral = fanta.number("F_oral", "fraction")
    ratio = fanta.number("AUC_NK_over_K_oral_steady_state", "ratio")
    clearances = otto.number("CL_NK", "L/h/70 kg") / otto.number("CL", "L/h/70 kg")
    derived = pk_models()["composite_oral_S"].number("F_presystemic_norketamine", "fraction")
    assert derived == pytest.approx(oral * ratio * clearances - oral, abs=0.005)


def test_nothing_from_memory_is_shown() -> None:
    clements = pk_models()["clements250"]
    assert clements.doubts is not None
    assert "186" in clements.doubts
    assert clements.printable_doubts == "abstract of the paper not found"
    assert pk_models()["domino"].printable_doubts == pk_models()["domino"].doubts
    assert pk_models()["otto2021"].printable_doubts is None
    leaning = {n for n, p in receptor().structures.items() if p.leans_on_memory}
    assert leaning == {"PDB_7EU7", "PDB_7EU8"}


def test_the_receptor_keeps_words_apart_from_numbers() -> None:
    block = receptor().ketamine_block
    assert block["kon"].number == 150000  # type: ignore[union-attr]
    assert block["trapping"].numbers == ()  # type: ignore[union-attr]
    assert block["single_channel_Po"].value == {0.1: 0.53, 1.0: 0.24}  # type: ignore[union-attr]
    assert not hasattr(block["glasgow2018"], "value")
    assert receptor().chemistry["norketamine"].mw == 223.703


def test_models_can_be_written_out() -> None:
    plain = pk_models()["domino"].model_dump()
    assert plain["parameters"]["V1"]["value"] == 0.063
    assert receptor().model_dump()["magnesium_block"]["values_computed_1mM"][0] == 0.781182
