"""Printing: the same bytes each time, and a clear word where the browser fails."""

from __future__ import annotations

import sys

import pytest

from ketalab.publish.browser import CHROMIUM
from ketalab.publish.handouts import pdf
from ketalab.publish.handouts.pdf import print_pdf
from ketalab.publish.handouts.sheet import sheet
from ketalab.publish.project import PublishError
from tests.publish.handouts.conftest import Pdf

TABLE = (
    '<h1>A title</h1><p><a href="https://example.org/a">a page</a> '
    '<a href="https://example.org/b?c=1&amp;d">another</a></p><table><thead><tr>'
    '<th scope="col">One</th><th scope="col">Two</th></tr></thead><tbody><tr>'
    '<th scope="row">1</th><td>2</td></tr></tbody></table>'
)
HTML = sheet("A sheet", TABLE, 'Foot "quoted" \\ </style><b>')

script_only = pytest.mark.skipif(sys.platform == "win32", reason="made-up programs are scripts")


def browser(tmp_path, monkeypatch, lines):
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec echo v132.0\n{lines}\n')
    program.chmod(0o755)
    monkeypatch.setenv(CHROMIUM.variable, str(program))


def test_two_prints_are_the_same_bytes_without_dates():
    first = print_pdf(HTML, "Ein Blatt")
    assert print_pdf(HTML, "Ein Blatt") == first
    assert dict(Pdf(first).reader.metadata) == {"/Title": "Ein Blatt"}
    assert b"CreateDate" not in first
    assert print_pdf(HTML.replace("<td>2", "<td>3"), "Ein Blatt") != first


def test_cells_know_their_headers_and_links_their_text():
    printed = Pdf(print_pdf(HTML, "Ein Blatt"))
    ids = {bytes(e["/ID"].original_bytes) for e in printed.all("/TH") if "/ID" in e}
    headers = {
        bytes(header.original_bytes)
        for cell in printed.all("/TD")
        for attribute in cell["/A"]
        for header in attribute.get("/Headers", [])
    }
    assert headers
    assert headers <= ids
    listed = printed.root["/StructTreeRoot"]["/IDTree"]["/Names"]
    assert [bytes(name.original_bytes) for name in listed[::2]] == sorted(ids)
    assert [str(link["/Contents"]) for link in printed.links] == ["a page", "another"]


def test_the_foot_of_a_page_is_text_whatever_stands_in_it():
    assert 'Foot "quoted" \\ </style><b>' in Pdf(print_pdf(HTML, "Ein Blatt")).text


@script_only
def test_without_a_browser_one_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv(CHROMIUM.variable, str(tmp_path / "nowhere"))
    with pytest.raises(PublishError, match=f"{CHROMIUM.variable} is set to .*nowhere"):
        print_pdf(HTML, "Ein Blatt")


@script_only
def test_a_browser_that_fails_is_quoted(monkeypatch, tmp_path):
    browser(tmp_path, monkeypatch, "echo the disk is full >&2; exit 3")
    with pytest.raises(PublishError, match=r"printed no PDF.*\n.*the disk is full"):
        print_pdf(HTML, "Ein Blatt")


@script_only
def test_a_browser_that_hangs_is_stopped(monkeypatch, tmp_path):
    browser(tmp_path, monkeypatch, "exec sleep 60")
    monkeypatch.setattr(pdf, "_SECONDS", 0.5)
    with pytest.raises(PublishError, match="did not print a PDF within"):
        print_pdf(HTML, "Ein Blatt")


@script_only
def test_a_pdf_without_tags_is_refused(monkeypatch, tmp_path):
    import pikepdf

    untagged = pikepdf.new()
    untagged.add_blank_page()
    untagged.save(tmp_path / "untagged.pdf")
    printed = "case $o in --print-to-pdf=*)"
    copied = f"cp '{tmp_path}/untagged.pdf' ${{o#*=}};; esac"
    browser(tmp_path, monkeypatch, f"for o; do {printed} {copied}; done")
    with pytest.raises(PublishError, match="without tags"):
        print_pdf(HTML, "Ein Blatt")
