"""The licence notices of what a page or a deck carries inside it, found in what is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import yaml

from ketalab.publish.pages.metadata import course
from ketalab.publish.pages.reveal import reveal_file
from ketalab.publish.project import PublishError
from ketalab.publish.widgets import Embedded

_HERE = Path(__file__).parent
_OURS = Path(__file__).resolve().parents[4] / "LICENSE"


@dataclass(frozen=True)
class Notice:
    """What is bundled, the name of its licence, and the licence's text as its makers wrote it."""

    what: str
    licence: str
    text: str


def notices(bundled: Sequence[str]) -> str:
    """Return the notices of bundled software as HTML, folded, in the order given.

    Args:
        bundled: names out of "ketalab", "vega", "pygments" and "reveal.js".

    Raises:
        PublishError: a name that is not known, or a licence that is not where it should be.
    """
    found = [notice for name in bundled for notice in _notices_of(name)]
    entries = "".join(
        f"<li><p><strong>{escape(notice.what)}</strong>: {escape(notice.licence)}</p>"
        f"<pre>{escape(notice.text.strip())}</pre></li>"
        for notice in found
    )
    return (
        '<details class="licences"><summary>Licences of what is inside this file</summary>'
        f"<ul>{entries}</ul></details>"
    )


def bundled_with(embedded: Embedded) -> tuple[str, ...]:
    """Return what a page bundles that embeds these widgets: Vega only where a chart is drawn."""
    charts = any("_runtime" in state for state in embedded.models.values())
    return ("ketalab", "vega", "pygments") if charts else ("ketalab", "pygments")


def vega_packages() -> tuple[tuple[Notice, tuple[str, ...]], ...]:
    """Return each notice of Vega's bundle with the packages ("vega-lite 6.4.1") that it is for."""
    groups = yaml.safe_load((_HERE / "vega_licences.yaml").read_text(encoding="utf-8"))
    return tuple(
        (
            Notice(", ".join(group["packages"]), group["licence"], group["text"]),
            tuple(group["packages"]),
        )
        for group in groups
    )


@cache
def _notices_of(name: str) -> tuple[Notice, ...]:
    known: Mapping[str, Callable[[], tuple[Notice, ...]]] = {
        "ketalab": _of_the_course,
        "vega": lambda: tuple(notice for notice, _ in vega_packages()),
        "pygments": lambda: (_of_distribution("Pygments", "style of the code"),),
        "reveal.js": _of_reveal,
    }
    if name not in known:
        raise PublishError(f"licences: nothing is known of {name!r}; there are {', '.join(known)}")
    return known[name]()


def _of_the_course() -> tuple[Notice, ...]:
    this = course()
    try:
        text = _OURS.read_text(encoding="utf-8")
    except OSError as error:
        raise PublishError(f"LICENSE: the course's own licence cannot be read: {error}") from error
    return (Notice(this.name, " and ".join(this.licences), text),)


def _of_reveal() -> tuple[Notice, ...]:
    text = reveal_file("LICENSE")
    # The licence's second paragraph is that of MIT; the file does not name itself.
    return (Notice("reveal.js", "as follows", text),)


def _of_distribution(name: str, part: str) -> Notice:
    """The licence files of an installed package; its metadata's word where it has none."""
    try:
        found = distribution(name)
    except PackageNotFoundError as error:
        raise PublishError(f"{name} is not installed: pip install -e '.[publish]'") from error
    fields = [name for name in ("License-Expression", "License") if name in found.metadata]
    declared = next((found.metadata[name] for name in fields if found.metadata[name]), "")
    texts = [
        file.read_text(encoding="utf-8")
        for file in sorted(found.files or (), key=str)
        if file.parent.name == "licenses" and file.name.upper().startswith("LICEN")
    ]
    text = "\n\n".join(texts) or "The package does not carry the text of its licence."
    return Notice(f"{name} {found.version} ({part})", declared or "as follows", text)
