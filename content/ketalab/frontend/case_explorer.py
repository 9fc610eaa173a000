"""The base class of explorers whose settings can all be worked out before anyone looks.

What an explorer shows at each of its settings (reading, table, details, captions, and the rows
that its pictures draw) is computed once, in Python, and travels as data. The browser only selects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ketalab.frontend.explorer import Explorer, Json, Row

Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Case:
    """All that an explorer shows at one setting.

    reading: one or two sentences with numbers.
    table: the numbers drawn, with the fields of the explorer's `columns`.
    details: rows of `term`, `text` and, where given, `link` with `link_text`, and `mark`.
    captions: one row for each picture to be shown: `picture`, `title`, `alt`.
    drawn: rows of further data sets that the pictures read, by name.
    record: a digest of the record behind the case. With it, whatever changes in the record changes
        the explorer's text form, shown or not.
    """

    reading: str
    table: Rows
    details: Rows
    captions: Rows
    drawn: Mapping[str, Rows] = field(default_factory=dict)
    record: str = ""


class CaseExplorer(Explorer):
    """Base class: a subclass gives controls, `columns`, `pictures()` and `cases()`."""

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        """What each setting shows; settings that are not among the keys do not exist.

        A key holds one value for each control, in the order of the controls. The order of the keys
        is the order of preference where a change leaves a choice.
        """
        raise NotImplementedError

    @classmethod
    @cache
    def known(cls) -> Mapping[tuple[Any, ...], Case]:
        """`cases()`, computed once."""
        return cls.cases()

    @classmethod
    @cache
    def combinations(cls) -> Sequence[tuple[Any, ...]] | None:
        return list(cls.known())

    @classmethod
    @cache
    def flow(cls) -> list[Json]:
        """Each data set holds every different list of rows once; a case says which is its own."""
        names = cls.control_names()
        parts = ["table", "details", "captions"]
        for case in cls.known().values():
            parts += [name for name in case.drawn if name not in parts]
        kept: dict[str, dict[str, int]] = {part: {} for part in parts}
        held: dict[str, list[Json]] = {part: [] for part in parts}
        cases = []
        for setting, case in cls.known().items():
            row: Json = {"text": case.reading, "record": case.record}
            row |= {f"set_{name}": value for name, value in zip(names, setting, strict=True)}
            for part in parts:
                rows = [dict(r) for r in _rows(case, part)]
                key = json.dumps(rows, sort_keys=True)
                if key not in kept[part]:
                    kept[part][key] = len(kept[part])
                    held[part] += [{**r, "rows_of": kept[part][key]} for r in rows]
                row[f"use_{part}"] = kept[part][key]
            cases.append(row)
        chosen = " && ".join(f"datum.set_{name} === {name}" for name in names)
        sources = [{"name": f"all_{part}", "values": held[part]} for part in parts]
        return [
            {"name": "cases", "values": cases},
            *sources,
            {
                "name": "reading",
                "source": "cases",
                "transform": [{"type": "filter", "expr": chosen}],
            },
            *(_of_the_case(part) for part in parts),
        ]

    def case(self) -> Case:
        """What the present setting shows."""
        found: Case = self._declared.known()[self.setting()]
        return found

    def read(self) -> str:
        return self.case().reading

    def tabulate(self) -> Rows:
        return self.case().table

    def captions(self) -> Rows:
        return self.case().captions


def _rows(case: Case, part: str) -> Rows:
    fixed = {"table": case.table, "details": case.details, "captions": case.captions}
    return fixed[part] if part in fixed else case.drawn.get(part, ())


def _of_the_case(part: str) -> Json:
    expression = f"datum.rows_of === data('reading')[0].use_{part}"
    return {
        "name": part,
        "source": f"all_{part}",
        "transform": [{"type": "filter", "expr": expression}],
    }
