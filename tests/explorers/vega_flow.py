"""What an explorer's flow says at many settings, computed by the Vega of vl-convert: no browser.

It is the Vega that pages run, without a page around it. A mistake in an expression so shows in a
moment; that pages do the same, the browser suite holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import vl_convert

from ketalab.frontend import Explorer

Json = dict[str, Any]

CAPTION = ("picture", "title", "alt")
DETAIL = ("term", "text", "link", "link_text", "mark")


def said_by_vega(cls: type[Explorer], settings: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Reading, table, captions and details as the flow gives them, for each setting.

    Args:
        cls: the explorer.
        settings: each with a value for every control.

    Returns:
        For each setting: `reading`, the text; `table`, rows of texts with a column for each of
        `columns`; `captions`, rows of `picture`, `title` and `alt`; `details`, rows of `DETAIL`.

    Raises:
        ValueError: Vega cannot read the flow.
    """
    flow = cls.specification()["flow"]
    # Rows that stand in the specification are given once and not with each setting.
    shared = [{"name": f"given {d['name']}", "values": d["values"]} for d in flow if "values" in d]
    each = [
        {**{k: v for k, v in d.items() if k != "values"}, "source": f"given {d['name']}"}
        if "values" in d
        else d
        for d in flow
    ]
    sets = {"reading": ("text",), "table": tuple(cls.columns)}
    sets |= {"captions": CAPTION, "details": DETAIL}
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "data": shared,
        # A group has signals and data of its own. Texts stand in descriptions: as marks of their
        # own they would be measured, which takes ten times as long.
        "marks": [
            {
                "type": "group",
                "signals": [{"name": name, "value": value} for name, value in setting.items()],
                "data": each,
                "marks": [
                    {"type": "symbol", "from": {"data": name}, "encode": _said(field)}
                    for name, fields in sets.items()
                    for field in fields
                ],
            }
            for setting in settings
        ],
    }
    root = vl_convert.vega_to_scenegraph(spec)["scenegraph"]
    groups = [group["items"][0] for group in root["items"][0]["items"]]
    return [_read(group, sets) for group in groups]


def _said(field: str) -> Json:
    """The field as the front end writes it: nothing for what is not there."""
    value = f"datum['{field}']"
    return {"enter": {"description": {"signal": f"isValid({value}) ? '' + {value} : ''"}}}


def _read(group: Json, sets: Mapping[str, Sequence[str]]) -> Json:
    columns: Iterator[list[str]] = (
        [item.get("description", "") for item in mark["items"]] for mark in group["items"]
    )
    rows = {
        name: [
            dict(zip(fields, row, strict=True))
            for row in zip(*(next(columns) for _ in fields), strict=True)
        ]
        for name, fields in sets.items()
    }
    return {
        "reading": "".join(row["text"] for row in rows["reading"]),
        "table": [list(row.values()) for row in rows["table"]],
        "captions": rows["captions"],
        "details": rows["details"],
    }
