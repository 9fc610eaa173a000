"""Page and deck: one file each, no request, every widget once."""

from __future__ import annotations

import base64
import copy
import json
import re
import zlib
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ketalab.frontend.runtime import vega_module
from ketalab.publish.leaks import refuse_leaks, secrets_of
from ketalab.publish.pages.deck import DeckExporter
from ketalab.publish.pages.exporters import PageExporter
from ketalab.publish.pages.packing import PACKED_FROM, packed
from ketalab.publish.pages.policy import csp_hash
from ketalab.publish.project import PublishError
from ketalab.publish.widgets import WIDGET_STATE, WIDGET_VIEW, EmbedWidgets, json_for_script

KINDS = {"page": PageExporter, "deck": DeckExporter}


class Document(HTMLParser):
    """Elements with their attributes and, for raw elements, their text, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict, list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, _tag):
        self.elements.append(("", {}, []))  # text after it belongs to no element

    def handle_data(self, data):
        if self.elements:
            self.elements[-1][2].append(data)

    def all(self, tag: str) -> list[tuple[dict, str]]:
        return [(a, "".join(text)) for name, a, text in self.elements if name == tag]

    def json(self, name: str):
        ((attributes, text),) = [(a, t) for a, t in self.all("script") if a.get("id") == name]
        if attributes.get("data-packed") == "deflate":
            text = zlib.decompress(base64.b64decode(text, validate=True)).decode()
        return json.loads(text)


@pytest.fixture(scope="module")
def bodies(students) -> dict[str, str]:
    return {name: kind().from_notebook_node(students)[0] for name, kind in KINDS.items()}


@pytest.fixture(scope="module")
def documents(bodies) -> dict[str, Document]:
    return {name: Document(text) for name, text in bodies.items()}


# Types of scripts that a browser does not run.
DATA = ("application/json", "application/ld+json", "text/plain")
# What stands beside a page, with tests of its own.
COURSE = ("index.html", "glossary.html", "bibliography.html", "evidence.html")
both = pytest.mark.parametrize("kind", KINDS)


@both
def test_language_title_and_description(documents, kind, students):
    document = documents[kind]
    assert document.all("html")[0][0]["lang"] == "en-GB"
    ((_, title),) = document.all("title")
    slides = " · slides" if kind == "deck" else ""
    assert title == f"{students.metadata['title']}{slides} · Ketamine for Chronic Pain"
    metas = {
        a.get("name") or a.get("http-equiv"): a.get("content") for a, _ in document.all("meta")
    }
    assert metas["description"] == students.metadata["ketalab"]["summary"]
    assert "width=device-width" in metas["viewport"]


@both
def test_the_policy_forbids_every_request_and_allows_just_these_scripts(documents, kind):
    document = documents[kind]
    (policy,) = (a["content"] for a, _ in document.all("meta") if "http-equiv" in a)
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == "data:"
    allowed = set(directives["script-src"].split())
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "'self'"} & allowed
    assert "connect-src" not in directives
    running = [text for a, text in document.all("script") if a["type"] not in DATA]
    assert running
    assert {csp_hash(text) for text in running} <= allowed
    for attributes, _ in document.all("script"):
        assert attributes["type"] in (*DATA, "module", "text/javascript")
    position = [tag for tag, a, _ in document.elements if tag == "script" or "http-equiv" in a]
    assert position[0] == "meta"


@both
def test_nothing_is_fetched(documents, kind):
    for tag, attributes, text in documents[kind].elements:
        for name in ("src", "srcset", "data", "poster", "background"):
            assert not attributes.get(name, "").lower().startswith(("http", "//")), (
                tag,
                attributes,
            )
        if tag != "a":
            assert "href" not in attributes, (tag, attributes)
        assert tag not in ("link", "iframe", "object", "embed", "base"), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        style = "".join(text) if tag == "style" else attributes.get("style") or ""
        assert "@import" not in style
        assert not re.search(r"url\(\s*['\"]?(?!data:)", style), style[:200]


@both
def test_links_go_to_places_that_exist(documents, kind):
    document = documents[kind]
    ids = [a["id"] for _, a, _ in document.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for attributes, _ in document.all("a"):
        target = attributes.get("href", "")
        if target.startswith("#") and kind == "page":
            assert target[1:] in ids, target
        elif not target.startswith(("#", "?")) and target:
            if target.split("#")[0] in COURSE:
                continue
            assert target.startswith(("https://", "http://")), target


@both
def test_every_displayed_widget_has_its_state(documents, kind, students):
    document = documents[kind]
    models = document.json("widget-models")
    places = [a["data-model"] for a, _ in document.all("div") if "data-model" in a]
    assert places
    assert set(places) <= set(models)
    if kind == "page":
        shown = [
            output
            for cell in students.cells
            for output in cell.get("outputs", [])
            if WIDGET_VIEW in output.get("data", {})
        ]
        assert len(places) == len(shown)
    for state in models.values():
        for value in state.values():
            if isinstance(value, dict) and "$shared" in value:
                document.json(f"shared-{value['$shared']}")


@both
def test_large_values_are_stored_once(bodies, documents, kind):
    source = packed(json_for_script(vega_module()))
    assert bodies[kind].count(source) == 1
    document = documents[kind]
    explorers = [s for s in document.json("widget-models").values() if "_runtime" in s]
    kinds = {"SideEffectExplorer", "InteractionExplorer", "SuitabilityExplorer"}
    assert len({s["_runtime"] for s in explorers}) == 1
    assert len({json.dumps(s["_spec"]) for s in explorers}) == len(kinds)
    assert len(explorers) >= len(kinds)
    shared = [text for a, text in document.all("script") if a.get("id", "").startswith("shared-")]
    assert len(set(shared)) == len(shared)


@both
def test_a_file_weighs_at_most_two_megabytes(bodies, kind):
    assert len(bodies[kind].encode()) <= 2_000_000


def test_what_is_packed_is_searched_for_solutions_too(students):
    secret = "the remark that only instructors may read, in so many words, and no student"
    hidden = new_markdown_cell(secret, metadata={"tags": ["instructor"]})
    lesson = new_notebook(cells=[new_markdown_cell("# Hi"), hidden], metadata={"title": "Hi"})
    notebook = copy.deepcopy(students)
    states = notebook.metadata["widgets"][WIDGET_STATE]["state"]
    state = next(s["state"] for s in states.values() if "_runtime" in s["state"])
    state["_spec"] = {**state["_spec"], "more": f"{secret} {'x' * PACKED_FROM}"}
    body, _ = PageExporter().from_notebook_node(notebook)
    assert "only instructors may read" not in body
    with pytest.raises(PublishError, match="instructors alone"):
        refuse_leaks(secrets_of(lesson), "page.html", body.encode())


@both
def test_the_text_form_waits_where_the_widget_will_be(documents, kind):
    waiting = [text for a, text in documents[kind].all("pre") if a.get("class") == "waiting"]
    assert any(text.startswith("SideEffectExplorer(population='depression'") for text in waiting)


def renamed(notebook):
    """The same notebook as another kernel would have left it: other model ids, another order."""
    text = json.dumps(notebook)
    states = notebook.metadata["widgets"][WIDGET_STATE]["state"]
    for place, name in enumerate(sorted(states)):
        text = text.replace(name, f"{place:032x}"[::-1])
    other = json.loads(text)
    found = other["metadata"]["widgets"][WIDGET_STATE]
    found["state"] = dict(reversed(found["state"].items()))
    from nbformat import from_dict

    return from_dict(other)


@both
def test_the_same_lesson_gives_the_same_bytes(students, bodies, kind):
    before = copy.deepcopy(students)
    other = renamed(students)
    assert json.dumps(other) != json.dumps(students)
    assert KINDS[kind]().from_notebook_node(other)[0] == bodies[kind]
    assert students == before


# --- Hostile content -----------------------------------------------------------------------------

HOSTILE = (
    "</script><script>alert(1)</script><!-- <script> ]]> \u2028 \u2029 & \" ' {{ 7*7 }} {% x %}"
)


@pytest.mark.parametrize("value", [HOSTILE, {HOSTILE: [HOSTILE]}, [HOSTILE, None, 1.5, True]])
def test_json_for_a_script_has_nothing_that_could_end_it(value):
    text = json_for_script(value)
    assert "<" not in text
    assert "\u2028" not in text
    assert "\u2029" not in text
    assert json.loads(text) == value


def hostile_lesson():
    view = {"model_id": "m1", "version_major": 2, "version_minor": 0}
    cell = new_code_cell(
        "'</script>'",
        metadata={"tags": ["slide"]},
        outputs=[
            new_output("display_data", {WIDGET_VIEW: view, "text/plain": HOSTILE}),
            new_output("stream", name="stdout", text=HOSTILE),
            new_output("execute_result", {"text/plain": HOSTILE}, execution_count=1),
        ],
    )
    state = {
        "m1": {
            "model_module": "anywidget",
            "state": {
                "_esm": "export default {};",
                "short": HOSTILE,
                "long": HOSTILE * 50,
                "child": "anywidget:m2",
                "foreign": "anywidget:m3",
                "_view_name": "AnyView",
                "layout": "IPY_MODEL_m3",
            },
        },
        "m2": {"model_module": "anywidget", "state": {"long": HOSTILE * 50}},
        "m3": {"model_module": "@jupyter-widgets/base", "state": {"width": HOSTILE}},
    }
    metadata = {
        "title": HOSTILE,
        "ketalab": {"summary": HOSTILE},
        "widgets": {WIDGET_STATE: {"state": state}},
    }
    return new_notebook(cells=[new_markdown_cell("# Hi"), cell], metadata=metadata)


@both
def test_hostile_texts_stay_texts(kind):
    body, _ = KINDS[kind]().from_notebook_node(hostile_lesson())
    document = Document(body)
    assert not any(
        "alert(1)" in text for a, text in document.all("script") if a["type"] not in DATA
    )
    assert all("type" in a for a, _ in document.all("script"))
    ((_, title),) = document.all("title")
    assert title.startswith(HOSTILE)
    (summary,) = (a["content"] for a, _ in document.all("meta") if a.get("name") == "description")
    assert summary == HOSTILE
    models = document.json("widget-models")
    assert models["model-1"] == {
        "_esm": "export default {};",
        "child": "anywidget:model-2",
        "long": models["model-2"]["long"],
        "short": HOSTILE,
    }
    assert document.json(f"shared-{models['model-1']['long']['$shared']}") == HOSTILE * 50
    printed = [text for a, text in document.all("pre") if a.get("class") in ("printed", "waiting")]
    assert printed == [HOSTILE] * 3


def test_a_widget_that_is_not_ours_keeps_its_text_form():
    view = {"model_id": "m3", "version_major": 2, "version_minor": 0}
    lesson = hostile_lesson()
    lesson.cells[1].outputs = [
        new_output("display_data", {WIDGET_VIEW: view, "text/plain": "IntSlider(value=3)"})
    ]
    document = Document(PageExporter().from_notebook_node(lesson)[0])
    assert document.json("widget-models") == {}
    assert "IntSlider(value=3)" in [text for _, text in document.all("pre")]
    assert not any("data-model" in a for _, a, _ in document.elements)


def test_of_a_box_every_explorer_is_drawn_and_anything_else_is_not():
    states = {
        "box": {
            "model_module": "@jupyter-widgets/controls",
            "state": {"children": ["IPY_MODEL_slider", "IPY_MODEL_first", "IPY_MODEL_inner"]},
        },
        "inner": {
            "model_module": "@jupyter-widgets/controls",
            "state": {"children": ["IPY_MODEL_second"]},
        },
        "slider": {"model_module": "@jupyter-widgets/controls", "state": {"value": 3}},
        "first": {"model_module": "anywidget", "state": {"leaf": "green"}},
        "second": {"model_module": "anywidget", "state": {"leaf": "black"}},
    }
    view = {WIDGET_VIEW: {"model_id": "box"}, "text/plain": "VBox(...)"}
    cell = new_code_cell(outputs=[new_output("display_data", view)])
    notebook = new_notebook(cells=[cell], metadata={"widgets": {WIDGET_STATE: {"state": states}}})
    resources: dict = {}
    made, resources = EmbedWidgets().preprocess(notebook, resources)
    assert made.cells[0].outputs[0].metadata["ketalab"] == {"models": ["model-1", "model-2"]}
    leaves = [state["leaf"] for state in resources["ketalab"].models.values()]
    assert leaves == ["green", "black"]
