"""Whatever stands in a file, a loader gives sound records or the one error that names the file."""

from __future__ import annotations

import datetime
import functools
import importlib
import json
import re
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import ketalab.evidence
from ketalab.activities.bank import Bank, BankError, load_bank
from ketalab.evidence.library import SOURCES
from ketalab.evidence.plain_data import PlainDataError, plain_data
from ketalab.evidence.readable_text import hidden_character
from ketalab.evidence.result import RESULT_KINDS
from ketalab.evidence.tables import EvidenceError, Record, load_kinds, load_table
from ketalab.publish.alt_text import alt_problems
from ketalab.publish.front_matter import front_matter
from ketalab.publish.glossary import load_glossary, word_in_prose
from ketalab.publish.lessons import read_lesson
from ketalab.publish.lint import Prose, typed_numbers
from ketalab.publish.notebook_form import form_problems
from ketalab.publish.plain_markdown import plain_markdown
from ketalab.publish.project import Project, PublishError
from ketalab.publish.review_seals import check_seals
from ketalab.publish.roles import Citations, resolve
from tests.activities.conftest import SMALL
from tests.bad_input.conftest import HERE
from tests.publish.conftest import GALLERY

TABLES = Path(ketalab.evidence.__file__).parent
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# A file is written for each example, which is slow to start with.
fuzz = functools.partial(
    settings, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**15, max_value=10**20),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["{fact}`a/b:c`", "{cite}`x`", "__01", "a__01", "\u202e", "=1+1", "~", "no"]),
    st.dates(min_value=datetime.date(1, 1, 1)),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in plain data that can be replaced."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, part in pairs:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


def replaced(content: Any, data: st.DataObject) -> Any:
    """Plain data with an arbitrary value in one of its places, or with a place left out."""
    content = deepcopy(content)
    *path, last = data.draw(st.sampled_from(list(places(content))))
    target = content
    for step in path:
        target = target[step]
    if data.draw(st.integers(0, 9)) == 0:
        del target[last]
    else:
        target[last] = data.draw(values)
    return content


