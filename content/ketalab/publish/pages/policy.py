"""The Content-Security-Policy of what is exported: these scripts run, and nothing is requested."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable


def content_policy(scripts: Iterable[str], **more: str) -> str:
    """A policy that allows these inline scripts and no request whatsoever.

    `more` adds directives, as `frame_src="..."`. Charts set style attributes and modules are
    imported from blobs, hence the two exceptions.
    """
    directives = {
        "default-src": "'none'",
        "script-src": " ".join(["blob:", *map(csp_hash, scripts)]),
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    directives |= {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def csp_hash(script: str) -> str:
    """The source expression for one inline script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
