"""nbconvert exporter for the deck: the slides of a lesson as one file, no request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import Unicode, default

from ketalab.publish.editions import as_slides
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.policy import content_policy
from ketalab.publish.pages.reveal import reveal_file, speaker_scripts

_HERE = Path(__file__).parent


class DeckExporter(PageExporter):
    """The slides of a lesson as one reveal.js file with live explorers and speaker notes."""

    template_name = Unicode("ketalab_deck").tag(config=True, affects_template=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def _init_resources(self, resources: Any) -> Any:
        resources = super()._init_resources(resources)
        resources["deck_style"] = (_HERE / "deck.css").read_text("utf-8")
        resources["deck_script"] = (_HERE / "deck.js").read_text("utf-8")
        resources["fit_script"] = (_HERE / "fit.js").read_text("utf-8")
        own = [resources[name] for name in ("host_script", "deck_script", "fit_script")]
        resources["reveal_style"] = reveal_file("dist/reveal.css")
        resources["reveal_sources"] = {
            "reveal": reveal_file("dist/reveal.esm.js"),
            "notes": reveal_file("plugin/notes/notes.esm.js"),
        }
        # The speaker window shows the deck in frames; nothing else may be framed.
        resources["policy"] = content_policy([*own, *speaker_scripts()], frame_src="'self' file:")
        return resources

    def from_notebook_node(  # type: ignore[override]  # as HTMLExporter: text, no notebook
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Export the cells that are tagged for the deck."""
        return HTMLExporter.from_notebook_node(self, as_slides(nb), resources, **options)
