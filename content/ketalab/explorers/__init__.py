"""One module an explorer: its data, its controls, its pictures and what they say."""

from ketalab.explorers.side_effects import SideEffectExplorer

__all__ = ["SideEffectExplorer"]
