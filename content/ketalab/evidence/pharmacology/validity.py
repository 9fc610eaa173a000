"""For which values a model holds, and what happens outside them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ketalab.evidence.tables import Record, Text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Route = Literal["intravenous", "intranasal", "oral", "sublingual film"]

# A value that is a rounding error away from the end of a range is inside it.
_SLACK = 1e-6


class Quantity(NamedTuple):
    """What a range may speak of: its unit, and which values make no sense whatever the model."""

    unit: str
    allowed: Literal["any number", "zero or more", "above zero"]


# dose_mg and dose_mg_per_kg: one dose, a bolus or a whole infusion; duration_h: how long it runs,
# 0 for a bolus. What is given at once by several nasal devices is one dose.
QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "weight_kg": Quantity("kg", "above zero"),
        "age_years": Quantity("years", "zero or more"),
        "dose_mg": Quantity("mg", "zero or more"),
        "dose_mg_per_kg": Quantity("mg/kg", "zero or more"),
        "duration_h": Quantity("h", "zero or more"),
        "rate_mg_per_h_per_70kg": Quantity("mg/h per 70 kg", "zero or more"),
        "concentration_ng_per_ml": Quantity("ng/mL", "zero or more"),
        "norketamine_ng_per_ml": Quantity("ng/mL", "zero or more"),
        "concentration_um": Quantity("µM", "zero or more"),
        "magnesium_mm": Quantity("mM", "zero or more"),
        "glutamate_um": Quantity("µM", "zero or more"),
        "voltage_mv": Quantity("mV", "any number"),
        "temperature_c": Quantity("°C", "any number"),
        "stimuli": Quantity("stimuli", "above zero"),
        "stimulus_rate_hz": Quantity("Hz", "above zero"),
        "studies": Quantity("studies", "above zero"),
    }
)


class OutsideValidity(ValueError):  # noqa: N818
    """A value for which a model does not hold.

    model: the id of its card; quantity: a name of QUANTITIES; value: (smallest, largest) of what
    was asked for; low, high: the ends of the range, None where it is open.
    """

    def __init__(self, model: str, limit: Validity, value: tuple[float, float]) -> None:
        self.model = model
        self.quantity = limit.quantity
        self.value = value
        self.low = limit.low
        self.high = limit.high
        super().__init__(limit.complaint(model, value))


class Validity(Record):
    """One range of one quantity.

    low, high: its ends, both inside; None where it is open on that side. ``high_excluded`` puts
        the upper end outside.
    outside: whether a value beyond is refused, or warned of.
    route: the range holds for doses by this route alone; None where it holds for all.
    guard: the range is the course's own, because the source's is not known.
    source_key: the paper, a key of ``references.yaml``; only a guard may do without.
    """

    quantity: Text
    unit: Text
    low: float | None = None
    high: float | None = None
    high_excluded: bool = False
    outside: Literal["error", "warning"]
    route: Route | None = None
    guard: bool = False
    reason: Text
    source_key: Text | None = None

    @property
    def words(self) -> str:
        """The range as words: "28 to 84 mg", "18 years or more", "20 mg only"."""
        if self.low is not None and self.low == self.high:
            return f"{self.low:.4g} {self.unit} only"
        if self.high is None:
            return f"{self.low:.4g} {self.unit} or more"
        upper = f"{self.high:.4g} {self.unit}"
        if self.low is None:
            return f"below {upper}" if self.high_excluded else f"up to {upper}"
        return f"{self.low:.4g} to {'below ' if self.high_excluded else ''}{upper}"

    def complaint(self, model: str, value: tuple[float, float]) -> str:
        """Return the sentence on values from value[0] to value[1] that are not all inside."""
        smallest, largest = value
        got = f"{smallest:.6g}" if smallest == largest else f"{smallest:.6g} to {largest:.6g}"
        route = f" by the {self.route} route" if self.route else ""
        return (
            f"{model}: {self.quantity}{route} {got} is outside the range of the model, "
            f"{self.words}. {self.reason}"
        )

    def holds(self, value: tuple[float, float]) -> bool:
        """Whether every value from value[0] to value[1] is inside."""
        smallest, largest = value
        if self.low is not None and smallest < self.low - _SLACK * abs(self.low):
            return False
        if self.high is None:
            return True
        if self.high_excluded:
            return largest < self.high
        return largest <= self.high + _SLACK * abs(self.high)


def extremes(name: str, value: ArrayLike) -> tuple[float, float]:
    """Return the smallest and the largest of one number or an array of any shape.

    Raises ValueError, naming the quantity, for what is no number or empty, for a value that is
    not finite, and for one that makes no sense whatever the model.
    """
    # Most readers of the tables never ask, and need not wait for the import.
    import numpy as np

    try:
        array: Any = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number or an array of numbers, got {value!r}") from None
    if not array.size:
        raise ValueError(f"{name} must not be empty")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    smallest, largest = float(array.min()), float(array.max())
    allowed = QUANTITIES[name].allowed
    if (allowed == "zero or more" and smallest < 0) or (allowed == "above zero" and smallest <= 0):
        raise ValueError(f"{name} must be {allowed}, got {smallest:g}")
    return smallest, largest
