"""How ketamine gets into the body, and what is known of each way.

``routes.yaml`` is a copy of the table that the course's fact check produced, byte for byte. Its
words stay words: bioavailability differs by study, salt and formulation, and where sources
disagree a text names them all. What can be typed safely stands in ``results_context.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ketalab.evidence.readable_id import readable_id
from ketalab.evidence.side_effect import Verified
from ketalab.evidence.tables import Record, Text, Texts

RouteDrug = Literal[
    "racemic ketamine",
    "racemic or S-ketamine",
    "esketamine",
    "illicit ketamine",
    "racemic ketamine (cream, with amitriptyline)",
]


class Route(Record):
    """One route of one form of the drug. "-" and "not found" are words of the table, not gaps.

    ``status`` is what regulators allow, and for what; ``setting_and_supervision`` is where it was
    used in studies or by whom it is offered. Doses describe studies and labels.
    """

    route: Text
    drug: RouteDrug
    bioavailability: Text
    tmax: Text
    onset: Text
    duration: Text
    status: Text
    setting_and_supervision: Text
    sources: Texts
    verified: Verified
    note: Text | None

    @property
    def id(self) -> str:
        """The route in small letters: "intranasal_licensed_spray"."""
        return readable_id(self.route)


def route_id(entry: Mapping[str, Any]) -> str | None:
    """Return the id of an entry that is not a record yet; None when it has no route."""
    route = entry.get("route")
    try:
        return readable_id(route) if isinstance(route, str) else None
    except ValueError:
        return None
