"""A fact whose section speaks of something else is named; the course's own lessons are in order."""

from __future__ import annotations

import pytest

from ketalab.publish.course_checks import check_course
from ketalab.publish.finding_checks import finding_problems
from ketalab.publish.lesson_sections import lesson_sections
from ketalab.publish.project import Project, PublishError
from tests.publish.conftest import GALLERY, lesson_text, remark

HARDY = "{fact}`results/hardy2012__responders`"


def explained(text: str) -> str:
    return lesson_text(explain=f"### Here\n\n{text}")


def test_the_lessons_of_the_course_name_what_their_facts_are_about(repository):
    assert [p for path in Project(repository).lesson_files() for p in finding_problems(path)] == []


SOUND = {
    "the illness": f"In cancer pain: {HARDY}.",
    "the people": "In depression, with esketamine, dissociation: "
    "{fact}`side_effects/spravato_trd__01:treatment`.",
    "no control group": "In cancer pain, without a control group: "
    "{fact}`results/jackson2010burst__response`.",
    "a grade in another cell": "In depression {fact}`results/dean2021__response`, of very low "
    "certainty.\n\n+++\n\nBeside it: certainty not graded.",
    "a list in a list": "- one:\n  - two",
    "symbols": "It is $ U = ( c / V ) $ here, and `f(a , b)`.",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_words_that_fit_are_let_pass(write, text):
    assert finding_problems(write(explained(text))) == []


WRONG = {
    "another illness": (
        f"In fibromyalgia pain: {HARDY}.",
        "'results/hardy2012__responders' is about cancer pain, which the section does not name",
    ),
    "other people": (
        "In cancer pain, with esketamine, dissociation: "
        "{fact}`side_effects/spravato_trd__01:treatment`.",
        "'side_effects/spravato_trd__01:treatment' is about people: depression, which the section "
        "does not name",
    ),
    "another effect": (
        "In depression, with esketamine, headache: "
        "{fact}`side_effects/spravato_trd__01:treatment`.",
        "'side_effects/spravato_trd__01:treatment' is about Dissociation, which the section does "
        "not name",
    ),
    "another form": (
        "In fibromyalgia, with ketamine, pain: {fact}`results/noppers2011fm__min15`.",
        "'results/noppers2011fm__min15' is about S-ketamine or esketamine, which the section does "
        "not name",
    ),
    "another outcome": (
        "In depression, with opioids: {fact}`results/hartland2023__days_7_14`.",
        "'results/hartland2023__days_7_14' is about the outcome 'anxiety', which the section does "
        "not name",
    ),
    "another claim": (
        "Of the weather: {fact}`claims/8:verdict`.",
        "'claims/8:verdict' is about the claim",
    ),
    "another medicine": (
        "Less exposure with grapefruit, S-ketamine: "
        "{fact}`interactions/itraconazole_oral_s_ketamine:auc_change`.",
        "'interactions/itraconazole_oral_s_ketamine:auc_change' is about Itraconazole, which the "
        "section does not name",
    ),
    "no word on the control group": (
        "In cancer pain: {fact}`results/jackson2010burst__response`.",
        "'results/jackson2010burst__response' has no control group, which the section does not say",
    ),
    "a grade denied": (
        "In depression {fact}`results/dean2021__response`. Certainty not graded.",
        "'results/dean2021__response' has a certainty, and the words beside it are 'certainty not "
        "graded'",
    ),
    "a bullet without its fact": (
        "- no control group:\n- another one\n",
        "something is missing at '- no control group:'",
    ),
    "a sentence without its fact": (
        "It was shown in of. And on.",
        "something is missing at 'It was shown in of.'",
    ),
    "a gap": ("They had  at the end.", "something is missing at 'They had  a'"),
    "empty brackets": ("They had it ( ).", "something is missing at 'They had it ( )"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_words_that_do_not_fit_are_named(write, text, message):
    problems = finding_problems(write(explained(text)))
    assert any(p.startswith(f"09-small.md: section 'Here': {message}") for p in problems), problems


def test_an_exercise_may_lean_on_what_was_explained(write):
    assert finding_problems(write(lesson_text(exercises=f"Of {HARDY} again."))) == []


def test_a_gallery_is_not_asked(write):
    assert finding_problems(write(lesson_text(GALLERY, explain=f"In fibromyalgia: {HARDY}."))) == []


def test_remarks_do_not_name_it_for_the_student(write):
    text = explained(f"In pain: {HARDY}." + remark("In cancer pain, that is.", "notes"))
    assert len(finding_problems(write(text))) == 1


def test_sections_go_by_headings_and_know_their_room(write):
    found = lesson_sections(write(explained(f"One {HARDY}.\n\n### There\n\nTwo.")))
    place = {section.title: section for section in found}
    assert (place["Here"].room, place["There"].room) == ("Explain", "Explain")
    assert place["Here"].roles == (("fact", "results/hardy2012__responders"),)
    assert "hardy" not in place["Here"].prose
    assert place["There"].text.strip() == "### There\n\nTwo."


def test_a_build_asks(project):
    # A gallery is not asked what it teaches; only what its roles say is left to be wrong.
    assert check_course(project) is None
    lesson = project.lessons / "01-first.md"
    lesson.write_text(explained(f"In fibromyalgia pain: {HARDY}."), encoding="utf-8")
    with pytest.raises(PublishError):
        check_course(project)
