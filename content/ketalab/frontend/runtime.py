"""The Vega runtime: bundled out of vl-convert once, sent to a page once.

Every explorer needs Vega (0.9 MB of JavaScript). One widget for each kernel carries the source;
the explorers refer to it, and the front end keeps the first copy that a page loads.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import anywidget
import traitlets
import vl_convert
from platformdirs import user_cache_path

_SNIPPET = "export {vegaEmbed};"


@cache
def vega_module() -> str:
    """Vega, Vega-Lite and Vega-Embed as the source of one ES module that exports `vegaEmbed`.

    Bundling takes about a second, so the result is kept in the user's cache folder under the
    versions that it was made from. A cache that cannot be written is no error.
    """
    version = vl_convert.__version__  # type: ignore[attr-defined]  # not in its stub
    versions = f"{version}-{vl_convert.get_vega_version()}"
    cached = user_cache_path("ketalab") / f"vega-{versions}.mjs"
    try:
        return cached.read_text(encoding="utf-8")
    except OSError:
        source = vl_convert.javascript_bundle(_SNIPPET)
        _store(cached, source)
        return source


def _store(path: Path, text: str) -> None:
    """Write whole or not at all: another kernel may read the cache at the same moment."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        return


class VegaRuntime(anywidget.AnyWidget):
    """The one widget of a kernel that carries the Vega source; it is never displayed."""

    _esm = "export default {};"
    source = traitlets.Unicode(read_only=True).tag(sync=True)

    _shared: VegaRuntime | None = None

    @traitlets.default("source")
    def _bundle(self) -> str:
        return vega_module()

    @classmethod
    def shared(cls) -> VegaRuntime:
        """The kernel's runtime, made anew only if somebody closed it."""
        if cls._shared is None or cls._shared.comm is None:
            cls._shared = cls()
        return cls._shared
