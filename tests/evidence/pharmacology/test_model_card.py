"""Model cards: sound against the tables, held to by a call, and readable."""

from __future__ import annotations

import doctest
import math
import re
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import (
    ModelCard,
    OutsideValidity,
    benchmarks,
    load_pharmacology,
    model_card,
    model_cards,
    pd_models,
    pk_models,
    receptor,
)
from ketalab.evidence.pharmacology.card_checks import ASKED
from ketalab.evidence.pharmacology.places import parameters_at
from ketalab.evidence.pharmacology.validity import QUANTITIES

if TYPE_CHECKING:
    from tests.evidence.pharmacology.conftest import Tables

CARDS = list(model_cards().values())


def ids(card: ModelCard) -> str:
    return card.id


def test_every_model_has_a_card_and_every_benchmark_is_named() -> None:
    complete = {name for name, model in pk_models().items() if model.complete}
    assert complete | set(pd_models()) <= set(model_cards())
    named = {name for card in CARDS for name in card.entry.checked_against}
    assert named == set(benchmarks())
    methods = {"ketamine_block", "magnesium_block", "gating", "wind_up", "pooling", "risk", "power"}
    others = {"virtual_patients", "interactions", "context_sensitive_half_time"}
    assert methods | others <= set(model_cards())
    assert set(load_pharmacology().cards) == set(model_cards())


def test_no_quantity_is_idle() -> None:
    used = {limit.quantity for card in CARDS for limit in card.validity}
    used |= {name for card in CARDS for name in card.entry.unknown_ranges}
    assert used == set(QUANTITIES)


def test_an_unknown_card_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="no model card 'clements125'; there are domino, "):
        model_card("clements125")


@pytest.mark.parametrize("card", CARDS, ids=ids)
def test_a_range_is_left_exactly_where_it_ends(card: ModelCard) -> None:
    for limit in card.validity:
        step = max(1e-3, abs(limit.high or 0) * 1e-3, abs(limit.low or 0) * 1e-3)
        inside = limit.low if limit.low is not None else (limit.high or 0) - step
        outside = []
        if limit.low is not None and (
            limit.low > step or QUANTITIES[limit.quantity].allowed == "any number"
        ):
            outside.append(limit.low - step)
        if limit.high is not None:
            outside.append(limit.high + step)
            if limit.high_excluded:
                outside.append(limit.high)
        assert card.check(route=limit.route, **{limit.quantity: inside}) == ()
        for value in outside:
            if limit.outside == "error":
                with pytest.raises(OutsideValidity, match=f"^{card.id}: {limit.quantity}"):
                    card.check(route=limit.route, **{limit.quantity: value})
            else:
                (said,) = card.check(route=limit.route, **{limit.quantity: value})
                assert said.startswith(f"{card.id}: {limit.quantity}")
                assert limit.words in said
                assert f" {value:.6g} is outside the range of the model, " in said
                assert said.endswith(limit.reason)


@pytest.mark.parametrize("card", CARDS, ids=ids)
def test_cards_of_a_kind_answer_the_same_questions(card: ModelCard) -> None:
    for name in ASKED.get(card.entry.kind, ()):
        assert card.check(**{name: None}) == ()
    # Some value of what is not known must pass without a word.
    for name in card.entry.unknown_ranges:
        assert card.check(**{name: 1e6}) == ()


def test_an_error_carries_what_was_asked() -> None:
    with pytest.raises(OutsideValidity) as caught:
        model_card("flint2017").check(age_years=np.array([[4.0, 30.0]]))
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.model, error.quantity) == ("flint2017", "age_years")
    assert (error.value, error.low, error.high) == ((4.0, 30.0), 0.02, 12.5)
    assert str(error) == (
        "flint2017: age_years 4 to 30 is outside the range of the model, 0.02 to 12.5 years. "
        "These are the ages of the 25 ventilated children."
    )


