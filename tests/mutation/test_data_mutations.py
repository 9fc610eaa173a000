"""Mutations of YAML and Markdown: they fit the files, leave YAML behind, and follow the seed."""

from __future__ import annotations

import itertools
import random

import pytest
import yaml

from tests.mutation import lessons, questions, records
from tests.mutation.digits import another
from tests.mutation.yaml_nodes import LOADER, read_table

GENERATORS = [
    pytest.param(kind, generate, id=f"{kind}: {name}")
    for module in (records, questions, lessons)
    for kind, some in module.GENERATORS.items()
    for name, generate in some.items()
]


@pytest.mark.parametrize(("kind", "generate"), GENERATORS)
def test_what_is_generated_can_be_applied(repository, kind, generate):
    found = list(generate(repository, random.Random(5)))
    assert len(found) >= 20
    for mutation in random.Random(5).sample(found, 4):
        assert mutation.kind == kind
        text = (repository / mutation.path).read_text(encoding="utf-8")
        changed = mutation.applied(text)
        assert changed != text
        if mutation.path.endswith(".yaml"):
            assert yaml.load(changed, LOADER) != yaml.load(text, LOADER), mutation.description


@pytest.mark.parametrize(
    "generate", [questions.keys, lessons.wrong_keys, lessons.swapped_words, records.certainties]
)
def test_one_seed_gives_the_same_mutations(repository, generate):
    def some(seed):
        return list(itertools.islice(generate(repository, random.Random(seed)), 12))

    assert some(3) == some(3)
    assert some(3) != some(4)


@pytest.mark.parametrize("number", ["7", "10", "45", "114", "0.41", "2.68", "100"])
def test_another_number_is_another_and_could_be_typed(number):
    found = {another(number, random.Random(seed)) for seed in range(60)}
    assert len(found) >= 2
    assert number not in found
    for other in found:
        assert float(other) != float(number)
        assert yaml.safe_load(other) == float(other)


def test_the_slips_of_a_hand():
    assert {"46", "44", "54", "5", "4"} == {another("45", random.Random(s)) for s in range(200)}


def test_a_place_knows_its_record_and_where_it_stands(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "rows:\n- id: one\n  arm: {n: 12}\n  text: &t >-\n    Two\n    lines\n"
        "- id: two\n  text: *t\n",
        encoding="utf-8",
    )
    table = read_table(tmp_path, "a.yaml")
    place = table.records()["one"]["arm.n"]
    assert (place.text, table.written(place.node)) == ("12", "12")
    assert table.written(table.records()["one"]["text"].node) == "&t >-\n    Two\n    lines"
    # What an alias repeats stands in one place only.
    assert "text" not in table.records()["two"]


def test_no_caveat_of_a_remark_is_taken(repository):
    for mutation in lessons.removed_caveats(repository, random.Random(1)):
        text = (repository / mutation.path).read_text(encoding="utf-8")
        above = text.split("\n")[: mutation.line - 1]
        marks = [line for line in above if line.startswith(("+++", "```"))]
        assert '["notes"]' not in marks[-1], mutation.description
