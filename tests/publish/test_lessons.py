"""A lesson becomes a notebook, or one message that names file and line."""

from __future__ import annotations

import nbformat
import pytest

from ketalab.publish.lessons import ROOMS, read_lesson, write_notebook
from ketalab.publish.project import PublishError
from tests.publish.conftest import FRONT, code, lesson_text, remark

ORDER = f"The rooms are, in this order: {'; '.join(ROOMS)}"


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def refusal(path) -> str:
    with pytest.raises(PublishError) as caught:
        read_lesson(path)
    return str(caught.value)


def test_a_sound_lesson_is_a_notebook(write):
    notebook = read_lesson(write(lesson_text(explore=code("1 + 1"))))
    nbformat.validate(notebook)
    assert notebook.metadata["title"] == "A small lesson"
    assert [cell.cell_type for cell in notebook.cells].count("code") == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("See {citation}`winstock2012`.", "unknown role {citation}; there are fact, cite"),
        ("See {Cite}`winstock2012`.", "unknown role {Cite}; there are fact, cite"),
        (
            "See {cite}`winstok2012`.",
            "cite: no source 'winstok2012' in references.yaml; did you mean 'winstock2012'",
        ),
        (
            "It was {fact}`side_effects/spravato_trd__01:tretment`.",
            "side_effects/spravato_trd__01:tretment: no field 'tretment'; did you mean 'treatment'",
        ),
        (
            "It was {fact}`side_effects/spravato_trd_01:treatment`.",
            "side_effects/spravato_trd_01:treatment: no record 'spravato_trd_01'; did you mean "
            "'spravato_trd__01'",
        ),
        (
            "It was {fact}`side_efects/spravato_trd__01:treatment`.",
            "side_efects/spravato_trd__01:treatment: no table 'side_efects'; did you mean "
            "'side_effects'",
        ),
        (
            "It was {fact}`spravato_trd__01`.",
            "spravato_trd__01: expected a key of the form table/record:field",
        ),
        (
            "It was {fact}`side_effects/spravato_trd__04:number_needed_to_harm`.",
            "side_effects/spravato_trd__04:number_needed_to_harm: no number needed to harm, "
            "because the interval of the risk difference includes zero",
        ),
    ],
)
def test_a_role_that_names_nothing(write, body, message):
    text = lesson_text(explain=f"One line.\n\n{body}\n")
    path = write(text)
    assert refusal(path).startswith(f"09-small.md:{line_of(text, body)}: {message}")


def test_the_line_is_right_where_the_same_words_stand_before(write):
    words = "{cote}`x`"
    text = lesson_text(explore=code(f"'{words}'"), explain=f"Well.\n\n+++\n\n{words}")
    line = text[: text.rindex(words)].count("\n") + 1
    assert refusal(write(text)).startswith(f"09-small.md:{line}: unknown role")


@pytest.mark.parametrize(
    ("function", "hint"),
    [("question", "04-speed"), ("predict", "04-headache"), ("check", "04-read-row")],
)
def test_an_unknown_id_of_the_bank(write, function, hint):
    line = f'{function}("{hint}s")'
    text = lesson_text(check=code(f"x = 1\n{line}"))
    assert refusal(write(text)).startswith(
        f"09-small.md:{line_of(text, line)}: the question bank has no '{hint}s'; "
        f"did you mean '{hint}'"
    )


@pytest.mark.parametrize("key", ["number", "title", "minutes", "summary"])
def test_missing_front_matter(write, key):
    front = "\n".join(line for line in FRONT.splitlines() if not line.startswith(f"  {key}:"))
    path = write(lesson_text(front=f"{front}\n"))
    assert refusal(path) == f"09-small.md:1: front matter lacks ketalab.{key}"


@pytest.mark.parametrize(
    "front", ["", "---\nketalab: 3\n---\n", "---\nketalab: [number, title]\n---\n"]
)
def test_front_matter_without_a_place_for_the_keys(write, front):
    assert refusal(write(lesson_text(front=front))) == (
        "09-small.md:1: front matter lacks ketalab.number, ketalab.title, ketalab.minutes, "
        "ketalab.summary"
    )


