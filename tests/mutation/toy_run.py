"""A mutation run on a toy course, as a program: `test_judge.py` reads what it prints.

`python -m tests.mutation.toy_run COURSE` measures the baseline and judges three mutations of
content/ketalab/models/sum.py. It is a program of its own, because no process that has imported the
real course can judge the mutations of another.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.mutation import judge as judging
from tests.mutation.baseline import BaselineError, measure
from tests.mutation.copies import Copies
from tests.mutation.mutation import Source
from tests.mutation.suite import run_tests

PATH = "content/ketalab/models/sum.py"
CHANGES = {
    "killed": ("one + other", "one - other"),
    "not tested": ("one - 1", "one - 2"),
    "endless": ("while one > 0", "while one < 9"),
}


def main(course: Path) -> None:
    """Judge them and print the verdicts as JSON, by name."""
    judging.SECONDS = judging._GRACE = 2.0  # the endless one need not take a minute
    source = Source.read(course, PATH)
    with Copies(course, 1) as copies:
        try:
            baseline = measure(copies, course / "build", lambda line: None)
        except BaselineError as error:
            print(json.dumps({"baseline": str(error)}))
            return
        found = {}
        for name, (old, new) in CHANGES.items():
            start = source.text.index(old)
            place = (start, start + len(old))
            mutation = source.replaced("constants", "toy", {place: new}, name)
            tests = baseline.tests_for(mutation, source.text)
            verdict = copies.submit(judging.judge, mutation, tests).result()
            found[name] = asdict(verdict) | {"could": tests}
        late = copies.call(run_tests, found["killed"]["could"], -1.0, seconds=60.0).result().value
        whole = (copies.folders[0] / PATH).read_text(encoding="utf-8") == source.text
    print(json.dumps({"verdicts": found, "whole": whole, "late": late}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
