"""Change the course on purpose, again and again, and see whether the fast suite notices.

`python -m tests.mutation.run [--seed N] [--count N] [--only KIND]` writes build/mutation/report.md
and report.json. The exit status is 0 when the goal is reached and every survivor is explained, 1
when not, 2 when the run cannot begin, and 130 after Ctrl-C. README.md says how it works.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from tests.mutation.baseline import Baseline, BaselineError, measure
from tests.mutation.copies import Copies
from tests.mutation.explained import ExplainedError, explained
from tests.mutation.judge import WAYS, Verdict, examine, judge
from tests.mutation.mutation import KINDS, Mutation
from tests.mutation.report import Report
from tests.mutation.sample import draw
from tests.mutation.suite import enter

ROOT = Path(__file__).resolve().parents[2]
SEED = 8
COUNT = 240
_LIMIT_TO_DRAW = 300.0


class CannotBeginError(RuntimeError):
    """The course fails its checks as it is, or no sample can be drawn."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the arguments say and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--only", choices=KINDS, help="one kind of mutation alone")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    options = parser.parse_args(arguments)
    try:
        reasons = explained(ROOT)
        with Copies(ROOT, options.workers) as copies:
            report = _run(copies, options, reasons)
    except (BaselineError, CannotBeginError, ExplainedError) as error:
        print(f"mutation: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("mutation: stopped; there is no report of this run", file=sys.stderr)
        return 130
    report.write(ROOT / "build" / "mutation")
    print(f"\n{report.summary()}\n\nbuild/mutation/report.md names them all.")
    return 0 if report.good else 1


def _run(copies: Copies, options: argparse.Namespace, reasons: dict[str, str]) -> Report:
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {line}", flush=True)

    baseline = measure(copies, ROOT / "build" / "mutation" / "baseline", say)
    _check_unchanged(copies)
    sample = copies.call(
        _draw, options.seed, options.count, options.only, seconds=_LIMIT_TO_DRAW
    ).result()
    if sample.value is None:
        raise CannotBeginError(sample.error.strip().splitlines()[-1])
    mutations: list[Mutation] = [Mutation(*fields) for fields in sample.value]
    say(f"the course is sound; {len(mutations)} mutations")
    return Report(_judge_all(copies, baseline, mutations, say), reasons, options.seed)


def _draw(root: Path, seed: int, count: int, only: str | None) -> list[tuple[object, ...]]:
    """The sample as plain data: generators may import the package, so they run apart."""
    enter(root)
    return [
        (m.kind, m.operator, m.path, m.line, m.before, m.after, m.description)
        for m in draw(root, seed, count, only)
    ]


def _check_unchanged(copies: Copies) -> None:
    """Raise unless all checks but the tests are green with nothing mutated."""
    path = "content/lessons/00-start-here.md"  # of the files for which every check runs
    ended = copies.call(examine, path, [], seconds=_LIMIT_TO_DRAW).result()
    found = ended.value or {"content": ("the checks", ended.error)}
    for way in WAYS:
        if found[way]:
            raise CannotBeginError(
                f"nothing is mutated, and yet {found[way][0]} fails; mend it first: {found[way][1]}"
            )


def _judge_all(
    copies: Copies, baseline: Baseline, mutations: Sequence[Mutation], say: Callable[[str], None]
) -> list[Verdict]:
    texts = {
        mutation.path: (copies.folders[0] / mutation.path).read_text(encoding="utf-8")
        for mutation in mutations
    }
    jobs = {
        copies.submit(judge, mutation, baseline.tests_for(mutation, texts[mutation.path])): place
        for place, mutation in enumerate(mutations)
    }
    found: dict[int, Verdict] = {}
    for job in as_completed(jobs):
        verdict = job.result()
        found[jobs[job]] = verdict
        how = verdict.way if verdict.way == "survived" else f"{verdict.way}: {verdict.check}"
        say(
            f"{len(found)}/{len(mutations)} {verdict.mutation.description} | {how} "
            f"({verdict.seconds:.0f} s)"
        )
    return [found[place] for place in range(len(mutations))]


if __name__ == "__main__":
    sys.exit(main())
