"""Questions and predictions as widgets."""

from __future__ import annotations

import json
import re

import pytest
from traitlets import TraitError

from ketalab.activities import predict, question
from ketalab.activities.bank import bank_file, banks, in_words, load_bank
from ketalab.activities.quiz import Activity, ask
from ketalab.evidence import fact
from ketalab.frontend import digest
from ketalab.publish.lint import bank_prose, typed_numbers

QUESTIONS = [item for bank in banks() for item in bank.questions]
PREDICTIONS = [item for bank in banks() for item in bank.predictions]


def widget_of(item) -> Activity:
    return question(item.id) if item in QUESTIONS else predict(item.id)


@pytest.mark.parametrize("item", [*QUESTIONS, *PREDICTIONS], ids=lambda item: item.id)
def test_every_item_becomes_a_widget_with_its_texts_resolved(item):
    widget = widget_of(item)
    spec = widget.get_state()["_spec"]
    assert json.loads(json.dumps(spec)) == spec
    assert not re.search(r"\{(fact|cite)\}", json.dumps(spec, ensure_ascii=False))
    assert (widget.answer, widget.checked) == (None, False)
    for choice in (*spec["options"], *spec.get("rows", ())):
        assert choice["feedback"]
    if item.kind == "numeric":
        assert isinstance(spec["answer"], int | float)
        key = item.answer.fact if item in QUESTIONS else item.fact
        wanted = item.answer.number() if key is None else fact(key).value
        assert spec["answer"] == wanted


@pytest.mark.parametrize("item", [*QUESTIONS, *PREDICTIONS], ids=lambda item: item.id)
def test_the_text_form_shows_the_choices_and_does_not_give_the_answer_away(item):
    widget = widget_of(item)
    spec = widget._spec
    said = repr(widget)
    assert spec["prompt"] in said
    assert said.endswith(f"digest {digest(spec)}")
    for choice in spec.get("choices", ()) if item.kind == "matching" else ():
        assert f"\n  - {choice}" in said
    for option in (*spec["options"], *spec.get("rows", ())):
        assert f"\n- {option['text']}" in said
        assert option["feedback"] not in said
    assert "True" not in said
    if item.kind == "numeric" and item in QUESTIONS:
        assert not any(text in said for text in spec["feedback"].values())
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == said


@pytest.fixture
def asked(small):
    """The questions of the small bank as widgets, by id."""
    assert small.complaints() == []
    return {item.id: ask(item) for item in load_bank(small.path).questions}


def test_an_ordering_is_shown_in_another_order_and_knows_the_right_one(asked):
    spec = asked["99-order"]._spec
    assert spec["choices"] == ["1", "2", "3"]
    shown = [row["text"] for row in spec["rows"]]
    assert shown != ["Few", "Some", "Many"]
    right = {row["text"]: row["correct"] for row in spec["rows"]}
    assert right == {"Few": 0, "Some": 1, "Many": 2}
    said = {row["text"]: row["feedback"] for row in spec["rows"]}
    assert said["Many"] == "Most."
    assert said["Some"].startswith("Between [")


def test_a_matching_offers_each_right_side_once_with_the_distractors(asked):
    spec = asked["99-match"]._spec
    assert sorted(spec["choices"]) == ["A document", "A drug", "A study"]
    assert [row["text"] for row in spec["rows"]] == ["A label", "A survey", "A trial"]
    right = [spec["choices"][row["correct"]] for row in spec["rows"]]
    assert right == ["A document", "A study", "A study"]


@pytest.mark.parametrize("item", QUESTIONS, ids=lambda item: item.id)
def test_no_question_is_shown_in_its_right_order(item):
    spec = question(item.id)._spec
    if item.kind == "ordering":
        assert [row["correct"] for row in spec["rows"]] != list(range(len(item.items)))
    if item.kind == "matching":
        assert spec["choices"] != [in_words(choice) for choice in item.choices()]


def test_the_form_follows_what_an_answer_means_and_nothing_else(asked):
    for widget in asked.values():
        spec = widget._spec
        changed = json.loads(json.dumps(spec))
        for part in (*changed["options"], *changed.get("rows", ())):
            part["feedback"] += "!"
        assert Activity(changed)._spec["form"] == spec["form"]
        for part in (*changed["options"], *changed.get("rows", ())):
            part["text"] += "!"
        changed["prompt"] += "!"
        assert Activity(changed)._spec["form"] != spec["form"]
    assert len({widget._spec["form"] for widget in asked.values()}) == len(asked)


def test_any_change_of_key_or_feedback_changes_the_text_form():
    widget = question("04-speed")
    before = repr(widget)
    spec = json.loads(json.dumps(widget._spec))
    spec["options"][0]["correct"] = True
    assert repr(Activity(spec)) != before
    spec["options"][0]["correct"] = False
    assert repr(Activity(spec)) == before
    spec["options"][0]["feedback"] += "!"
    assert repr(Activity(spec)) != before


def test_the_answer_is_a_trait_and_the_question_is_not():
    widget = question("04-speed")
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), names=["answer", "checked"])
    widget.set_state({"answer": [1], "checked": True})
    assert seen == [[1], True]
    with pytest.raises(TraitError):
        widget._spec = {}


@pytest.mark.parametrize("make", [question, predict])
def test_an_unknown_id_is_answered_with_the_known_ones(make):
    with pytest.raises(LookupError, match="has no 'x'; it has: 0"):
        make("x")


@pytest.mark.parametrize("bank", banks(), ids=lambda bank: bank.lesson)
def test_no_clinical_number_is_typed_in_the_bank(bank):
    path = bank_file(bank.lesson)
    assert typed_numbers(path.name, bank_prose(path)) == []
