"""reveal.js, read out of the pinned package that brings it."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ketalab.publish.project import PublishError


@cache
def _folder() -> Path:
    spec = find_spec("sphinx_revealjs")
    if spec is None or spec.origin is None:
        raise PublishError(
            "slides need reveal.js, which comes with sphinx-revealjs: pip install -e '.[publish]'"
        )
    return Path(spec.origin).parent / "_static" / "revealjs"


def reveal_file(name: str) -> str:
    """A file of the reveal.js distribution, such as `dist/reveal.esm.js`, as text.

    Raises:
        PublishError: the package is not installed; the message says how to install it.
    """
    return (_folder() / name).read_text(encoding="utf-8")


def speaker_scripts() -> list[str]:
    """The scripts that reveal's speaker window carries inline."""
    page = reveal_file("plugin/notes/speaker-view.html")
    return re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
