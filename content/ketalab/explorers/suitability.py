"""The suitability explorer: what labels and consensus say of a history, item by item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, Literal

import altair as alt

from ketalab.evidence.certainty import badge
from ketalab.explorers.suitability_history import HISTORIES, OWN
from ketalab.explorers.suitability_item import COLUMNS, PARTS, Item, items
from ketalab.frontend import Choice, Explorer, Switch
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_OPENS_WITH = ("previous_stroke_or_cerebral_trauma", "heart_attack_within_the_last_6_weeks")
# What the reading says of the items in each column of the picture, the gravest first.
_SAID = {
    "contraindicated": "Contraindicated by at least one source",
    "avoid": "To avoid, not recommended or not approved",
    "with care": "With care",
}
_NOTHING = (
    "Nothing is ticked. Nothing ticked is not a clearance: the sources as read name some hazards, "
    "and a history holds more than they name."
)
_TAIL = (
    "Whether it fits one person is for the clinician who knows that person. Labels for "
    "anaesthesia and depression are indirect evidence for chronic pain; lines on infusion for "
    "pain are direct. Certainty (GRADE): – not graded by the source as read."
)
# Which lines were read how: their mark, and the data set that holds them.
_LEVELS = {badge("label"): "from_labels", badge("review"): "from_reviews"}
_SHAPES = {"with care": "circle", "avoid": "triangle-up", "contraindicated": "diamond"}
_COLOURS = {"with care": CONTROL, "avoid": NEUTRAL, "contraindicated": TREATED}


class SuitabilityExplorer(Explorer):
    """Tick what a history holds, and read what each source says of it, and where they differ.

    It never says whether ketamine suits anybody. A control is named as the row of the table of
    contraindications that it stands for.

    >>> explorer = SuitabilityExplorer(history="own", pregnancy=True)
    >>> explorer.pregnancy
    True
    """

    title = "Suitability: what do labels and consensus say of this history?"
    look_for = (
        "where the sources differ: the same item can be a contraindication in one country's label "
        "and a matter of care, or no word at all, in another. Find what else the history holds."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "condition": "Item of the source",
        "word": "Classified as",
        "where": "For",
        "reason": "Reason given",
        "sources": "Sources",
        "verified": "Verified",
    }

    history = Choice(
        "History (invented)",
        [*((h.key, h.title) for h in HISTORIES), (OWN, "One of your own")],
        help="Other than for your own, the history stands below.",
    )
    part = Choice("Part of the history", list(PARTS.items()), help="What is ticked stays ticked.")
    # One switch for each row of the table: a body of a class may fill its own names.
    locals().update(
        {
            item.name: Switch(
                item.label,
                item.name in _OPENS_WITH,
                group="Tick what the history holds",
                only_if=("part", item.part),
            )
            for item in items()
        }
    )

    @classmethod
    @cache
    def flow(cls) -> list[dict[str, Any]]:
        switches = ", ".join(item.name for item in items())
        ticked = "indata('ticked', 'place', datum.place)"

        def part(name: str, source: str, expression: str, order: str = "") -> dict[str, Any]:
            transform: list[dict[str, Any]] = [{"type": "filter", "expr": expression}]
            if order:  # a filter alone puts what is ticked last at the end
                transform.append({"type": "collect", "sort": {"field": order}})
            return {"name": name, "source": source, "transform": transform}

        def row(name: str, **fields: str) -> dict[str, Any]:
            transform = [
                {"type": "formula", "as": field, "expr": expression}
                for field, expression in fields.items()
            ]
            return {"name": name, "values": [{"picture": "rules"}], "transform": transform}

        return [
            {"name": "histories", "values": [_history_row(*pair) for pair in _texts().items()]},
            {"name": "items", "values": [_item_row(item) for item in items()]},
            {
                "name": "rules",
                "values": _numbered(line for item in items() for line in item.says()),
            },
            {"name": "item_details", "values": _item_details()},
            part("chosen", "histories", "datum.history === history"),
            part("ticked", "items", f"[{switches}][datum.place]", "place"),
            part("found", "ticked", "indexof(datum.histories, history) >= 0"),
            *(part(_set_of(c), "ticked", f"datum.column === '{c}'", "place") for c in COLUMNS),
            part("differing", "ticked", "datum.differs", "place"),
            part("table", "rules", ticked, "order"),
            *(part(name, "table", f"datum.verified === '{v}'") for v, name in _LEVELS.items()),
            part("details", "item_details", ticked, "order"),
            row("reading", text=_reading_expression()),
            row("all_captions", title=_title_expression(), alt=_alt_expression()),
            part("captions", "all_captions", "length(data('ticked')) > 0"),
        ]

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"rules": _rules()}

    def ticked(self) -> list[Item]:
        """The items that are ticked."""
        return [item for item in items() if getattr(self, item.name)]

    def read(self) -> str:
        start = _texts()[self.history]
        ticked = self.ticked()
        if not ticked:
            return f"{start}{_NOTHING} {_TAIL}"
        said = f"{len(ticked)} of {len(items())} items ticked"
        if self.history != OWN:
            found = sum(self.history in _histories_of(item) for item in ticked)
            said += f", {found} of the {_held(self.history)} that this history names"
        said += "."
        for column, words in _SAID.items():
            said += _listed(words, (item for item in ticked if _gravest(item) == column))
        said += _listed("Sources or products differ on", (i for i in ticked if i.differs))
        marks = [line["verified"] for line in self.tabulate()]
        levels = ", ".join(f"{marks.count(level)} {level}" for level in _LEVELS)
        said += f" Lines by what was read: {levels}."
        return f"{start}{said} {_TAIL}"

    def tabulate(self) -> list[dict[str, Any]]:
        return [line for item in self.ticked() for line in item.says()]

    def captions(self) -> list[dict[str, str]]:
        ticked, lines = self.ticked(), self.tabulate()
        if not ticked:
            return []
        counts = {c: sum(line["strength"] == c for line in lines) for c in COLUMNS}
        return [
            {
                "picture": "rules",
                "title": (
                    f"What the sources say of what is ticked ({len(ticked)} of {len(items())})"
                ),
                "alt": (
                    f"{len(lines)} lines for {len(ticked)} ticked items, each with a mark in one "
                    f"of three columns: {counts['with care']} with care, {counts['avoid']} avoid, "
                    f"{counts['contraindicated']} contraindicated. Items: "
                    f"{'; '.join(item.label for item in ticked)}."
                ),
            }
        ]


# The data ------------------------------------------------------------------------------------


@cache
def _texts() -> dict[str, str]:
    """How the reading starts for each history."""
    return {**{h.key: f"History: {h.text} " for h in HISTORIES}, OWN: ""}


@cache
def _held(history: str) -> int:
    return next(len(h.holds) for h in HISTORIES if h.key == history)


def _histories_of(item: Item) -> list[str]:
    return [h.key for h in HISTORIES if item.name in h.holds]


def _gravest(item: Item) -> str:
    return max(item.strengths, key=COLUMNS.index)


def _history_row(key: str, text: str) -> dict[str, Any]:
    return {"history": key, "start": text, "held": 0 if key == OWN else _held(key)}


def _item_row(item: Item) -> dict[str, Any]:
    return {
        "place": item.place,
        "label": item.label,
        "column": _gravest(item),
        "differs": item.differs,
        "histories": _histories_of(item),
    }


def _item_details() -> list[dict[str, Any]]:
    rows = [{"place": item.place, **row} for item in items() for row in item.details()]
    return _numbered(sorted(rows, key=lambda row: row["order"]))


def _numbered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "order": number} for number, row in enumerate(rows)]


# The reading in the browser ------------------------------------------------------------------


def _listed(words: str, chosen: Iterable[Item]) -> str:
    labels = "; ".join(item.label for item in chosen)
    return f" {words}: {labels}." if labels else ""


def _set_of(column: str) -> str:
    return column.replace(" ", "_")


def _listed_expression(words: str, data: str) -> str:
    labels = f"join(pluck(data('{data}'), 'label'), '; ')"
    return f"(length(data('{data}')) ? ' {words}: ' + {labels} + '.' : '')"


def _reading_expression() -> str:
    counted = f"length(data('ticked')) + ' of {len(items())} items ticked'"
    of_history = (
        f"(history === '{OWN}' ? '' : ', ' + length(data('found')) + ' of the ' "
        "+ data('chosen')[0].held + ' that this history names')"
    )
    lists = [_listed_expression(words, _set_of(column)) for column, words in _SAID.items()]
    lists.append(_listed_expression("Sources or products differ on", "differing"))
    levels = " + ', ' + ".join(
        f"length(data('{name}')) + ' {level}'" for level, name in _LEVELS.items()
    )
    lists.append(f"' Lines by what was read: ' + {levels} + '.'")
    said = " + ".join([counted, of_history, "'.'", *lists])
    text = f"(length(data('ticked')) ? {said} : '{_NOTHING}')"
    return f"data('chosen')[0].start + {text} + ' {_TAIL}'"


def _title_expression() -> str:
    return (
        "'What the sources say of what is ticked (' + length(data('ticked')) "
        f"+ ' of {len(items())})'"
    )


def _alt_expression() -> str:
    def count(column: str) -> str:
        place = COLUMNS.index(column)
        return f"length(split('|' + join(pluck(data('table'), 'column'), '|'), '|{place}')) - 1"

    return (
        "length(data('table')) + ' lines for ' + length(data('ticked')) + ' ticked items, each "
        f"with a mark in one of three columns: ' + ({count('with care')}) + ' with care, ' "
        f"+ ({count('avoid')}) + ' avoid, ' + ({count('contraindicated')}) + ' contraindicated. "
        "Items: ' + join(pluck(data('ticked'), 'label'), '; ') + '.'"
    )


# The picture ---------------------------------------------------------------------------------


def _rules() -> alt.TopLevelMixin:
    """For each rule of a ticked item its name and words, and below them a mark in its column."""
    in_order = alt.EncodingSortField(field="order", op="min")
    base = alt.Chart(alt.NamedData("table")).encode(y=alt.Y("line:N", axis=None, sort=in_order))
    column = alt.X("strength:N", scale=alt.Scale(domain=list(COLUMNS)), axis=None)
    marks = base.mark_point(size=110, filled=True, opacity=1, yOffset=21).encode(
        x=column,
        shape=alt.Shape(
            "strength:N",
            legend=None,
            scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())),
        ),
        color=alt.Color(
            "strength:N",
            legend=None,
            scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
        ),
    )
    right, left = "datum.column < 2", "datum.column === 2"  # a name needs room on its side
    sides: tuple[tuple[str, Literal["left", "right"], int], ...] = (
        (right, "left", 10),
        (left, "right", -10),
    )
    named = [
        base.transform_filter(side)
        .mark_text(align=align, dx=dx, dy=21, color=INK)
        .encode(x=column, text="strength:N")
        for side, align, dx in sides
    ]
    name = base.mark_text(align="left", dy=-23, color=INK, fontWeight="bold").encode(
        x=alt.value(0), text="label:N"
    )
    words = base.mark_text(align="left", dy=-8, color=INK, lineBreak="\n").encode(
        x=alt.value(0), text="drawn:N"
    )
    return alt.layer(marks, *named, name, words).properties(height=alt.Step(66))