def test_broken_front_matter(write):
    text = lesson_text(front=FRONT.replace("number: 9", "number: [9"))
    line = line_of(text, "[9")
    assert refusal(write(text)) == (
        f"09-small.md:{line + 1}: front matter: expected YAML, got did not find expected ',' or "
        f"']' (within what begins on line {line})"
    )


def test_broken_tags_of_a_cell(write):
    text = lesson_text(explore=code("1", tags="slide").replace("[slide]", "[slide"))
    said = refusal(write(text))
    assert said.startswith("09-small.md: not a MyST notebook: Code cell")
    assert f"line {line_of(text, '```{code-cell}')}" in said


def test_rooms_out_of_order(write):
    rooms = list(ROOMS)
    rooms[2], rooms[3] = rooms[3], rooms[2]
    text = lesson_text(rooms=tuple(rooms))
    assert refusal(write(text)) == (
        f"09-small.md:{line_of(text, '## Explore')}: found the room 'Explore', expected 'Predict'. "
        f"{ORDER}"
    )


def test_a_room_too_many(write):
    text = lesson_text(take="Well.\n\n## Encore\n\nMore.")
    assert refusal(write(text)) == (
        f"09-small.md:{line_of(text, '## Encore')}: found the room 'Encore', expected 'Words'. "
        f"{ORDER}"
    )
    text = lesson_text(sources="The list.\n\n## Encore\n\nMore.")
    assert "found the room 'Encore', expected 'no other room'" in refusal(write(text))


def test_a_room_too_few(write):
    assert refusal(write(lesson_text(rooms=ROOMS[:-1]))) == (
        f"09-small.md: the room 'Sources' is missing. {ORDER}"
    )


def test_headings_in_notes_and_remarks_are_no_rooms(write):
    body = remark("## Say this", "notes") + remark("## Mind that", "instructor")
    read_lesson(write(lesson_text(explain=body)))


def test_a_lesson_without_a_slide(write):
    path = write(lesson_text().replace('["slide"]', '["on-slide"]'))
    assert refusal(path) == "09-small.md: no cell has the tag slide, so the deck would be empty"


def test_the_list_of_sources_has_a_cell_of_its_own(write):
    path = write(lesson_text(sources="The list." + code("1")))
    assert refusal(path) == (
        "09-small.md: the room Sources must be a cell of its own, the last one"
    )


def test_sources_are_listed_once_in_the_order_of_citation(write):
    text = lesson_text(
        explain="{cite}`winstock2012`, {fact}`side_effects/spravato_trd__01:treatment`, "
        "{cite}`winstock2012`",
        check=code('question("04-speed")'),
    )
    last = read_lesson(write(text)).cells[-1].source
    anchors = [line.split('"')[1] for line in last.splitlines() if line.startswith("- <a")]
    assert anchors == ["source-winstock2012", "source-spravato_uspi", "source-motov2017"]


def test_cell_ids_are_unique_and_the_same_every_time(lesson_path):
    first, second = (read_lesson(lesson_path) for _ in range(2))
    ids = [cell["id"] for cell in first.cells]
    assert len(set(ids)) == len(ids) > 50
    assert ids == [cell["id"] for cell in second.cells]
    assert write_notebook(first) == write_notebook(second)


def test_equal_cells_get_different_ids_that_do_not_depend_on_their_neighbours(write):
    twice = read_lesson(write(lesson_text(explore=code("1") + code("1"))))
    ids = [cell["id"] for cell in twice.cells if cell.cell_type == "code"]
    assert ids[1] == f"{ids[0]}-2"
    moved = read_lesson(write(lesson_text(explore="New." + code("2") + code("1"))))
    assert ids[0] in [cell["id"] for cell in moved.cells]


def test_no_role_is_left_in_the_lesson(lesson_path):
    notebook = read_lesson(lesson_path)
    for cell in notebook.cells:
        assert "{fact}" not in cell.source
        assert "{cite}" not in cell.source
        assert "](#source-" not in cell.source or cell.cell_type == "markdown"


def test_a_gallery_has_no_rooms(write):
    front = FRONT.replace("  number: 9\n", "  kind: gallery\n  number: 9\n")
    path = write(lesson_text(front, rooms=("Pictures",)))
    assert "Pictures" in read_lesson(path).cells[-1].source
