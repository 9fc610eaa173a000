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
    """

    def __init__(self, label: str, default: Any, *, help: str = "") -> None:
        super().__init__(default_value=default, help=help)
        self.label = label
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
        }


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
        *,
        help: str = "",
    ) -> None:
        pairs = [(option, option) if isinstance(option, str) else option for option in options]
        self.options = dict(pairs)
        super().__init__(label, pairs[0][0] if default is None else default, help=help)

    def validate(self, obj: HasTraits, value: Any) -> str:
        if value in self.options:
            return value
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
        help: str = "",
    ) -> None:
        super().__init__(label, default, help=help)
        self.minimum, self.maximum, self.step, self.unit = minimum, maximum, step, unit

    def validate(self, obj: HasTraits, value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and self.minimum <= value <= self.maximum:
            return value
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


class Switch(Control):
    """On or off; drawn as a checkbox.

    Raises:
        TraitError: when set to anything but True or False.
    """

    def __init__(self, label: str, default: bool = False, *, help: str = "") -> None:
        super().__init__(label, default, help=help)

    def validate(self, obj: HasTraits, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self.reject(obj, value, "True or False")

    def declaration(self) -> Json:
        return super().declaration() | {"kind": "switch"}
