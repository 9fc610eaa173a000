"""One row of the side-effects table: one study (or label) and one effect.

``side_effects.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ketalab.evidence.tables import Record, Text, WebAddress

Verified = Literal["label", "primary-abstract", "review", "secondary"]
Unit = Literal[
    "patients",
    "treatment sessions",
    "treatment cases (51 patients)",
    "sedations",
    "deaths",
    "case reports",
]
CountsBasis = Literal[
    "reported",
    "reported; denominator back-calculated",
    "reported; control zero inferred",
    "computed from % and N",
    "inferred from text",
    "percent only",
    "percent only (treatment arm)",
    "rate only",
    "published ratio only",
    "published NNH only",
    "P value only",
]
Route = Literal[
    "intranasal",
    "intravenous",
    "mixed, mostly intravenous",
    "intravenous or intramuscular",
    "oral",
    "sublingual",
    "subcutaneous",
    "mostly intranasal (non-medical)",
    "non-medical",
    "any",
]
Drug = Literal[
    "esketamine nasal spray",
    "S-ketamine",
    "racemic ketamine",
    "racemic or S-ketamine",
    "racemic ketamine + magnesium",
    "compounded racemic ketamine",
    "ketamine (any form)",
    "illicit ketamine",
]


def _row_id(text: str) -> str:
    study, separator, number = text.rpartition("__")
    if not (study and separator and number.isdigit()):
        raise PydanticCustomError("row_id", "an id of the form study__01")
    return text


class Arm(Record):
    """What was counted in one arm: ``events`` of ``n``, and the percentage as printed.

    ``events`` and ``n`` are counts of the row's unit; ``pct`` runs from 0 to 100. Each is None
    where the source did not print it.
    """

    events: Annotated[int, Field(ge=0)] | None
    n: Annotated[int, Field(gt=0)] | None
    pct: Annotated[float, Field(ge=0, le=100)] | None

    @property
    def counts(self) -> tuple[int, int] | None:
        """The events and the denominator; None unless both are known."""
        return None if self.events is None or self.n is None else (self.events, self.n)

    @property
    def counted(self) -> bool:
        """Whether both the events and the denominator are known."""
        return self.counts is not None


class Published(Record):
    """A result as the source published it: ``value`` of ``measure`` with its interval.

    ``rd_pct``, ``rd_low`` and ``rd_high`` are a published risk difference and its interval, in
    events of 100; None where there is none.
    """

    measure: Text
    value: float
    ci_low: float
    ci_high: float
    rd_pct: float | None = None
    rd_low: float | None = None
    rd_high: float | None = None


class SideEffect(Record):
    """One effect in one study or label.

    ``treatment`` and ``control`` are None where the source gave no arm. Rows that share an
    ``overlap_group`` come from overlapping people: never pool or add them.
    """

    id: Annotated[Text, AfterValidator(_row_id)]
    effect: Text
    soc: Text
    effect_group: Text
    route: Route
    drug: Drug
    regimen: Text
    population: Text
    population_group: Text
    dose_setting: Text
    design: Text
    unit: Unit
    treatment: Arm | None
    control: Arm | None
    comparator: Text | None
    time_frame: Text
    counts_basis: CountsBasis
    published: Published | None
    overlap_group: Text | None
    verified: Verified
    source_part: Text
    source: Text
    url: WebAddress | None
    note: Text | None

    @property
    def study(self) -> str:
        """The part of the id before the double underscore, shared by the rows of one study."""
        return self.id.rpartition("__")[0]

    @property
    def counts(self) -> tuple[int, int, int, int] | None:
        """Events and denominator of the treatment, then of the control; None unless all known."""
        treated = self.treatment.counts if self.treatment else None
        control = self.control.counts if self.control else None
        return None if treated is None or control is None else (*treated, *control)

    @property
    def has_two_arms(self) -> bool:
        """Whether events and denominator are known in both arms, so that risks can be compared."""
        return self.counts is not None

    @property
    def is_crossover(self) -> bool:
        """Whether the same people stand in both arms: unpaired intervals are an approximation."""
        return "crossover" in self.design

    @property
    def counts_patients(self) -> bool:
        """Whether one count is one person, not a session, a sedation or a report."""
        return self.unit == "patients"

    @property
    def is_per_session(self) -> bool:
        """Whether sessions were counted: those of one person are correlated."""
        return self.unit in ("treatment sessions", "sedations")

    @property
    def is_numerator_only(self) -> bool:
        """Whether only cases were counted, with no denominator behind them."""
        return self.unit in ("deaths", "case reports")

    @property
    def counts_printed(self) -> bool:
        """Whether the source itself printed the counts, both events and denominators."""
        return self.counts_basis == "reported"
