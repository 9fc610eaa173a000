"""The nbconvert exporter for pages: one self-contained file each, no request.

A page is the template `ketalab_page` around the cells. Its prose is rendered by `prose`, its
headings are collected in `contents`, its head is made by `metadata`, and what it bundles is named
by `licences`. Everything that it runs stands inside it, and its policy names each script by hash.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import Instance, List, Unicode, default
from traitlets.config import Config

from ketalab import frontend
from ketalab.publish.editions import without_speaker_notes
from ketalab.publish.glossary import PAGE, link_words
from ketalab.publish.pages.contents import Contents
from ketalab.publish.pages.licences import bundled_with, notices
from ketalab.publish.pages.metadata import page_metadata
from ketalab.publish.pages.packing import PACKED_FROM, packed
from ketalab.publish.pages.place import Place
from ketalab.publish.pages.policy import content_policy
from ketalab.publish.pages.prose import prose_html
from ketalab.publish.project import PublishError
from ketalab.publish.widgets import Embedded, EmbedWidgets, json_for_script

_HERE = Path(__file__).parent
_FRONTEND = Path(frontend.__file__).parent


class PageExporter(HTMLExporter):
    """A lesson as one HTML file whose explorers work without kernel and network.

    `from_notebook_node` raises PublishError, with the lesson's title, for a formula that cannot be
    read, for HTML that may not stand in prose, and for headings that skip a level.
    """

    # Not for nbconvert's command line: it needs the executed lesson.
    export_from_notebook = None  # type: ignore[assignment]  # as nbconvert's own base class has it
    template_name = Unicode("ketalab_page").tag(config=True, affects_template=True)
    extra_template_basedirs = List([str(_HERE / "templates")]).tag(
        config=True, affects_environment=True
    )
    place = Instance(Place, args=(), help="The neighbours of the page in the course.")
    glossary_address = Unicode(help="Where the glossary lies, seen from the page.").tag(config=True)
    extra_style = Unicode(help="CSS that this page needs besides that of all pages.")

    @default("glossary_address")
    def _glossary_address_default(self) -> str:
        return self.place.folder + PAGE

    @property
    def default_config(self) -> Config:
        """Widgets are collected first, while their states still stand in the notebook."""
        config: Config = super().default_config.copy()
        config.merge(Config({type(self).__name__: {"preprocessors": [EmbedWidgets]}}))
        return config

    def default_filters(self) -> Any:
        yield from super().default_filters()  # type: ignore[no-untyped-call]  # nbconvert's
        yield "json_for_script", json_for_script
        yield "packed", packed
        yield "page_metadata", page_metadata
        yield "licence_notices", _licence_notices

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """The HTML of a Markdown text (nbconvert's filter); its headings join the contents."""
        try:
            return prose_html(source, context["resources"]["contents"])
        except PublishError as error:
            title = context["nb"].metadata.get("title", "a page")
            raise PublishError(f"{title}: {error}") from error

    def _init_resources(self, resources: Any) -> Any:
        resources = super()._init_resources(resources)  # type: ignore[no-untyped-call]  # the same
        host = (_FRONTEND / "host.js").read_text("utf-8")
        contents = (_HERE / "contents.js").read_text("utf-8")
        resources["host_script"] = host
        resources["contents_script"] = contents
        resources["page_style"] = (_HERE / "page.css").read_text("utf-8")
        resources["extra_style"] = self.extra_style
        resources["policy"] = content_policy([host, contents])
        resources["place"] = self.place
        resources["packed_from"] = PACKED_FROM
        resources["contents"] = Contents()
        return resources

    def from_notebook_node(  # type: ignore[override]  # as HTMLExporter: text, no notebook
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Export the student's page: speaker notes stay in the deck."""
        notebook = without_speaker_notes(nb)  # a copy
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = link_words(cell.source, self.glossary_address)
        body, resources = super().from_notebook_node(notebook, resources, **options)
        problems = list(resources["contents"].problems())
        if problems:
            raise PublishError(f"{notebook.metadata['title']}: {'; '.join(problems)}")
        return body, resources


def _licence_notices(embedded: Embedded, *more: str) -> str:
    """The notices of what a page with these widgets bundles, and of `more`."""
    return notices([*bundled_with(embedded), *more])
