"""The map of the lessons, and the tests before and after the course."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ketalab.activities import compare_tests, progress_map
from ketalab.activities.bank import Bank, BankError, banks
from ketalab.activities.progress import TEST_LENGTH, mirrored
from ketalab.frontend import digest


def _question(name: str, mirrors: str | None = None) -> dict[str, Any]:
    options = [{"text": word, "correct": word == "yes", "feedback": word} for word in ("yes", "no")]
    return {
        "id": name,
        "objective": "o",
        "difficulty": 1,
        "kind": "single",
        "prompt": "?",
        "source": "spravato_uspi",
        "mirrors": mirrors,
        "options": options,
    }


def _course(mirrors: list[str | None], count: int = TEST_LENGTH) -> list[Bank]:
    """A bank with a pre-test of `count` questions, and one whose post-test mirrors as given."""
    before = [f"00-{place}" for place in range(count)]
    after = {f"05-{place}": name for place, name in enumerate(mirrors)}
    return [
        Bank(
            lesson="00-start",
            objectives=[],
            questions=[_question(name) for name in [*before, "00-extra"]],
            pretest=before,
        ),
        Bank(
            lesson="05-end",
            objectives=[],
            questions=[_question(*item) for item in after.items()],
            posttest=list(after),
        ),
    ]


ALL = [f"00-{place}" for place in range(TEST_LENGTH)]


def test_two_tests_in_any_order_are_paired():
    pairs = mirrored(_course(ALL[::-1]))
    assert [before.id for before, _ in pairs] == ALL
    assert [after.id for _, after in pairs] == [f"05-{place}" for place in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("course", "complaint"),
    [
        (_course(ALL[1:]), "'00-0' is mirrored by 0 questions of the posttest, expected 1"),
        (
            _course([*ALL[:-1], "00-0"]),
            "'00-0' is mirrored by 2 questions of the posttest, expected 1\n"
            "'00-9' is mirrored by 0 questions of the posttest, expected 1",
        ),
        (
            _course([*ALL, "00-extra"]),
            "'05-10' mirrors '00-extra', which is not of the pretest",
        ),
        (_course(ALL[:9], 9), "the pretest has 9 questions, expected 10"),
    ],
    ids=["one is missing", "one twice", "one too many", "a short test"],
)
def test_tests_that_do_not_mirror_each_other_are_refused(course, complaint):
    with pytest.raises(BankError) as caught:
        mirrored(course)
    assert str(caught.value) == complaint


def test_the_courses_own_tests_mirror_each_other():
    pairs = mirrored(banks())
    assert len(pairs) == TEST_LENGTH
    for before, after in pairs:
        assert before.kind == after.kind
        assert before.prompt != after.prompt


def test_the_map_has_every_lesson_with_all_that_can_be_answered():
    spec = progress_map()._spec
    assert [lesson["title"][:2] for lesson in spec["lessons"]] == [
        f"{int(bank.lesson[:2])}." for bank in banks()
    ]
    listed = [i for lesson in spec["lessons"] for i in lesson["predictions"] + lesson["questions"]]
    assert listed == [i.id for bank in banks() for i in (*bank.predictions, *bank.questions)]
    titles = [lesson["title"] for lesson in spec["lessons"]]
    assert "4. Side effects" in titles


@pytest.mark.parametrize("make", [progress_map, compare_tests])
def test_the_text_form_counts_and_gives_no_answer_away(make):
    widget = make()
    spec = widget._spec
    assert json.loads(json.dumps(spec)) == spec
    assert repr(widget).endswith(f"digest {digest(spec)}")
    assert "correct" not in json.dumps(spec)
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == repr(widget)
