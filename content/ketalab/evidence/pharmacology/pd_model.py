"""How an effect follows a concentration, and how fast: published parameters.

``pd_models.yaml`` is a copy of the table that the course's fact check produced, byte for byte.
"""

from __future__ import annotations

from ketalab.evidence.frozen_mapping import FrozenMapping
from ketalab.evidence.pharmacology.parameter import Parameter
from ketalab.evidence.tables import Record, Text


class PdModel(Record):
    """One effect with its parameters.

    A C50 belongs to the compartment and the time course it was estimated with: those of acute and
    of chronic pain do not compare. ``missing`` says what the source does not give.
    """

    id: Text
    effect: Text
    model: Text | None = None
    parameters: FrozenMapping[Text, Parameter]
    missing: Text | None = None
    doubts: Text | None = None

    def number(self, name: str, unit: str) -> float:
        """Return the value of one parameter, for which the caller names the unit it expects.

        Raises KeyError for an unknown name, TypeError where the value is not one number, and
        ValueError where its unit is another.
        """
        if name not in self.parameters:
            raise KeyError(f"{self.id} has no parameter {name!r}")
        found = self.parameters[name]
        if found.base_unit != unit:
            raise ValueError(f"{self.id}, {name}: expected the unit {unit}, got {found.unit}")
        return found.number