def test_adults_and_children_are_kept_apart() -> None:
    for card in CARDS:
        model = pk_models().get(card.id)
        if model is None or not model.complete:
            continue
        if card.id in ("herd2007", "sherwin2015"):
            # No ages are given there, so that an adult is warned of, not refused.
            assert len(card.check(age_years=40)) == 1
        elif card.id == "flint2017":
            with pytest.raises(OutsideValidity):
                card.check(age_years=40)
        else:
            assert card.check(age_years=18) == ()
            with pytest.raises(OutsideValidity):
                card.check(age_years=17.9)


def test_a_range_may_hold_for_one_route_alone() -> None:
    card = model_card("perezruixo2021")
    assert card.check(route="intranasal", dose_mg=[28, 56, 84]) == ()
    (said,) = card.check(route="intranasal", dose_mg=112)
    assert (
        "dose_mg by the intranasal route 112 is outside the range of the model, 28 to 84 mg" in said
    )
    assert card.check(route="oral", dose_mg=112) == ()
    with pytest.raises(ValueError, match="route must be given: the range of dose_mg of perez"):
        card.check(dose_mg=56)
    with pytest.raises(ValueError, match=r"route must be one of 'intravenous', .* got 'nasal'"):
        card.check(route="nasal", dose_mg=56)  # type: ignore[arg-type]
    # What does not depend on the route does not ask for it.
    assert card.check(age_years=45, weight_kg=70) == ()


def test_rounding_does_not_leave_a_range() -> None:
    card = model_card("clements250")
    assert card.check(dose_mg_per_kg=0.25 * 68.3 / 68.3 * (1 + 1e-12)) == ()
    assert model_card("simons2022").check(route="intravenous", duration_h=20 / 60) == ()


