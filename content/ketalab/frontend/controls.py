"""Controls: traits that also say how they look as a native HTML input.

A control is declared once, in the body of an explorer, and is a trait like any other: it can be
set, observed and linked from Python, and it moves when the student moves the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets import HasTraits, TraitError, TraitType

Json = dict[str, Any]


class Control(TraitType[Any, Any]):
    """A synchronised trait with a visible label. Subclasses add the kind of input.

    Args:
        label: the visible, accessible name of the input.
        default: the value that the explorer opens with, and that reset restores.
        help: one short sentence shown under the input, or nothing.
        group: controls that follow each other and share a group stand in one box of that name.
        only_if: the name of a control and the value that it must have for this one to be shown.
            A control that is not shown keeps its value.
    """

    def __init__(
        self,
        label: str,
        default: Any,
        *,
        help: str = "",
        group: str = "",
        only_if: tuple[str, Any] | None = None,
    ) -> None:
        super().__init__(default_value=default, help=help)
        self.label, self.group, self.only_if = label, group, only_if
        self.tag(sync=True)

    def reject(self, obj: HasTraits | None, value: Any, expected: str) -> TraitError:
        """The error for a value that the control cannot take, naming control and range."""
        owner = type(obj).__name__ if obj is not None else "control"
        return TraitError(f"{owner}.{self.name}: {value!r} is not possible; expected {expected}")

    def declaration(self) -> Json:
        """What the front end needs to draw the input, as JSON."""
        return {
            "name": self.name,
            "label": self.label,
            "help": self.help,
            "default": self.default_value,
            "group": self.group,
            "onlyIf": self.only_if,
        }

    @property
    def offered(self) -> tuple[Any, ...]:
        """Values to try one after another; for a range, its ends and some values between."""
        raise NotImplementedError


class Choice(Control):
    """One of several texts; drawn as a `select`.

    Args:
        options: the permitted values, or pairs of (value, visible text), in the order shown.

    Raises:
        TraitError: when set to a value that is not offered; the message lists what is.
    """

    def __init__(
        self,
        label: str,
        options: Sequence[str | tuple[str, str]],
        default: str | None = None,
        **more: Any,
    ) -> None:
        pairs = [(option, option) if isinstance(option, str) else option for option in options]
        self.options = dict(pairs)
        super().__init__(label, pairs[0][0] if default is None else default, **more)

    @property
    def offered(self) -> tuple[str, ...]:
        return tuple(self.options)

    def validate(self, obj: HasTraits, value: Any) -> str:
        if value in self.options:
            return str(value)
        raise self.reject(obj, value, "one of: " + ", ".join(map(repr, self.options)))

    def declaration(self) -> Json:
        options = [{"value": value, "text": text} for value, text in self.options.items()]
        return super().declaration() | {"kind": "choice", "options": options}


class Number(Control):
    """A number in a range; drawn as a slider with its value and unit.

    Raises:
        TraitError: when set to something that is not a number between minimum and maximum.
    """

    def __init__(
        self,
        label: str,
        minimum: float,
        maximum: float,
        default: float,
        *,
        step: float = 1,
        unit: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, default, **more)
        self.minimum, self.maximum, self.step, self.unit = minimum, maximum, step, unit

    @property
    def offered(self) -> tuple[float, ...]:
        steps = round((self.maximum - self.minimum) / self.step)
        places = sorted({round(steps * share / 8) for share in range(9)})
        # As the browser counts: from the minimum in steps, without the rounding of many additions.
        values = (round(self.minimum + place * self.step, 10) for place in places)
        return tuple(int(value) if value == int(value) else value for value in values)

    def validate(self, obj: HasTraits, value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and self.minimum <= value <= self.maximum:
            number: float = value  # a whole number stays one
            return number
        expected = f"a number from {self.minimum} to {self.maximum} {self.unit}".rstrip()
        raise self.reject(obj, value, expected)

    def declaration(self) -> Json:
        return super().declaration() | {
            "kind": "number",
            "minimum": self.minimum,
            "maximum": self.maximum,
            "step": self.step,
            "unit": self.unit,
        }


class Steps(Control):
    """One of a list of numbers that are not evenly spaced; drawn as a slider over the list.

    Args:
        values: the permitted numbers in ascending order.

    Raises:
        TraitError: when set to a number that is not in the list; the message lists what is.
    """

    def __init__(
        self, label: str, values: Sequence[float], default: float, *, unit: str = "", **more: Any
    ) -> None:
        super().__init__(label, default, **more)
        self.values, self.unit = tuple(values), unit

    @property
    def offered(self) -> tuple[float, ...]:
        return self.values

    def validate(self, obj: HasTraits, value: Any) -> float:
        if not isinstance(value, bool) and value in self.values:
            number: float = value  # a whole number stays one
            return number
        raise self.reject(obj, value, "one of: " + ", ".join(f"{v:g}" for v in self.values))

    def declaration(self) -> Json:
        return super().declaration() | {
            "kind": "steps",
            "values": list(self.values),
            "unit": self.unit,
        }


class Switch(Control):
    """On or off; drawn as a checkbox.

    Raises:
        TraitError: when set to anything but True or False.
    """

    def __init__(self, label: str, default: bool = False, **more: Any) -> None:
        super().__init__(label, default, **more)

    @property
    def offered(self) -> tuple[bool, ...]:
        return (False, True)

    def validate(self, obj: HasTraits, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self.reject(obj, value, "True or False")

    def declaration(self) -> Json:
        return super().declaration() | {"kind": "switch"}
