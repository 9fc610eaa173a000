"""The sample: the same for the same seed, and each kind has its share."""

from __future__ import annotations

import pytest

from tests.mutation.mutation import KINDS, Mutation, Source, StaleMutationError
from tests.mutation.sample import SampleError, draw, generators, shares


def some(kind, operator, count):
    def generate(root, chance):
        for number in range(count):
            after = f"{number} {chance.random()}"
            yield Mutation(kind, operator, "a.py", number + 1, str(number), after, "made up")

    return generate


@pytest.fixture
def known():
    return {kind: {"many": some(kind, "many", 90), "few": some(kind, "few", 3)} for kind in KINDS}


def test_one_seed_gives_one_sample(tmp_path, known):
    assert draw(tmp_path, 1, 50, known=known) == draw(tmp_path, 1, 50, known=known)
    assert draw(tmp_path, 1, 50, known=known) != draw(tmp_path, 2, 50, known=known)


def test_one_kind_alone_is_drawn_as_among_the_others(tmp_path, known):
    together = [m for m in draw(tmp_path, 1, 100, known=known) if m.kind == "facts"]
    assert draw(tmp_path, 1, len(together), only="facts", known=known) == together


def test_every_kind_has_its_share_and_every_generator_its_turn(tmp_path, known):
    found = draw(tmp_path, 1, 200, known=known)
    assert len(found) == len({(m.kind, m.key) for m in found}) == 200
    for kind, wanted in shares(200, KINDS).items():
        of_kind = [m for m in found if m.kind == kind]
        assert len(of_kind) == wanted
        assert sum(m.operator == "few" for m in of_kind) == 3


def test_shares_are_whole_and_add_up():
    assert sum(KINDS.values()) == pytest.approx(1)
    for count in (7, 200, 240, 241):
        assert sum(shares(count, KINDS).values()) == count
    assert shares(10, ["facts"]) == {"facts": 10}


def test_too_many_and_unknown_are_said(tmp_path, known):
    with pytest.raises(SampleError, match="facts: 94 mutations are asked for, and there are 93"):
        draw(tmp_path, 1, 94, only="facts", known=known)
    with pytest.raises(SampleError, match="no such kind of mutation: weather"):
        draw(tmp_path, 1, 5, only="weather", known=known)


def test_every_kind_of_the_course_can_be_mutated_in_more_than_one_way():
    assert {kind: len(some) > 0 for kind, some in generators().items()} == dict.fromkeys(
        KINDS, True
    )


def test_a_mutation_replaces_its_lines_and_nothing_else():
    source = Source("a.py", "one\ntwo\nthree\nfour\n")
    swap = {(4, 7): "three", (8, 13): "two"}
    mutation = source.replaced("facts", "swap", swap, "two and three")
    assert (mutation.line, mutation.before) == (2, "two\nthree")
    assert mutation.applied(source.text) == "one\nthree\ntwo\nfour\n"
    with pytest.raises(StaleMutationError, match=r"a\.py:2: the file has changed"):
        mutation.applied("zero\n" + source.text)


def test_a_mutation_that_changes_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing changes"):
        Source("a.py", "one\n").replaced("facts", "none", {(0, 3): "one"}, "the same")
    with pytest.raises(ValueError, match="no such kind"):
        Mutation("weather", "rain", "a.py", 1, "dry", "wet", "rain")
