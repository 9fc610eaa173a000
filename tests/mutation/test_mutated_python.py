"""Mutations of Python and of Vega expressions: one place each, and still Python."""

from __future__ import annotations

import ast
import random
from itertools import islice

import pytest

from tests.mutation import python_code, vega_expressions

MODULE = '''"""A text with 1 + 1 in it."""
LIMIT = 0.5


def share(events, *, people):
    """The share, -1 if there is nobody."""
    if people < 1:
        raise ValueError("at least 1 + 0")
    return -events / people
'''
VEGA = '''"""About datum.x + 1."""
FLOW = {
    "prose": "Of 100 people, 5 - 3",
    "expr": f"datum.low < {1 + 1} && datum.high * 2 > 0 ? 'a' + datum.low : 1 - datum.high",
}
'''


@pytest.fixture
def course(tmp_path):
    for folder, name, text in (("models", "share.py", MODULE), ("explorers", "flow.py", VEGA)):
        (tmp_path / "content" / "ketalab" / folder).mkdir(parents=True)
        (tmp_path / "content" / "ketalab" / folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def made(course, module, kind, name):
    return list(module.GENERATORS[kind][name](course, random.Random(1)))


def test_numbers_and_signs_of_models_change_but_no_text(course):
    numbers = {m.after.strip() for m in made(course, python_code, "constants", "number")}
    assert {" ".join(text.split()) for text in numbers} == {
        "LIMIT = 1.5",
        "LIMIT = -0.5",
        "if people < 2:",
        "if people < 0:",
    }
    signs = {m.after.strip() for m in made(course, python_code, "constants", "sign or operation")}
    assert signs == {"return +events / people", "return -events * people"}
    limits = {m.after.strip() for m in made(course, python_code, "thresholds", "comparison")}
    assert limits == {"if people <= 1:", "if people > 1:"}


def test_only_expressions_are_taken_from_the_explorers_strings(course):
    changes = {
        (m.operator, m.after.partition("datum")[2])
        for name in vega_expressions.GENERATORS["expressions"]
        for m in made(course, vega_expressions, "expressions", name)
    }
    texts = [after for _, after in changes]
    assert len({operator for operator, _ in changes}) == 5
    assert not [m for m in texts if "Of 100" in m]
    assert any(".high / 2" in text for text in texts)
    assert any("1 + datum.high" in text for text in texts)
    assert not any("'a' - " in text for text in texts), "it joins texts"
    assert any(".low <= {1 + 1}" in text for text in texts)
    assert any("|| datum.high" in text for text in texts)
    assert any(".high < {1 + 1}" in text for text in texts)


@pytest.mark.parametrize("module", [python_code, vega_expressions])
def test_every_mutation_of_the_course_is_python_and_fits_its_file(repository, module):
    for some in module.GENERATORS.values():
        for generate in some.values():
            found = list(islice(generate(repository, random.Random(2)), 4))
            assert found
            for mutation in found:
                text = (repository / mutation.path).read_text(encoding="utf-8")
                ast.parse(mutation.applied(text))