def test_several_warnings_come_in_the_order_of_the_question() -> None:
    said = model_card("clements250").check(duration_h=1, weight_kg=200, dose_mg_per_kg=0.5)
    assert [line.split()[1] for line in said] == ["duration_h", "weight_kg", "dose_mg_per_kg"]


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ({"weight_kg": math.nan}, "weight_kg must be finite"),
        ({"weight_kg": [70, math.inf]}, "weight_kg must be finite"),
        ({"weight_kg": 0}, "weight_kg must be above zero, got 0"),
        ({"dose_mg": [10, -1]}, "dose_mg must be zero or more, got -1"),
        ({"age_years": []}, "age_years must not be empty"),
        ({"age_years": "forty"}, "age_years must be a number or an array of numbers, got 'forty'"),
        ({"voltage_mv": -70}, "voltage_mv is not on the card of otto2021, which speaks of age_y"),
        ({"height_cm": 170}, "height_cm is not on the card of otto2021"),
    ],
)
def test_what_makes_no_sense_names_the_argument(
    quantities: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        model_card("otto2021").check(**quantities)  # type: ignore[arg-type]
    assert not isinstance(caught.value, OutsideValidity)


def test_levels_are_counted_from_the_records(tables: Tables) -> None:
    assert model_card("domino").levels == (
        ("○ public code that cites the paper, not the paper", 8),
    )
    assert model_card("sherwin2015").lowest_level is not None
    assert "the paper itself" in str(model_card("sherwin2015").lowest_level)
    assert "arithmetic" in str(model_card("composite_oral_S").lowest_level)
    assert model_card("pooling").lowest_level is None
    measured = [row for row in library().interactions.values() if row.auc_change]
    assert sum(count for _, count in model_card("interactions").levels) == len(measured)


@pytest.mark.parametrize("card", CARDS, ids=ids)
def test_a_card_reads_well(card: ModelCard) -> None:
    text, markdown = repr(card), card._repr_markdown_()
    assert text.startswith(f"{card.title} ({card.id})\n")
    assert markdown.startswith(f"**{card.title}** (`{card.id}`)\n")
    for heading in ("Equation", "Checked against", "Not for"):
        assert f"\n{heading}:\n" in text
        assert f"\n\n*{heading}*\n\n- " in markdown
    for sentence in (*card.entry.not_for, *card.entry.not_known):
        assert f"\n  - {sentence}\n" in f"{text}\n"
        assert sentence.endswith(".")
    for level, count in card.levels:
        assert f"{level}: {count} of the values" in text
    for limit in card.validity:
        assert f"{limit.words}; beyond it" in text
        assert ("the course's own guard" in text) >= limit.guard
    assert "memory" not in text


def test_published_values_are_told_from_exact_figures() -> None:
    text = repr(model_card("domino"))
    assert "  - published values: B06\n" in text
    assert "  - exact figures of the same numbers, which say nothing of people: B01, B02\n" in text
    assert "no published value" in repr(model_card("flint2017"))


def test_an_underscore_is_no_emphasis() -> None:
    assert r"CL\_NK" in model_card("otto2021")._repr_markdown_()


@pytest.mark.parametrize(
    ("file", "place", "value", "message"),
    [
        (
            "model_cards.yaml",
            "cards.domino.validity.0.low",
            "18",
            "record 'domino', field 'validity.0.low': expected a number, got '18'",
        ),
        (
            "model_cards.yaml",
            "cards.domino.validity.0.outside",
            "refuse",
            "record 'domino', field 'validity.0.outside': "
            "expected one of 'error', 'warning', got 'refuse'",
        ),
        (
            "model_cards.yaml",
            "cards.domino.not_for",
            [],
            "record 'domino', field 'not_for': expected a list of at least 1, got an empty list",
        ),
        (
            "model_cards.yaml",
            "cards.domino.level",
            "primary",
            "record 'domino', field 'level': expected no such field (known: id, title, kind, "
            "equation, sources, parameters, validity, unknown_ranges, checked_against, "
            "worked_examples, not_for, not_known), got 'primary'",
        ),
        (
            "model_cards.yaml",
            "cards.flint2017.validity.0.low",
            20,
            "record 'flint2017', field 'validity.0.low': "
            "expected the lower end first, got 20 and 12.5",
        ),
        (
            "model_cards.yaml",
            "cards.flint2017.validity.0.unit",
            "months",
            "record 'flint2017', field 'validity.0.unit': "
            "expected 'years', the unit of age_years, got 'months'",
        ),
        (
            "model_cards.yaml",
            "cards.flint2017.validity.0.source_key",
            "Flint",
            "record 'flint2017', field 'validity.0.source_key': "
            "expected a key of the pharmacology's references.yaml, got 'Flint'",
        ),
        (
            "model_cards.yaml",
            "cards.flint2017.validity.0.source_key",
            ...,
            "record 'flint2017', field 'validity.0.source_key': "
            "expected the source of a range that is no guard, got none",
        ),
        (
            "model_cards.yaml",
            "cards.domino.validity.0.low",
            ...,
            "record 'domino', field 'validity.0.low': expected at least one end; "
            "unknown_ranges holds ranges that are not known",
        ),
        (
            "model_cards.yaml",
            "cards.domino.validity.0.high_excluded",
            True,
            "record 'domino', field 'validity.0.high_excluded': "
            "expected an upper end above the lower one to leave out",
        ),
        (
            "model_cards.yaml",
            "cards.domino.unknown_ranges",
            ["dose_mg", "dose_mg_per_kg"],
            "record 'domino', field 'validity': "
            "expected a range of 'duration_h', or that it is not known, got neither",
        ),
        (
            "model_cards.yaml",
            "cards.gating.unknown_ranges",
            ["glutamate_um", "temperature_c", "luck"],
            "record 'gating', field 'unknown_ranges': expected one of 'weight_kg', ",
        ),
        (
            "model_cards.yaml",
            "cards.wind_up.unknown_ranges",
            ["stimuli"],
            "record 'wind_up', field 'unknown_ranges': "
            "expected no range of what is not known, got one of 'stimuli'",
        ),
        (
            "model_cards.yaml",
            "cards.wind_up.validity.0.quantity",
            "pulses",
            "record 'wind_up', field 'validity.0.quantity': expected one of 'weight_kg', ",
        ),
        (
            "model_cards.yaml",
            "cards.gating.parameters",
            ["receptor/gates"],
            "record 'gating', field 'parameters': "
            "expected a place that holds parameters, got 'receptor/gates'",
        ),
        (
            "model_cards.yaml",
            "cards.gating.parameters",
            ["gating"],
            "record 'gating', field 'parameters': "
            "expected table/record or table/record:field, got 'gating'",
        ),
        (
            "model_cards.yaml",
            "cards.gating.parameters",
            ["peers/measured"],
            "record 'gating', field 'parameters': "
            "expected pk_models, pd_models or receptor, got 'peers'",
        ),
        (
            "model_cards.yaml",
            "cards.virtual_patients.parameters.0",
            "pk_models/domino:iiv",
            "record 'virtual_patients', field 'parameters': "
            "expected a place that holds parameters, got 'pk_models/domino:iiv'",
        ),
        (
            "model_cards.yaml",
            "cards.gating.checked_against",
            ["B20"],
            "record 'gating', field 'checked_against': expected the id of a benchmark, got 'B20'",
        ),
        (
            "model_cards.yaml",
            "cards.domino.checked_against",
            ["B01", "B02"],
            "record 'domino', field 'checked_against': "
            "expected 'B06', which tests this model, among its benchmarks",
        ),
        (
            "model_cards.yaml",
            "cards.flint2017.checked_against",
            ["B03"],
            "record 'flint2017', field 'checked_against': "
            "expected benchmarks of this model, got 'B03' of 'hijazi'",
        ),
        (
            "model_cards.yaml",
            "cards.magnesium_block.checked_against",
            [],
            "record 'B16': expected a card that was checked against it, got none",
        ),
        (
            "model_cards.yaml",
            "cards.eeg_schuttler1987.id",
            "eeg",
            "record 'eeg_schuttler1987': expected a card of this model, got none",
        ),
        (
            "model_cards.yaml",
            "cards.sherwin2015.id",
            "sherwin",
            "record 'sherwin2015': expected a card of this model, got none",
        ),
    ],
)
def test_what_is_wrong_with_a_card_is_named(
    tables: Tables, file: str, place: str, value: object, message: str
) -> None:
    tables.put(file, place, value)
    (line,) = tables.complaints()
    assert line.startswith(f"{file}: {message}")


def test_a_complete_model_needs_a_card(tables: Tables) -> None:
    tables.put("pk_models.yaml", "models.hornik2018.complete", True)
    assert tables.complaints() == [
        "model_cards.yaml: record 'hornik2018': expected a card of this model, got none"
    ]


@pytest.mark.parametrize("module", ["model_card"])
def test_the_examples_are_true(module: str) -> None:
    result = doctest.testmod(import_module(f"ketalab.evidence.pharmacology.{module}"))
    assert (result.attempted > 0, result.failed) == (True, 0)


def test_a_card_prints_each_value_with_unit_spread_source_and_level() -> None:
    text = repr(model_card("chronic_pain_dahan2011"))
    assert "C50 = 10.5 ng/mL S-ketamine, SE 4.8, 95% CI 4.37 to 21.2 (Dahan2011, ●)" in text
    assert "  - CL = 95.2 L/h/70 kg (Otto2021, ○)" in repr(model_card("otto2021"))
    # What the compiler of the table told the course is not for readers.
    assert "say so" not in text


@pytest.mark.parametrize("card", CARDS, ids=ids)
def test_no_value_of_a_record_is_typed_in_an_equation(card: ModelCard) -> None:
    typed = set(re.findall(r"\d+\.\d+", card.entry.equation))
    # An exponent of size is part of a form, and 1.96 is the normal distribution's.
    own = {
        f"{number:g}"
        for place in card.entry.parameters
        if place != "interactions"
        for parameter in parameters_at(place, pk_models(), pd_models(), receptor()).values()
        for number in parameter.numbers
    }
    assert not typed & own
