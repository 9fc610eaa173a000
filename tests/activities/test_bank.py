"""A bank that is not as it must be stops with one line for each problem."""

from __future__ import annotations

import pytest

from ketalab.activities.bank import BankError, banks, find, load_bank


def test_the_small_bank_is_sound(small):
    assert small.complaints() == []


def test_the_courses_own_banks_load_and_are_named_after_their_lessons(repository):
    assert [bank.lesson for bank in banks()] == [
        path.stem for path in sorted((repository / "content" / "lessons").glob("0[0-9]-*.md"))
    ]


SINGLE, NUMBER, ORDER, MATCH, EXERCISE, GUESS = (
    *(("questions", place) for place in range(4)),
    ("exercises", 0),
    ("predictions", 0),
)


def at(data, path):
    for step in path:
        data = data[step]
    return data


def drop(*path):
    def change(data):
        del at(data, path[:-1])[path[-1]]

    return change


def put(value, *path):
    def change(data):
        at(data, path[:-1])[path[-1]] = value

    return change


BROKEN = {
    "option without feedback": (
        drop(*SINGLE, "options", 1, "feedback"),
        ["questions '99-single', field options.1.feedback: Field required"],
    ),
    "empty feedback": (
        put("", *SINGLE, "options", 1, "feedback"),
        [
            "questions '99-single', field options.1.feedback: "
            "String should have at least 1 character"
        ],
    ),
    "numeric feedback without a part": (
        drop(*NUMBER, "feedback", "high"),
        ["questions '99-number', field feedback.high: Field required"],
    ),
    "exercise without otherwise": (
        drop(*EXERCISE, "feedback", "otherwise"),
        ["exercises '99-exercise', field feedback.otherwise: Field required"],
    ),
    "mistake without a word": (
        drop(*EXERCISE, "feedback", "mistakes", 0, "says"),
        ["exercises '99-exercise', field feedback.mistakes.0.says: Field required"],
    ),
    "unknown field": (
        put("x", *SINGLE, "hint"),
        ["questions '99-single', field hint: Extra inputs are not permitted"],
    ),
    "two right in a single": (
        put(True, *SINGLE, "options", 1, "correct"),
        ["questions '99-single', field options: at least two, some of them right and some wrong"],
    ),
    "two of three right in a single": (
        lambda data: at(data, SINGLE)["options"].append(
            {"text": "Also", "correct": True, "feedback": "Yes."}
        ),
        ["questions '99-single', field options: a single question has exactly one right option"],
    ),
    "none right": (
        put(False, *SINGLE, "options", 0, "correct"),
        ["questions '99-single', field options: at least two, some of them right and some wrong"],
    ),
    "numeric without tolerance": (
        drop(*NUMBER, "tolerance"),
        ["questions '99-number': a numeric question has unit, answer, tolerance and feedback"],
    ),
    "numeric prediction without a fact": (
        drop(*GUESS, "fact"),
        ["predictions '99-guess': a numeric prediction has unit, minimum, maximum and fact"],
    ),
    "unknown kind": (
        put("essay", *SINGLE, "kind"),
        [
            "questions '99-single', field kind: Input should be 'single', "
            "'multiple', 'numeric', 'ordering' or 'matching'"
        ],
    ),
    "a number as text": (
        put("1", *NUMBER, "tolerance"),
        ["questions '99-number', field tolerance: expected a number"],
    ),
    "item without an id": (
        drop(*SINGLE, "id"),
        ["questions 0, field id: Field required"],
    ),
    "no questions at all": (drop("questions"), ["questions: Field required"]),
    "unknown objective": (
        put("cuont", *SINGLE, "objective"),
        ["'99-single', field objective: no objective 'cuont'"],
    ),
    "unknown objective of an exercise": (
        put("cuont", *EXERCISE, "objective"),
        ["'99-exercise', field objective: no objective 'cuont'"],
    ),
    "objective without a question": (
        lambda data: data["objectives"].append({"id": "judge", "text": "Judge."}),
        ["objective 'judge' has no question"],
    ),
    "unknown source": (
        put("spravato_upsi", *SINGLE, "source"),
        ["'99-single', field source: no source 'spravato_upsi'"],
    ),
    "unknown cited source": (
        put("See {cite}`winstock2021`.", *SINGLE, "options", 0, "feedback"),
        ["'99-single': cite: no source 'winstock2021'"],
    ),
    "unknown record in a text": (
        put("{fact}`side_effects/spravato_trd__99:treatment`", *SINGLE, "prompt"),
        ["'99-single': side_effects/spravato_trd__99:treatment: no record 'spravato_trd__99'; "],
    ),
    "unknown part in an answer": (
        put("side_effects/spravato_trd__01:control.pc", *NUMBER, "answer", "fact"),
        ["'99-number': side_effects/spravato_trd__01:control.pc: no part 'pc'; "],
    ),
    "unknown fact of a prediction": (
        put("side_effects/spravato_trd__01:tretment", *GUESS, "fact"),
        ["'99-guess': side_effects/spravato_trd__01:tretment: no field 'tretment'; "],
    ),
    "the same id twice": (
        put("99-single", *GUESS, "id"),
        ["'99-single' stands twice"],
    ),
    "item without feedback": (
        drop(*ORDER, "items", 1, "feedback"),
        ["questions '99-order', field items.1.feedback: Field required"],
    ),
    "two items to order": (
        drop(*ORDER, "items", 1),
        [
            "questions '99-order', field items: "
            "an ordering question has at least three, no two alike"
        ],
    ),
    "an item twice": (
        put("Few", *ORDER, "items", 2, "text"),
        [
            "questions '99-order', field items: "
            "an ordering question has at least three, no two alike"
        ],
    ),
    "unknown source cited by an item": (
        put("{cite}`winstock2021`", *ORDER, "items", 0, "feedback"),
        ["'99-order': cite: no source 'winstock2021'"],
    ),
    "pair without feedback": (
        drop(*MATCH, "pairs", 0, "feedback"),
        ["questions '99-match', field pairs.0.feedback: Field required"],
    ),
    "a left side twice": (
        put("A trial", *MATCH, "pairs", 1, "left"),
        [
            "questions '99-match', field pairs: "
            "a matching question has at least two, no left side twice"
        ],
    ),
    "nothing to choose between": (
        lambda data: (
            put("A study", *MATCH, "pairs", 0, "right")(data),
            drop(*MATCH, "distractors")(data),
        ),
        [
            "questions '99-match', field pairs: "
            "there must be two different right sides to choose from"
        ],
    ),
    "a distractor that is right": (
        put("A study", *MATCH, "distractors", 0),
        ["questions '99-match', field distractors: 'A study' is the right side of a pair"],
    ),
    "a field of another kind": (
        put(1, *ORDER, "tolerance"),
        ["questions '99-order', field tolerance: not for a question of the kind ordering"],
    ),
    "an id of another lesson": (
        put("98-order", *ORDER, "id"),
        ["'98-order' does not begin with 99-"],
    ),
    "a test of questions that are not there": (
        put(["99-sngle", "99-single", "99-single"], "pretest"),
        [
            "field pretest: the bank has no question '99-sngle'",
            "field pretest: '99-single' stands twice",
        ],
    ),
    "a question after the course that mirrors none": (
        put(["99-single"], "posttest"),
        ["'99-single': a question of the posttest, and no other, has mirrors"],
    ),
    "a mirror outside of the test": (
        put("98-single", *SINGLE, "mirrors"),
        ["'99-single': a question of the posttest, and no other, has mirrors"],
    ),
    "two problems at once": (
        lambda data: (drop(*EXERCISE, "task")(data), drop(*GUESS, "prompt")(data)),
        [
            "predictions '99-guess', field prompt: Field required",
            "exercises '99-exercise', field task: Field required",
        ],
    ),
}


@pytest.mark.parametrize(("change", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_broken_bank_names_file_item_and_field(small, change, expected):
    change(small.data)
    found = small.complaints()
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        if start.endswith("; "):  # near matches follow
            assert line.startswith(f"99-small.yaml: {start}did you mean")
        else:
            assert line == f"99-small.yaml: {start}"


def test_what_is_not_yaml_names_file_and_line(small):
    small.path.write_text("lesson: 99-small\nobjectives: [\nquestions: x\n", encoding="utf-8")
    with pytest.raises(BankError) as caught:
        load_bank(small.path)
    assert str(caught.value).startswith("99-small.yaml: line ")
    assert "line 2" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 1\n", "just words\n"])
def test_yaml_that_is_no_bank(small, text):
    small.path.write_text(text, encoding="utf-8")
    with pytest.raises(BankError, match=r"^99-small\.yaml: "):
        load_bank(small.path)


def test_an_unknown_id_is_answered_with_the_known_ones():
    with pytest.raises(LookupError) as caught:
        find("04-sped", lambda bank: bank.questions)
    assert str(caught.value.args[0]).startswith("the question bank has no '04-sped'; it has: 04-rd")
    assert "04-speed" in caught.value.args[0]
