"""The report on a mutation run: as Markdown, as JSON, and as a few lines for the terminal."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.mutation.judge import WAYS, Verdict
from tests.mutation.mutation import KINDS, Mutation

# The share of all mutations that must be killed; one that is explained was not.
GOAL = 0.97

_WAYS = (*WAYS, "time")


@dataclass(frozen=True)
class Report:
    """All verdicts of a run, and the reasons of the mutations that are explained, by their keys."""

    verdicts: Sequence[Verdict]
    reasons: Mapping[str, str]
    seed: int

    @property
    def survivors(self) -> list[Verdict]:
        """Those that nothing killed, explained or not."""
        return [verdict for verdict in self.verdicts if verdict.way == "survived"]

    @property
    def unexplained(self) -> list[Verdict]:
        """The survivors without a reason."""
        return [v for v in self.survivors if v.mutation.key not in self.reasons]

    @property
    def share(self) -> float:
        """The share of all mutations that was killed. An explained survivor was not."""
        return 1 - len(self.survivors) / len(self.verdicts) if self.verdicts else 0.0

    @property
    def good(self) -> bool:
        """Whether the goal is reached and every survivor explained."""
        return self.share >= GOAL and not self.unexplained

    def summary(self) -> str:
        """A table by kind and way, each unexplained survivor, and the last line that decides."""
        head = ["kind", "mutations", *_WAYS, "survived", "killed"]
        rows = [head]
        for kind in [*KINDS, "all"]:
            some = [v for v in self.verdicts if kind in (v.mutation.kind, "all")]
            if not some:
                continue
            ways = Counter(verdict.way for verdict in some)
            killed = 1 - ways["survived"] / len(some)
            counts = [str(ways[way]) for way in (*_WAYS, "survived")]
            rows.append([kind, str(len(some)), *counts, f"{killed:.1%}"])
        widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
        lines = [
            "  ".join(
                cell.ljust(width) if place == 0 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        lines += ["", *(f"survived: {_place(v.mutation)}" for v in self.unexplained)]
        if len(self.survivors) > len(self.unexplained):
            known = len(self.survivors) - len(self.unexplained)
            lines.append(f"{known} more survived as explained.yaml says")
        short = [v for v in self.survivors if not v.complete]
        if short:
            lines.append(f"of {len(short)} survivors not all tests ran: their time was over")
        lines.append(
            f"seed {self.seed}: {len(self.verdicts) - len(self.survivors)} of {len(self.verdicts)} "
            f"killed ({self.share:.1%}; the goal is {GOAL:.0%}), "
            f"{len(self.unexplained)} survivors without a reason"
        )
        return "\n".join(lines)

    def markdown(self) -> str:
        """Every mutation: survivors first, with their differences, then the killed ones."""
        parts = ["# Mutation run", "```text\n" + self.summary() + "\n```"]
        parts.append(f"## Survivors ({len(self.survivors)})")
        for verdict in self.survivors:
            mutation = verdict.mutation
            until = "" if verdict.complete else ", until the time was over"
            reason = self.reasons.get(mutation.key, "**no reason is known**")
            parts.append(
                f"### {_place(mutation)}\n\n{mutation.kind}, {mutation.operator}; "
                f"{verdict.tests} tests ran{until}. "
                f"Explained: {reason}\n\n```diff\n{difference(mutation)}\n```"
            )
        parts.append(f"## Killed ({len(self.verdicts) - len(self.survivors)})")
        rows = ["| Mutation | Kind | How | By | It said |", "| --- | --- | --- | --- | --- |"]
        for verdict in self.verdicts:
            if verdict.way != "survived":
                cells = (
                    _place(verdict.mutation),
                    f"{verdict.mutation.kind}, {verdict.mutation.operator}",
                    verdict.way,
                    f"`{verdict.check}`",
                    verdict.says[:160],
                )
                rows.append("| " + " | ".join(map(_cell, cells)) + " |")
        parts.append("\n".join(rows))
        return "\n\n".join(parts) + "\n"

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "seed": self.seed,
            "share": self.share,
            "good": self.good,
            "mutations": [
                asdict(verdict)
                | {
                    "key": verdict.mutation.key,
                    "reason": self.reasons.get(verdict.mutation.key),
                    "difference": difference(verdict.mutation),
                }
                for verdict in self.verdicts
            ],
        }

    def write(self, folder: Path) -> None:
        """Write `report.md` and `report.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.md").write_text(self.markdown(), encoding="utf-8")
        text = json.dumps(self.data(), indent=1, ensure_ascii=False)
        (folder / "report.json").write_text(text + "\n", encoding="utf-8")


def difference(mutation: Mutation) -> str:
    """The mutation as a unified diff, with the true line numbers."""
    before, after = mutation.before.split("\n"), mutation.after.split("\n")
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[3:]
    head = [f"--- {mutation.path}", f"@@ -{mutation.line},{len(before)} @@"]
    return "\n".join([*head, *lines])


def _place(mutation: Mutation) -> str:
    return f"{mutation.path}:{mutation.line} {mutation.description}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
