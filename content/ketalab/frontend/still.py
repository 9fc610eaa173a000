"""The picture of an explorer at one setting as a PNG, made without a browser.

It stands where nothing is alive: a notebook that is only previewed. The same flow and the same
charts are drawn by the same Vega, out of vl-convert.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import vl_convert

Json = dict[str, Any]
_SCALE = 1.5  # sharp enough on a screen, and light enough to be committed


def still(specification: Json, setting: Mapping[str, Any], picture: str) -> bytes:
    """Return one picture of an explorer as PNG.

    Args:
        specification: what `Explorer.specification()` gives.
        setting: a value for each control.
        picture: the name of the picture.

    Raises:
        KeyError: the explorer has no picture of that name.
        ValueError: Vega cannot draw it.
    """
    charts = {entry["name"]: entry["chart"] for entry in specification["pictures"]}
    chart = charts[picture]
    vega = vl_convert.vegalite_to_vega(chart)
    fed = {data["name"] for data in specification["flow"]}
    # The chart's empty places for data give way to the flow, which comes first.
    vega["data"] = specification["flow"] + [d for d in vega["data"] if d["name"] not in fed]
    controls = [{"name": name, "value": value} for name, value in setting.items()]
    vega["signals"] = controls + vega.get("signals", [])
    vega["background"] = "white"
    vega["padding"] = 12
    return vl_convert.vega_to_png(vega, scale=_SCALE)
