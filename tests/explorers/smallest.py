"""How many of 100 people had an effect, with the drug and without it.

The smallest explorer there is: a choice, a bar chart, a reading, a table. To add an explorer, copy
this file to content/ketalab/explorers/ and go on from it; CONTRIBUTING.md says how.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence import fact, library, references
from ketalab.evidence.certainty import level
from ketalab.evidence.side_effect import SideEffect
from ketalab.frontend import Case, CaseExplorer, Choice, digest
from ketalab.frontend.palette import CONTROL, TREATED


@cache
def _rows() -> dict[str, SideEffect]:
    """The effects that one label counts in the same people, by the id of the record."""
    rows = library().side_effects
    return {key: row for key, row in rows.items() if key.startswith("spravato_trd__")}


class SmallestExplorer(CaseExplorer):
    """Choose an effect, and see it in both groups.

    >>> SmallestExplorer(effect="spravato_trd__02").table.iloc[0, 0]
    'esketamine nasal spray'
    """

    title = "How often was it seen, with the drug and without it?"
    look_for = "what remains when you take the second bar from the first."
    columns: ClassVar[Mapping[str, str]] = {"group": "Group", "count": "People", "of_100": "Of 100"}

    effect = Choice(
        "Effect", [(key, row.effect) for key, row in _rows().items()], "spravato_trd__01"
    )

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return {(key,): _case(row) for key, row in _rows().items()}

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        color = alt.Color("group:N", legend=None, scale=alt.Scale(range=[TREATED, CONTROL]))
        x = alt.X("of_100:Q", title="people of 100", scale=alt.Scale(domain=[0, 100]))
        bars = alt.Chart(alt.NamedData("table")).mark_bar()
        return {"bars": bars.encode(x=x, y=alt.Y("group:N", title=None, sort=None), color=color)}


def _case(row: SideEffect) -> Case:
    source = references()[row.source]
    table = [
        {
            "group": name,
            "count": fact(f"side_effects/{row.id}:{arm}").text,
            "of_100": fact(f"side_effects/{row.id}:{arm}.pct").value,
        }
        for name, arm in ((row.drug, "treatment"), (row.comparator, "control"))
    ]
    reading = " ".join(
        [
            *(f"{line['group']}: {line['count']}." for line in table),
            f"Indirect evidence: {row.population}.",
        ]
    )
    return Case(
        reading=reading,
        table=table,
        details=[
            {"term": "Whom", "text": row.population},
            {"term": "Verified on", "text": level(row.verified)},
            {"term": "Source", "text": source.citation},
        ],
        captions=[{"picture": "bars", "title": row.effect, "alt": f"Two bars. {reading}"}],
        record=digest([row.model_dump()]),
    )
