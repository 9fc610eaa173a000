"""The front end that all widgets share: declared controls, the base class, the Vega runtime."""

from ketalab.frontend.case_explorer import Case, CaseExplorer
from ketalab.frontend.controls import Choice, Control, Number, Steps, Switch
from ketalab.frontend.explorer import Explorer
from ketalab.frontend.widget import CourseWidget, digest

__all__ = [
    "Case",
    "CaseExplorer",
    "Choice",
    "Control",
    "CourseWidget",
    "Explorer",
    "Number",
    "Steps",
    "Switch",
    "digest",
]
