"""Import jsonschema without the one part of it that takes a second.

Altair and nbformat import jsonschema. It tries rfc3987-syntax, which builds the grammar of
international web addresses each time it is imported, to check a format (`iri`) that stands in
neither of their schemas. A process that has imported it already keeps it, and whoever imports
rfc3987-syntax itself gets it.
"""

from __future__ import annotations

import importlib
import sys

_SLOW = "rfc3987_syntax"


def import_jsonschema_quickly() -> None:
    """Import jsonschema as where rfc3987-syntax is not installed: its check is optional."""
    if _SLOW in sys.modules:
        return
    sys.modules[_SLOW] = None  # type: ignore[assignment]
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[_SLOW]
