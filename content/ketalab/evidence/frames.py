"""A pandas table that says what it shows: caption, units in the headings, and sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from textwrap import fill, shorten
from typing import Any

import pandas as pd

from ketalab.evidence.certainty import badge, grade

# A page of several hundred rows helps nobody; pandas itself stops at 60.
_MOST_ROWS = 60
# Letters of a cell in the text form; a result is never cut, because its interval comes last.
_WIDEST = 38
_WHOLE = ("result",)

_EMPTY = "–"

# Columns that hold a word of a fixed list, and how the word is shown: as shape and text.
_SHOWN_AS: Mapping[str, Callable[[Any], str]] = {"certainty": grade, "verified": badge}


class EvidenceTable(pd.DataFrame):
    """Records as rows, by id. It is an ordinary DataFrame, so it filters, sorts and counts.

    What is chosen from it keeps caption, headings and sources. ``caption`` is one line;
    ``headings`` maps a column to its heading, with its unit; ``links`` maps a source key to its
    label and address (None where there is none); ``remarks`` are sentences that belong under the
    table. The column ``sources`` holds source keys, separated by semicolons.
    """

    _metadata = ["caption", "headings", "links", "remarks"]  # noqa: RUF012 - pandas asks for a list

    caption: str = ""
    headings: Mapping[str, str] = {}
    links: Mapping[str, tuple[str, str | None]] = {}
    remarks: tuple[str, ...] = ()

    @property
    def _constructor(self) -> type[EvidenceTable]:
        return EvidenceTable

    def __repr__(self) -> str:
        if not self.caption:
            return super().__repr__()
        lines = [self._title()]
        if len(self):
            shown = pd.DataFrame(self._cells(_label_text), columns=self._headings())
            shown.index = pd.Index([str(name) for name in self.index[:_MOST_ROWS]], name="id")
            for place, name in enumerate(self.columns):
                if name not in _WHOLE:
                    column = shown.columns[place]
                    shown[column] = [shorten(t, _WIDEST, placeholder=" …") for t in shown[column]]
            lines.append(shown.to_string())
        else:
            lines.append("No record.")
        lines.extend(self._remarks())
        lines.extend(
            f"{label}: {address}" if address else f"{label}: no address is known"
            for label, address in self._cited().values()
        )
        return "\n".join(lines)

    def _repr_html_(self) -> str | None:
        if not self.caption:
            return super()._repr_html_()  # type: ignore[misc,no-any-return]  # not in the stubs
        title = escape(self._title())
        headings, rows = self._html_columns()
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
        body = "".join(
            f'<tr><th scope="row">{first}</th>'
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
            for first, *cells in rows
        )
        if not len(self):
            body = f'<tr><td colspan="{len(self.columns) + 1}">No record.</td></tr>'
        remarks = "".join(f"<p>{escape(text)}</p>" for text in self._remarks())
        # Named and reachable by keyboard, because a wide table scrolls in its own box.
        return (
            f'<div class="scroller" role="region" aria-label="{title}" tabindex="0">'
            f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>{remarks}"
        )

    def _html_columns(self) -> tuple[list[str], list[list[str]]]:
        """Headings, and for each row its cells as HTML; the first cell names the row."""
        rows = zip(self.index, self._cells(_label_html), strict=False)
        return ["id", *self._headings()], [[escape(str(name)), *cells] for name, cells in rows]

    def _title(self) -> str:
        records = "1 record" if len(self) == 1 else f"{len(self)} records"
        return f"{self.caption} ({records})"

    def _headings(self) -> list[str]:
        return [self.headings.get(name, str(name)) for name in self.columns]

    def _remarks(self) -> list[str]:
        hidden = len(self) - _MOST_ROWS
        more = [f"{hidden} more records are not shown: filter the table."] if hidden > 0 else []
        return [*more, *self.remarks]

    def _cited(self) -> dict[str, tuple[str, str | None]]:
        if "sources" not in self.columns:
            return {}
        keys = [key for text in self["sources"][:_MOST_ROWS] for key in str(text).split("; ")]
        return {key: self.links[key] for key in dict.fromkeys(keys) if key in self.links}

    def _cells(self, label: Any) -> list[list[str]]:
        """The cells of the rows that are shown; ``label`` writes a source, and escapes the rest."""
        return [
            [self._cell(name, value, label) for name, value in zip(self.columns, row, strict=True)]
            for row in self.head(_MOST_ROWS).itertuples(index=False, name=None)
        ]

    def _cell(self, name: str, value: object, label: Any) -> str:
        if name == "sources":
            keys = str(value).split("; ")
            return "; ".join(label(*self.links.get(key, (key, None))) for key in keys if key)
        return str(label(_text(name, value), None))


# The columns of a printed summary of findings, and what stands in each, one below the other.
_GRADE_LAYOUT = {
    "Outcome": ("outcome", "who", "treatment", "comparator"),
    "People and trials": ("people", "overlap_group"),
    "Effect": ("absolute", "relative"),
    "Certainty (GRADE)": ("certainty", "reasons"),
    "Directness and source": ("directness", "directness_reason", "verified", "sources"),
}
_SAID_BEFORE = {
    "treatment": "Treatment: ",
    "comparator": "Compared with: ",
    "overlap_group": "Overlap group: ",
    "relative": "Relative: ",
    "reasons": "Reasons: ",
    "directness": "For chronic pain: ",
}


class FindingsTable(EvidenceTable):
    """A summary of findings: as text it is one block a row, because no cell may be cut short.

    As HTML it has the few columns of GRADE's layout, so that it fits on a page.
    """

    @property
    def _constructor(self) -> type[FindingsTable]:
        return FindingsTable

    def _html_columns(self) -> tuple[list[str], list[list[str]]]:
        left = [name for name in self.columns if name not in sum(_GRADE_LAYOUT.values(), ())]
        layout = {**_GRADE_LAYOUT, **{self.headings.get(name, name): (name,) for name in left}}
        chosen = {
            heading: shown
            for heading, names in layout.items()
            if (shown := [name for name in names if name in self.columns])
        }
        rows = [
            [
                "".join(_line(name, cells[name]) for name in names if _says_something(name, cells))
                for names in chosen.values()
            ]
            for cells in (
                dict(zip(self.columns, row, strict=True)) for row in self._cells(_label_html)
            )
        ]
        return list(chosen), rows

    def __repr__(self) -> str:
        if not self.caption:
            return super().__repr__()
        lines = [self._title()]
        for name, cells in zip(self.index, self._cells(_label_text), strict=True):
            lines += ["", str(name)]
            for heading, text in zip(self._headings(), cells, strict=True):
                lines.append(
                    fill(f"{heading}: {text}", 100, initial_indent="  ", subsequent_indent="    ")
                )
        return "\n".join([*lines, "", *self._remarks()])


def _says_something(name: str, cells: Mapping[str, str]) -> bool:
    # Why evidence is direct goes without saying; why it is not has to be said.
    plain = name == "directness_reason" and cells.get("directness") == "direct"
    return cells[name] != _EMPTY and not plain


def _line(name: str, cell: str) -> str:
    return f"<div>{_SAID_BEFORE.get(name, '')}{cell}</div>"


def _text(name: str, value: Any) -> str:
    if pd.isna(value):
        return _EMPTY
    if name in _SHOWN_AS:
        return str(_SHOWN_AS[name](value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    # A column with gaps turns whole numbers into floats.
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _label_text(text: str, _: str | None) -> str:
    return text


def _label_html(text: str, address: str | None) -> str:
    if address is None:
        return escape(text)
    return f'<a href="{escape(address)}">{escape(text)}</a>'
