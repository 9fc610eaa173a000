"""The base class of all explorers.

An explorer declares controls (traits), a *flow* (Vega data whose expressions use the controls, so
that the arithmetic of a drag runs in the browser), pictures (Altair charts of the flow's data sets)
and a reading. The front-end module draws every explorer; none brings JavaScript of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import altair as alt
import anywidget
import traitlets

from ketalab.frontend.controls import Choice, Control
from ketalab.frontend.palette import CONFIG
from ketalab.frontend.runtime import VegaRuntime
from ketalab.frontend.text_form import text_form
from ketalab.frontend.widget import CourseWidget

Json = dict[str, Any]
Row = Mapping[str, Any]


class Explorer(CourseWidget):
    """Base class: subclasses declare, the shared front end draws.

    A subclass gives

    - controls, as class attributes (`Choice`, `Number`, `Switch`), in the order shown;
    - `title` and `look_for`, plain text;
    - `columns`, the fields of the data set `table` and their headings;
    - `flow()`, Vega data definitions. Expressions see each control as a signal of its name. Three
      data sets have a fixed meaning: `reading` (one row, field `text`), `table` (the numbers
      drawn) and `details` (rows of
      `term`, `text`, and where given `link` with `link_text`, and `mark`).
      `captions` has a row for each picture: `picture`, `title`, `alt`; a picture without a row is
      hidden;
    - `pictures()`, Altair charts whose data are named data sets of the flow;
    - `combinations()`, if not every combination of choices exists;
    - `read()`, `tabulate()` and `captions()`, the same reading, table and captions computed in
      Python.
    """

    title: ClassVar[str]
    look_for: ClassVar[str]
    columns: ClassVar[Mapping[str, str]]

    _esm = Path(__file__).with_name("explorer.js")
    _spec = traitlets.Dict(read_only=True).tag(sync=True)
    _runtime = anywidget.WidgetTrait().tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        # anywidget makes a class of its own for each instance; what is declared, and cached,
        # belongs to the class that the caller named.
        self._declared = type(self)
        unknown = settings.keys() - self.control_names()
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no control {', '.join(sorted(unknown))}; "
                f"it has: {', '.join(self.control_names())}"
            )
        super().__init__()
        for name, value in settings.items():
            setattr(self, name, value)
        self._settle_around(settings)
        self.observe(self._settle, names=list(self.control_names()))

    # What a subclass gives -----------------------------------------------------------------

    @classmethod
    def flow(cls) -> list[Json]:
        """Vega data definitions, sources first."""
        raise NotImplementedError

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        """Charts by name, in the order shown; their data are named data sets of the flow."""
        raise NotImplementedError

    @classmethod
    def combinations(cls) -> Sequence[tuple[Any, ...]] | None:
        """The combinations of control values that exist, or None when all do."""
        return None

    def read(self) -> str:
        """What the picture shows now, in one or two sentences with numbers."""
        raise NotImplementedError

    def tabulate(self) -> Sequence[Row]:
        """The numbers drawn now: rows with the fields of `columns`."""
        raise NotImplementedError

    def captions(self) -> Sequence[Row]:
        """A row for each picture shown now: `picture`, `title`, and `alt`: what it shows."""
        raise NotImplementedError

    # What every explorer does --------------------------------------------------------------

    @classmethod
    @cache
    def control_names(cls) -> tuple[str, ...]:
        """Names of the controls in the order of their declaration."""
        return tuple(
            name
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Control)
        )

    @classmethod
    @cache
    def specification(cls) -> Json:
        """All that the front end needs and that does not change with the controls, as JSON."""
        return {
            "name": cls.__name__,
            "title": cls.title,
            "lookFor": cls.look_for,
            "controls": [getattr(cls, name).declaration() for name in cls.control_names()],
            "combinations": cls._combinations_by_place(),
            "columns": [{"field": f, "title": t} for f, t in cls.columns.items()],
            "flow": cls.flow(),
            "pictures": [
                {"name": name, "chart": _finished(chart)} for name, chart in cls.pictures().items()
            ],
        }

    @classmethod
    def _combinations_by_place(cls) -> list[list[Any]] | None:
        """The combinations with the place of a choice's option instead of its value: texts that
        stand in many combinations are sent once, in the declaration of the control."""
        known = cls.combinations()
        if known is None:
            return None
        places = [
            {value: place for place, value in enumerate(control.options)}
            if isinstance(control := getattr(cls, name), Choice)
            else {}
            for name in cls.control_names()
        ]
        return [[p.get(v, v) for p, v in zip(places, row, strict=True)] for row in known]

    @traitlets.default("_spec")
    def _make_spec(self) -> Json:
        return self._declared.specification()

    @traitlets.default("_runtime")
    def _make_runtime(self) -> VegaRuntime:
        return VegaRuntime.shared()

    @property
    def reading(self) -> str:
        """The reading for the present setting, computed in Python."""
        return self.read()

    @property
    def table(self) -> Any:
        """The numbers drawn now, as a pandas DataFrame with readable headings."""
        import pandas as pd  # students who never ask for the table do not wait for pandas

        frame = pd.DataFrame(list(self.tabulate()), columns=list(self.columns))
        return frame.rename(columns=dict(self.columns))

    def setting(self) -> tuple[Any, ...]:
        """The present value of every control, in order."""
        return tuple(getattr(self, name) for name in self.control_names())

    def _settle(self, change: Any) -> None:
        """After one choice, move the others to the nearest combination that exists."""
        self._settle_around({change["name"]: change["new"]})

    def _settle_around(self, kept: Mapping[str, Any]) -> None:
        """Move all but these settings to the nearest combination that exists."""
        known = self._declared.combinations()
        if known is None or self.setting() in known:
            return
        names = self._declared.control_names()
        places = [names.index(name) for name in kept]
        wanted = self.setting()
        fitting = [row for row in known if all(row[i] == wanted[i] for i in places)]
        if not fitting:
            asked = ", ".join(f"{name}={value!r}" for name, value in kept.items())
            raise traitlets.TraitError(f"{type(self).__name__}: nothing has {asked} together")
        nearest = nearest_combination(fitting, wanted, places[0])
        for name, value in zip(names, nearest, strict=True):
            self.set_trait(name, value)

    def __repr__(self) -> str:
        """Setting, reading, the numbers drawn, and all data held in short: what nbval compares."""
        setting = ", ".join(
            f"{name}={value!r}"
            for name, value in zip(self.control_names(), self.setting(), strict=True)
        )
        rows = [" | ".join(str(row[field]) for field in self.columns) for row in self.tabulate()]
        held = [
            line
            for data in self._declared.specification()["flow"]
            if "values" in data
            for line in text_form(data["name"], data["values"])
        ]
        return "\n".join([f"{type(self).__name__}({setting})", self.read(), *rows, *held])


def nearest_combination(
    known: Sequence[tuple[Any, ...]], wanted: Sequence[Any], changed: int
) -> tuple[Any, ...]:
    """The combination that keeps the changed control and most of the others, earlier ones first.

    The same rule stands in `explorer.js`; a browser test holds the two together.

    Args:
        known: combinations that exist, in order of preference.
        wanted: the present values, one for each control.
        changed: the index of the control that was moved; its value is kept.
    """
    candidates = [row for row in known if row[changed] == wanted[changed]]
    return max(candidates, key=lambda row: [a == b for a, b in zip(row, wanted, strict=True)])


def _finished(chart: alt.TopLevelMixin) -> Json:
    """The chart as Vega-Lite JSON in the course's style."""
    spec = chart.to_dict()
    spec.pop("config", None)
    spec["width"] = 400  # until the front end gives it the width of its place
    spec["config"] = CONFIG
    return spec
