"""A change of the evidence that lasts one test."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from ketalab.evidence import facts, library, side_effects
from ketalab.explorers import SideEffectExplorer, side_effect_case
from ketalab.explorers import side_effects as explorer_module
from ketalab.frontend import Explorer


def forget() -> None:
    """Empty the caches of all that is computed from the evidence, but not the evidence."""
    places = (facts, side_effect_case, explorer_module, SideEffectExplorer, Explorer)
    for place in places:
        for value in vars(place).values():
            cached = getattr(value, "__func__", value)  # of a class method
            if hasattr(cached, "cache_clear") and cached is not library:
                cached.cache_clear()


@pytest.fixture
def evidence():
    """Make a function that replaces one row until the test ends."""
    held = library()
    original = held.side_effects

    def put(rows):
        held._tables["side_effects"] = MappingProxyType(rows)
        forget()

    yield lambda row: put({**side_effects(), row.id: row})
    put(original)
