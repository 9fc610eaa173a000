"""The picture without a browser."""

from __future__ import annotations

import struct

import pytest

from ketalab.explorers import SideEffectExplorer
from ketalab.frontend.still import still


def of(effect: str, picture: str) -> bytes:
    explorer = SideEffectExplorer(effect=effect)
    setting = dict(zip(explorer.control_names(), explorer.setting(), strict=True))
    return still(explorer.specification(), setting, picture)


def test_it_is_a_png_as_large_as_its_chart():
    png = of("Dissociation", "people")
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert width > 500
    assert height > 300


def test_it_follows_the_setting():
    assert of("Dissociation", "people") == of("Dissociation", "people")
    assert of("Dissociation", "people") != of("Headache", "people")


def test_an_unknown_picture_is_refused():
    with pytest.raises(KeyError, match="clouds"):
        of("Headache", "clouds")
