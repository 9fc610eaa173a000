"""The front end that all widgets share: declared controls, the base class, the Vega runtime."""

from ketalab.frontend.controls import Choice, Control, Number, Switch
from ketalab.frontend.explorer import Explorer
from ketalab.frontend.widget import CourseWidget, digest

__all__ = ["Choice", "Control", "CourseWidget", "Explorer", "Number", "Switch", "digest"]
