"""A number of a pharmacological model, with its unit, its source and how it was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.tables import Record, Text

LEVELS = ("primary", "review", "code-of-a-peer", "computed", "derived")

# What stands at the head of a unit; words on what was measured may follow.
POSITIVE_UNITS = (
    "1/(M s)",
    "1/h",
    "1/mV",
    "1/min",
    "1/s",
    "L",
    "L/70 kg",
    "L/h",
    "L/h at 70 kg",
    "L/h/70 kg",
    "L/kg",
    "L/min",
    "L/min/70 kg",
    "SD",
    "days",
    "g/mol",
    "h",
    "log SD",
    "mL/min/kg",
    "mM",
    "mg/L",
    "min",
    "ng/mL",
    "nmol/mL",
    "s",
    "uM",
    "ug/mL",
    "umol/L",
)
SHARES = ("fraction", "probability", "electrical distance")
RATIOS = ("S/R potency ratio", "factor", "ratio")
OTHER_UNITS = (
    "-",
    "Hz",
    "L/h per year",
    "cm",
    "cm VAS",
    "correlation",
    "log-scale variance, covariance, variance",
)
# The longest first: "L/h/70 kg" is not "L/h".
UNITS = tuple(sorted((*POSITIVE_UNITS, *SHARES, *RATIOS, *OTHER_UNITS), key=len, reverse=True))

_HEAD = re.compile(rf"({'|'.join(map(re.escape, UNITS))})(?=$|[ ,;(])")
_MEMORY = re.compile(r"\bmemory-only\b|\bfrom memory\b")


def base_unit(unit: str) -> str | None:
    """Return the known unit at the head of a text; None when there is none.

    >>> base_unit("ng/mL plasma S-ketamine")
    'ng/mL'
    """
    found = _HEAD.match(unit)
    return found[1] if found else None


def _level(text: str) -> str:
    # A word on how may follow: "code-of-a-peer (table transcribed)", "computed (RDKit)".
    if not re.match(rf"({'|'.join(LEVELS)})(?=$|[ :;(])", text):
        permitted = ", ".join(map(repr, LEVELS))
        raise PydanticCustomError("level", "one of {permitted}", {"permitted": permitted})
    return text


Level = Annotated[Text, AfterValidator(_level)]
Positive = Annotated[float, Field(gt=0)]
Numbers = Annotated[tuple[float, ...], Field(strict=False, min_length=1)]
Interval = Annotated[tuple[float, float], Field(strict=False)]


def _form(value: object) -> str:
    if isinstance(value, str):
        return "<text>"
    if isinstance(value, list | tuple):
        return "<list>"
    return "<mapping>" if isinstance(value, Mapping) else "<number>"


# Told apart by what stands there, so that a wrong value is one problem and not four.
Amount = Annotated[
    Annotated[float, Tag("<number>")]
    | Annotated[Numbers, Tag("<list>")]
    | Annotated[FrozenMapping[str | float, float], Tag("<mapping>")]
    | Annotated[Text, Tag("<text>")],
    Discriminator(_form),
]
OneOrMore = Annotated[
    Annotated[Positive, Tag("<number>")]
    | Annotated[Annotated[tuple[Positive, ...], Field(strict=False, min_length=1)], Tag("<list>")],
    Discriminator(_form),
]


class Parameter(Record):
    """One value, or several that belong together, as the source gives it.

    value: a number; a list ("range": its two ends); numbers by name; or words, where the source
        gives no number.
    unit: a known unit, words on what was measured may follow it.
    species_assay: in whom or in what it was measured.
    where: in which copy of the source the value was read.
    verified: "primary" (the paper, mostly its abstract or one table), "review", "code-of-a-peer"
        (public code that cites the paper, not the paper), "computed", "derived" (arithmetic).
    se, sd: standard error and standard deviation; in the unit of the value.
    ci90, ci95, range: ends of an interval, in the unit of the value.
    bsv_cv_pct, bsv_pct, iiv_cv_pct, rse_pct: coefficients of variation (between subjects) and
        relative standard error, in percent.
    iiv_sd_logit: standard deviation between subjects on the logit scale.
    omega2, iov_var: variances between and within subjects, on the log scale.
    """

    value: Amount
    unit: Text
    species_assay: Text | None = None
    source_key: Text
    where: Text | None = None
    verified: Level
    note: Text | None = None
    se: OneOrMore | None = None
    sd: Positive | None = None
    ci90: Interval | None = None
    ci95: Interval | None = None
    range: Interval | None = None
    bsv_cv_pct: Positive | None = None
    bsv_pct: Positive | None = None
    iiv_cv_pct: Positive | None = None
    rse_pct: Positive | None = None
    iiv_sd_logit: Positive | None = None
    omega2: Positive | None = None
    iov_var: Positive | None = None

    @property
    def level(self) -> str:
        """The first words of ``verified``: one of LEVELS."""
        return next(level for level in LEVELS if self.verified.startswith(level))

    @property
    def base_unit(self) -> str | None:
        """The unit without the words after it; None where the value is words."""
        return base_unit(self.unit)

    @property
    def number(self) -> float:
        """The value as one number, in ``base_unit``. Raises TypeError when it is not one."""
        if not isinstance(self.value, float):
            raise TypeError(f"expected one number, got {self.value!r}")
        return self.value

    @property
    def numbers(self) -> tuple[float, ...]:
        """All numbers of the value, in ``base_unit``; none where the value is words."""
        if isinstance(self.value, str):
            return ()
        if isinstance(self.value, tuple):
            return self.value
        return tuple(self.value.values()) if isinstance(self.value, Mapping) else (self.value,)

    @property
    def same_as(self) -> str | None:
        """The name of the parameter whose value this one takes ("= VK1"); None otherwise."""
        if isinstance(self.value, str) and self.value.startswith("= "):
            return self.value.removeprefix("= ")
        return None

    @property
    def leans_on_memory(self) -> bool:
        """Whether part of it was not seen in print: then it is not shown."""
        return self.note is not None and _MEMORY.search(self.note) is not None


def printable(text: str | None) -> str | None:
    """Return a remark without the clauses that lean on memory; None when nothing is left."""
    if text is None:
        return None
    clauses = [clause for clause in text.split("; ") if not _MEMORY.search(clause)]
    return "; ".join(clauses) or None


def parameters_in(record: Any, path: str = "") -> list[tuple[str, Parameter]]:
    """Return every parameter inside a record, with the dotted path to it."""
    if isinstance(record, Parameter):
        return [(path, record)]
    if isinstance(record, Record):
        parts: Mapping[Any, Any] = {
            name: getattr(record, name) for name in type(record).model_fields
        }
    elif isinstance(record, Mapping):
        parts = record
    else:
        return []
    prefix = f"{path}." if path else ""
    return [
        found for name, part in parts.items() for found in parameters_in(part, f"{prefix}{name}")
    ]