def written(path: Path, content: object) -> Path:
    text = yaml.dump(content, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def outcome(kind: type[Exception], read: Callable[..., Any], *given: Any) -> tuple[Any, str]:
    """What was read, or what the error of this kind says; any other error is the test's."""
    try:
        return read(*given), ""
    except kind as error:
        return None, str(error)


def each_line_names(said: str, name: str) -> bool:
    return all(line.startswith(f"{name}: ") for line in said.splitlines() if line.strip())


@functools.cache
def raw(file: str) -> Any:
    return yaml.load((TABLES / file).read_text(encoding="utf-8"), LOADER)


# --- YAML ----------------------------------------------------------------------------------------

YAML = [
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "-",
    "?",
    "&",
    "*",
    "!",
    "|",
    ">",
    "%",
    "@",
    "`",
    '"',
    "'",
    "#",
    "=",
    "~",
    "<",
    "a",
    "1",
    "0x",
    "1:30",
    ".inf",
    "2026-13-45",
    "<<",
    "!!",
    "---",
    "...",
]
YAML += [" ", "\n", "\t", "a: ", "\n  ", "\n- ", "---\n", "&a ", "*a ", "\u202e", "\\u0000", "\x85"]
YAML += [
    f"!!{name} " for name in ("int", "float", "bool", "timestamp", "null", "str", "seq", "map")
]
pieces = st.sampled_from(YAML)


@fuzz(max_examples=200)
@given(st.lists(pieces, max_size=25).map("".join) | st.text(max_size=40))
@example("!!bool foo")
@example("!!timestamp foo")
@example("!!float foo")
@example("a: 2026-13-45")
@example("9" * 5000)
def test_text_is_plain_data_or_an_error_of_one_kind(text):
    content, _ = outcome(PlainDataError, plain_data, text)
    stack = [content]
    while stack:
        part = stack.pop()
        allowed = dict | list | str | int | float | bool | datetime.date | None
        assert isinstance(part, allowed)
        if isinstance(part, dict):
            stack += part.values()
        elif isinstance(part, list):
            stack += part


# --- Records -------------------------------------------------------------------------------------


@fuzz(max_examples=40)
@given(content=values)
@pytest.mark.parametrize("table", ["side_effects", "trials"])
def test_any_structure_is_a_table_or_an_error(tmp_path, table, content):
    source = SOURCES[table]
    keys = {source.key: content, **dict.fromkeys(source.other_keys)}
    path = written(tmp_path / source.file, keys)
    with pytest.raises(EvidenceError) as caught:
        load(table, path)
    assert each_line_names(str(caught.value), source.file)


def load(table: str, path: Path) -> Any:
    source = SOURCES[table]
    module = importlib.import_module(f"ketalab.evidence.{source.module}")
    return load_table(
        path,
        getattr(module, source.record_type),
        key=source.key,
        id_field=getattr(module, source.make_id) if source.make_id else source.id_field,
        other_keys=source.other_keys,
    )


@fuzz(max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("table", SOURCES)
def test_a_record_with_one_node_replaced(tmp_path, table, data):
    source = SOURCES[table]
    record = replaced(data.draw(st.sampled_from(raw(source.file)[source.key])), data)
    keys = {source.key: [record], **dict.fromkeys(source.other_keys)}
    path = written(tmp_path / source.file, keys)
    loaded, said = outcome(EvidenceError, load, table, path)
    assert each_line_names(said, source.file)
    for entry in (loaded or {}).values():
        assert isinstance(entry, Record)
        assert not any(map(hidden_character, texts_of(entry.model_dump())))


@fuzz(max_examples=60)
@given(data=st.data())
def test_a_result_with_one_node_replaced(tmp_path, data):
    results = raw("results.yaml")["results"]
    kind = data.draw(st.sampled_from(list(RESULT_KINDS)))
    record = replaced(next(r for r in results if r["kind"] == kind), data)
    path = written(tmp_path / "results.yaml", {"results": [record]})
    read = functools.partial(load_kinds, key="results", id_field="id")
    assert each_line_names(outcome(EvidenceError, read, path, RESULT_KINDS)[1], "results.yaml")


def texts_of(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for part in content.values():
            yield from texts_of(part)
    elif isinstance(content, list | tuple):
        for part in content:
            yield from texts_of(part)


# --- Questions, words, seals ---------------------------------------------------------------------


@fuzz(max_examples=60)
@given(data=st.data())
def test_a_bank_with_one_node_replaced(tmp_path, data):
    path = written(tmp_path / "99-small.yaml", replaced(SMALL, data))
    bank, said = outcome(BankError, load_bank, path)
    assert each_line_names(said, path.name)
    assert isinstance(bank, Bank) or said


@fuzz(max_examples=30)
@given(content=values)
def test_any_structure_is_a_bank_or_an_error(tmp_path, content):
    path = written(tmp_path / "99-small.yaml", content)
    with pytest.raises(BankError) as caught:
        load_bank(path)
    assert each_line_names(str(caught.value), path.name)


WORDS = {
    "words": [
        {"term": "Arm", "definition": "a group of a trial.", "see": ["Trial"], "lesson": "01-a"},
        {"term": "Trial", "definition": "a study that compares arms.", "lesson": "01-a"},
    ]
}


@fuzz(max_examples=60)
@given(data=st.data())
def test_a_glossary_with_one_node_replaced(tmp_path, data):
    path = written(tmp_path / "glossary.yaml", replaced(WORDS, data))
    assert each_line_names(outcome(EvidenceError, load_glossary, path)[1], path.name)


@fuzz(max_examples=40)
@given(content=values | st.fixed_dictionaries({"about": values, "seals": values}))
def test_any_seals_are_an_error(tmp_path, content):
    (tmp_path / "content").mkdir(exist_ok=True)
    seals = tmp_path / "content" / "reviewed.json"
    seals.write_text(json.dumps(content, default=str), encoding="utf-8")
    with pytest.raises((EvidenceError, PublishError)):
        check_seals(Project(tmp_path))


# --- Lessons -------------------------------------------------------------------------------------

WITH_ROLES = [
    "{fact}`",
    "{cite}`",
    "{word}`",
    "{fact}",
    "{x}`",
    "{set}",
    "`",
    "``",
    "```",
    "Arm",
    "<",
    ">",
    "a/b:c",
    ":",
    "/",
    ".",
    "[0]",
    "arms",
    "\\",
    "$",
    "é",
    "side_effects/spravato_trd__01:treatment",
    "winstock2012",
    "claims/9:verdict",
    "{",
    "}",
    "result.nadir",
    "results/ferraro2025__adverse_events",
    "trials/sigtermans2009:",
]
WITH_ROLES += ["\n", "\n\n", " ", "arms <Arm>", "\u202e"]
prose = st.lists(st.sampled_from(WITH_ROLES) | st.text(max_size=5), max_size=20).map("".join)


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    return load_glossary(written(tmp_path_factory.mktemp("words") / "glossary.yaml", WORDS))


@fuzz(max_examples=300)
@given(text=prose)
@example("{fact}`a`{cite}`b")
@example("`{fact}` or `{cite}`")
@example("{fact}`trials/sigtermans2009:[`")
def test_roles_are_resolved_or_refused_with_their_place(words, text):
    _, said = outcome(PublishError, resolve, text, Citations(), "here:{}".format, words)
    place = re.match(r"here:(\d+): ", said)
    assert not said or (place and text[int(place[1])] in "{`")


@fuzz(max_examples=100)
@given(text=prose)
def test_text_without_roles_stays_as_it_is(words, text):
    plain = re.sub(r"\{(?=[A-Za-z][\w-]*\}`)", "(", text)
    citations = Citations()
    assert resolve(plain, citations, str, words) == plain
    assert citations.keys == []


@fuzz(max_examples=80)
@given(data=st.data())
def test_a_lesson_with_a_piece_replaced(tmp_path, data):
    text = f'{GALLERY}\n+++ {{"tags": ["slide"]}}\n\n# A lesson\n\n```{{code-cell}}\n1\n```\n'
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    path = tmp_path / "09-small.md"
    broken = (
        text[:start] + data.draw(prose | st.lists(pieces, max_size=6).map("".join)) + text[end:]
    )
    path.write_text(broken, encoding="utf-8", errors="replace", newline="")
    for read in (front_matter, read_lesson):
        said = outcome(PublishError, read, path)[1]
        assert not said or said.startswith("09-small.md:")


@fuzz(max_examples=60)
@given(data=st.data())
def test_a_notebook_with_a_node_replaced(data):
    sound = json.loads((HERE / "sound_notebooks" / "as-built.ipynb").read_text(encoding="utf-8"))
    content = replaced(sound, data)
    assert all(map(str.strip, form_problems(json.dumps(content, default=str))))


# --- Long texts ----------------------------------------------------------------------------------

LONG = 40_000
UGLY = {
    "roles begun": "{fact}" * (LONG // 6),
    "role names": "{" + "a" * LONG,
    "backticks": "`" * LONG,
    "single backticks": "` `` " * (LONG // 5),
    "open brackets": "![" * (LONG // 2),
    "open tags": "<" * LONG,
    "images begun": "<img " * (LONG // 5),
    "spaces": " " * LONG,
    "digits": "1" * LONG,
    "numbers": "1," * (LONG // 2),
    "words": "a " * (LONG // 2),
    "one word": "a" * LONG,
    "lines": "\n" * LONG,
    "backslashes": "\\" * LONG,
    "stars": "*" * LONG,
}


def seconds(work, *given) -> float:
    start = time.process_time()
    work(*given)
    return time.process_time() - start


def resolving(text: str) -> None:
    outcome(PublishError, resolve, text, Citations(), str)


def linting(text: str) -> None:
    typed_numbers("x", [Prose(text, str)], ())


def explaining(text: str) -> None:
    with pytest.raises(LookupError):
        word_in_prose(text, {})


@pytest.mark.parametrize("text", UGLY.values(), ids=UGLY)
@pytest.mark.parametrize(
    "work",
    [
        resolving,
        plain_markdown,
        hidden_character,
        lambda t: list(alt_problems(t)),
        linting,
        explaining,
    ],
    ids=["roles", "plain_markdown", "hidden", "alt", "lint", "word"],
)
def test_long_texts_take_time_in_proportion(work, text):
    """Quadratic work on so many characters takes a thousand times what linear work takes.

    Time is that of this process alone, and the bound lies between the two by a factor of ten.
    """
    assert seconds(work, text) < 1.0
