"""The picture without a browser."""

from __future__ import annotations

import struct

import pytest

from ketalab.explorers import InteractionExplorer, SideEffectExplorer
from ketalab.frontend.still import still, still_svg


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


def test_as_svg_it_has_the_width_of_its_place_and_its_words_as_text():
    explorer = SideEffectExplorer(effect="Dissociation")
    setting = dict(zip(explorer.control_names(), explorer.setting(), strict=True))
    for width in (300, 400):
        svg = still_svg(explorer.specification(), setting, "ranking", width)
        assert f'width="{width}"' in svg.partition(">")[0]
        assert ">Dissociation</text>" in svg


def test_as_svg_it_is_the_same_whatever_was_drawn_before():
    explorer = InteractionExplorer()
    setting = dict(zip(explorer.control_names(), explorer.setting(), strict=True))
    first, second = (still_svg(explorer.specification(), setting, "curve", 300) for _ in range(2))
    assert "url(#" in first  # Vega names clips by a count that runs on
    assert first == second
