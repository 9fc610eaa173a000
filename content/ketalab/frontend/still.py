"""The picture of an explorer at one setting as PNG or SVG, made without a browser.

It stands where nothing is alive: in a notebook that is only previewed, and on paper. The same flow
and the same charts are drawn by the same Vega, out of vl-convert.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import vl_convert

Json = dict[str, Any]
_ID = re.compile(r'\bid="((?:clip|gradient_)\d+)"')
_USE = re.compile(r'(?<=id=")(?:clip|gradient_)\d+(?=")|(?<=url\(#)(?:clip|gradient_)\d+(?=\))')
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
    return vl_convert.vega_to_png(vega(specification, setting, picture), scale=_SCALE)


def still_svg(
    specification: Json, setting: Mapping[str, Any], picture: str, width: int | None = None
) -> str:
    """Return one picture of an explorer as SVG, with its text as text.

    The first arguments and the errors are those of `still`. `width` is that of the whole picture in
    CSS pixels, as the front end gives it the width of its place; None leaves the chart its own.
    """
    drawing = vega(specification, setting, picture)
    drawing["padding"] = 4  # a page has margins of its own
    if width is not None:
        # As in the front end: axes and labels too stand within the width.
        drawing["autosize"] = {"type": "fit-x", "contains": "padding"}
        drawing["width"] = width
    return _named_by_place(vl_convert.vega_to_svg(drawing))


def _named_by_place(svg: str) -> str:
    """The SVG with its own names for clips and gradients: Vega counts those of the process."""
    names = {name: f"part{place}" for place, name in enumerate(dict.fromkeys(_ID.findall(svg)))}
    return _USE.sub(lambda match: names.get(match[0], match[0]), svg)


def vega(specification: Json, setting: Mapping[str, Any], picture: str) -> Json:
    """One picture at one setting as a Vega specification with all its data.

    Arguments and errors are those of `still`.
    """
    charts = {entry["name"]: entry["chart"] for entry in specification["pictures"]}
    chart = charts[picture]
    drawing = vl_convert.vegalite_to_vega(chart)
    fed = {data["name"] for data in specification["flow"]}
    # The chart's empty places for data give way to the flow, which comes first.
    drawing["data"] = specification["flow"] + [d for d in drawing["data"] if d["name"] not in fed]
    controls = [{"name": name, "value": value} for name, value in setting.items()]
    drawing["signals"] = controls + drawing.get("signals", [])
    drawing["background"] = "white"
    drawing["padding"] = 12
    return drawing
