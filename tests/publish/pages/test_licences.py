"""The notices of what is bundled: complete, in their makers' words, and only where they belong."""

from __future__ import annotations

import re
from importlib.metadata import files
from pathlib import Path

import pytest
import vl_convert
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.licences import bundled_with, notices, vega_packages
from ketalab.publish.project import PublishError
from ketalab.publish.widgets import Embedded

NAME = rb"((?:@[\w-]+/)?[\w.-]+@[\w.-]+)"


def packages_inside_vl_convert() -> set[str]:
    """Every package that Vega's bundle reaches, as vl-convert's own library names them."""
    (library,) = (
        path for path in files("vl-convert-python") if path.name.startswith("vl_convert.")
    )
    data = Path(library.locate()).read_bytes()
    starts = [
        (m.start(), m[1].decode())
        for m in re.finditer(rb"Original file: /npm/" + NAME + rb"/", data)
    ]
    needs = {}
    for start, name in starts:
        end = data.find(b"//# sourceMappingURL", start)
        found = re.findall(rb'(?:from|import)"/npm/' + NAME + rb'/\+esm"', data[start:end])
        needs[name] = {other.decode() for other in found}
    newest = max(
        (name for name in needs if name.startswith("vega-lite@")),
        key=lambda name: [int(part) for part in name.split("@")[1].split(".")],
    )
    waiting = [
        f"vega@{vl_convert.get_vega_version()}",
        f"vega-embed@{vl_convert.get_vega_embed_version()}",
        newest,
    ]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name.startswith("vega-lite@"):
            name = newest  # vl-convert puts it in the place of the one that vega-embed asks for
        if name not in reached:
            reached.add(name)
            waiting += needs[name]
    return {name.replace("@", " ") for name in reached}


def test_every_package_of_vega_has_its_notice():
    named = [package for _, packages in vega_packages() for package in packages]
    assert len(named) == len(set(named)) > 40
    assert set(named) == packages_inside_vl_convert()


def test_every_notice_names_a_licence_and_whose_it_is():
    for notice, packages in vega_packages():
        assert notice.licence in {"BSD-3-Clause", "ISC", "MIT", "Unlicense"}, packages
        words = "public domain" if notice.licence == "Unlicense" else "Copyright"
        assert words in notice.text, packages


def test_a_page_names_what_it_bundles_and_nothing_else(students):
    chart = PageExporter().from_notebook_node(students)[0]
    details = BeautifulSoup(chart, "html.parser").select_one("footer details.licences")
    text = details.get_text()
    assert details.summary.string == "Licences of what is inside this file"
    assert "vega-lite 6" in text
    assert "Regents of the University" in text or "University of Washington" in text
    assert "The ketalab authors" in text
    metadata = {"title": "Small", "ketalab": {"summary": "Small."}}
    plain = PageExporter().from_notebook_node(
        new_notebook(cells=[new_markdown_cell("# Small")], metadata=metadata)
    )[0]
    text = BeautifulSoup(plain, "html.parser").select_one("footer details.licences").get_text()
    assert "The ketalab authors" in text
    assert "vega" not in text


def test_the_texts_are_those_of_the_packages(repository):
    text = BeautifulSoup(notices(["ketalab", "reveal.js", "pygments"]), "html.parser").get_text()
    ours = (repository / "LICENSE").read_text(encoding="utf-8").strip()
    assert ours in text
    assert "Hakim El Hattab" in text
    (pygments,) = (path for path in files("Pygments") if path.name == "LICENSE")
    assert pygments.read_text().strip() in text


def test_bundled_follows_the_widgets():
    assert "vega" not in bundled_with(Embedded(models={"model-1": {"_esm": "x"}}))
    assert "vega" in bundled_with(Embedded(models={"model-1": {"_runtime": "anywidget:x"}}))


def test_an_unknown_name_is_refused():
    with pytest.raises(PublishError, match="nothing is known of 'leftpad'; there are ketalab"):
        notices(["leftpad"])
