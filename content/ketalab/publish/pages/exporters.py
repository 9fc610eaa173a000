"""nbconvert exporters for the page and the deck: one self-contained file each, no request."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import List, Unicode, default
from traitlets.config import Config

from ketalab import frontend
from ketalab.publish.editions import as_slides, without_speaker_notes
from ketalab.publish.glossary import PAGE, link_words
from ketalab.publish.pages.reveal import csp_hash, reveal_file, speaker_script_hashes
from ketalab.publish.widgets import EmbedWidgets, json_for_script

_HERE = Path(__file__).parent
_FRONTEND = Path(frontend.__file__).parent


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _policy(scripts: list[str], **more: str) -> str:
    """A Content-Security-Policy that allows these inline scripts and no request whatsoever.

    Charts set style attributes and modules are imported from blobs, hence the two exceptions.
    """
    directives = {
        "default-src": "'none'",
        "script-src": " ".join(["blob:", *scripts]),
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    directives |= {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class PageExporter(HTMLExporter):
    """A lesson as one HTML file whose explorers work without kernel and network."""

    export_from_notebook = None  # not for nbconvert's command line: it needs the executed lesson
    template_name = Unicode("ketalab_page").tag(config=True, affects_template=True)
    extra_template_basedirs = List([str(_HERE / "templates")]).tag(
        config=True, affects_environment=True
    )
    exclude_anchor_links = True
    glossary_address = Unicode(PAGE, help="Where the glossary lies, seen from the page.").tag(
        config=True
    )

    @property
    def default_config(self) -> Config:
        """Widgets are collected first, while their states still stand in the notebook."""
        config = super().default_config.copy()
        config.merge(Config({type(self).__name__: {"preprocessors": [EmbedWidgets]}}))
        return config

    def default_filters(self) -> Any:
        yield from super().default_filters()
        yield "json_for_script", json_for_script

    def _init_resources(self, resources: Any) -> Any:
        resources = super()._init_resources(resources)
        host = _read(_FRONTEND / "host.js")
        resources["host_script"] = host
        resources["page_style"] = _read(_HERE / "page.css")
        resources["policy"] = _policy([csp_hash(host)])
        return resources

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Export the student's page: speaker notes stay in the deck."""
        notebook = without_speaker_notes(nb)  # a copy
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = link_words(cell.source, self.glossary_address)
        return super().from_notebook_node(notebook, resources, **options)


class DeckExporter(PageExporter):
    """The slides of a lesson as one reveal.js file with live explorers and speaker notes."""

    template_name = Unicode("ketalab_deck").tag(config=True, affects_template=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def _init_resources(self, resources: Any) -> Any:
        resources = super()._init_resources(resources)
        deck = _read(_HERE / "deck.js")
        scripts = [csp_hash(resources["host_script"]), csp_hash(deck), *speaker_script_hashes()]
        resources["deck_script"] = deck
        resources["reveal_style"] = reveal_file("dist/reveal.css")
        resources["reveal_sources"] = {
            "reveal": reveal_file("dist/reveal.esm.js"),
            "notes": reveal_file("plugin/notes/notes.esm.js"),
        }
        # The speaker window shows the deck in frames; nothing else may be framed.
        resources["policy"] = _policy(scripts, frame_src="'self' file:")
        return resources

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Export the cells that are tagged for the deck."""
        return super(PageExporter, self).from_notebook_node(as_slides(nb), resources, **options)
