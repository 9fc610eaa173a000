"""The list of explained mutations, and what the report makes of it."""

from __future__ import annotations

import pytest

from tests.mutation.explained import FILE, ExplainedError, explained
from tests.mutation.judge import Verdict
from tests.mutation.mutation import Mutation
from tests.mutation.report import Report

ENTRY = """
- path: a.py
  before: "    x = 1e-14"
  after: "    x = 1e-15"
  reason: Far below the precision of the numbers that come in.
"""


@pytest.fixture
def listed(tmp_path):
    """A project of one file; give it the text of the list."""
    (tmp_path / "a.py").write_text("def f():\n    x = 1e-14\n    return x\n", encoding="utf-8")
    (tmp_path / FILE).parent.mkdir(parents=True)

    def write(text):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def verdict(after, way="survived", **more):
    mutation = Mutation("constants", "number", "a.py", 2, "    x = 1e-14", after, "x")
    values = {"check": "", "says": "", "tests": 3, "complete": True, "seconds": 1.0} | more
    return Verdict(mutation, way, **values)


def test_the_course_s_own_list_is_in_step(repository):
    explained(repository)


def test_an_entry_explains_its_mutation_wherever_the_line_stands(listed):
    reasons = explained(listed(ENTRY))
    report = Report([verdict("    x = 1e-15")], reasons, seed=1)
    assert report.survivors
    assert not report.unexplained
    assert not report.good, "an explained survivor is no kill"


def test_another_change_of_the_same_line_is_not_explained(listed):
    reasons = explained(listed(ENTRY))
    (left,) = Report([verdict("    x = 2e-14")], reasons, seed=1).unexplained
    assert left.mutation.after == "    x = 2e-14"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("1e-14", "3e-14"), "entry 1 .* has no such line any more"),
        (("    x = 1e-14", "x = 1e-14"), "has no such line any more"),
        (("path: a.py", "path: b.py"), "b.py.* has no such line any more"),
        (("1e-15", "1e-14"), "nothing changes"),
        (("Far below the precision of the numbers that come in.", "Yes."), "reason"),
        (("reason:", "because:"), "because"),
    ],
)
def test_an_entry_that_is_out_of_step_or_says_too_little_is_an_error(listed, change, says):
    with pytest.raises(ExplainedError, match=says):
        explained(listed(ENTRY.replace(*change)))


def test_an_entry_twice_is_an_error(listed):
    with pytest.raises(ExplainedError, match=r"entry 2 .* listed twice"):
        explained(listed(ENTRY + ENTRY))


def test_the_goal_decides_and_every_survivor_is_named_with_its_difference():
    killed = [verdict(f"    x = {n}", "content", check="t", says="1 | <b>") for n in range(97)]
    survived = [verdict(f"    y = {n}") for n in range(3)]
    reasons = {v.mutation.key: "It is the same number." for v in survived}
    report = Report(killed + survived, reasons, seed=1)
    assert report.share == pytest.approx(0.97)
    assert report.good
    assert "97 of 100 killed (97.0%; the goal is 97%), 0 survivors" in report.summary()
    for bad in (
        Report(killed[1:] + survived, reasons, seed=1),  # below the goal
        Report(killed + survived, {}, seed=1),  # without a reason
        Report([], {}, seed=1),  # nothing was done
    ):
        assert not bad.good
    text = Report([*killed, verdict("    x = 5 + 1", complete=False)], {}, 1).markdown()
    assert "a.py:2 x" in text
    assert "-    x = 1e-14\n+    x = 5 + 1" in text
    assert "until the time was over" in text
    assert "1 \\| &lt;b>" in text
