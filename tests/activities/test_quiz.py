"""Questions and predictions as widgets."""

from __future__ import annotations

import json
import re

import pytest
from traitlets import TraitError

from ketalab.activities import predict, question
from ketalab.activities.bank import banks
from ketalab.activities.quiz import Activity
from ketalab.evidence import fact
from ketalab.frontend import digest

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
    for option in spec["options"]:
        assert option["feedback"]
    if item.kind == "numeric":
        assert isinstance(spec["answer"], int | float)
        key = item.answer.fact if item in QUESTIONS else item.fact
        assert spec["answer"] == fact(key).value


@pytest.mark.parametrize("item", [*QUESTIONS, *PREDICTIONS], ids=lambda item: item.id)
def test_the_text_form_shows_the_choices_and_does_not_give_the_answer_away(item):
    widget = widget_of(item)
    spec = widget._spec
    said = repr(widget)
    assert spec["prompt"] in said
    assert said.endswith(f"digest {digest(spec)}")
    for option in spec["options"]:
        assert f"\n- {option['text']}" in said
        assert option["feedback"] not in said
    assert "True" not in said
    if item.kind == "numeric" and item in QUESTIONS:
        assert not any(text in said for text in spec["feedback"].values())
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == said


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
    with pytest.raises(LookupError, match="has no 'x'; it has: 04-"):
        make("x")


def test_no_clinical_number_is_typed_in_the_bank():
    """Numbers in texts come by role; what stands as a digit is a round number of speech."""
    texts = []

    def collect(value):
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key not in ("id", "source", "fact", "objective"):
                    collect(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                collect(inner)

    for bank in banks():
        collect(bank.model_dump(exclude={"lesson"}))
    spoken = re.compile(
        r"\{(?:fact|cite)\}`[^`]*`"  # a number with its source
        r"|\(\w+__\d+\)"  # the name of a row
        r"|\b(?:of|by) 100\b|\b100 (?:such )?people\b|\b95(?:%| of )"
    )
    for text in texts:
        assert not re.search(r"\d", spoken.sub("", text)), text
