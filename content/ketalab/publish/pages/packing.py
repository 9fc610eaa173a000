"""Large texts of a page, made small: `frontend/host.js` unpacks them."""

from __future__ import annotations

import base64
import zlib

# Characters from which packing pays for the time that a browser takes to unpack.
PACKED_FROM = 50_000


def packed(text: str) -> str:
    """Return a text deflated (zlib's format) and written in base64."""
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode()
