"""What every lesson must have, and the course as a whole: checked before anything is built."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from ketalab.activities.bank import Bank, Prediction, Question, bank_file, load_bank
from ketalab.evidence.library import library
from ketalab.publish.finding_checks import finding_problems
from ketalab.publish.lessons import read_lesson, tagged
from ketalab.publish.project import Project, PublishError

QUESTIONS = 8
EXERCISES = 3
HINTS = 2
PREDICTIONS = 3
SLIDES = range(12, 21)

_CALL = re.compile(r"""\b(predict|question|check)\(\s*["']([^"']+)["']""")
_VERDICT = re.compile(r"\{fact\}`claims/(\d+):(?:verdict|reason)`")
_LISTED = re.compile(r"^\d+\. (.*(?:\n {2,}\S.*)*)$", re.MULTILINE)
_HINT = re.compile(r"<summary>\s*Hint")


def check_course(project: Project) -> None:
    """Check every lesson and what the lessons teach together.

    Raises:
        PublishError: one line for each problem of each lesson, and for each claim not taught.
            What the words around a fact lack is asked when nothing else is wrong.
    """
    problems = [p for path in project.lesson_files() for p in lesson_problems(path)]
    problems += claim_problems(project)
    if not problems:  # every fact can be looked up
        problems += [p for path in project.lesson_files() for p in finding_problems(path)]
    if problems:
        raise PublishError("\n".join(problems))


def lesson_problems(path: Path) -> list[str]:
    """What a lesson lacks, one line each. What its bank lacks by itself, `load_bank` says.

    A gallery of explorers needs nothing; a lesson of the kind `start` needs no predictions,
    exercises and vignette.

    Raises:
        PublishError: the lesson cannot be read at all.
        BankError: its bank is not sound.
    """
    lesson = read_lesson(path)
    kind = lesson.metadata.ketalab.get("kind")
    if kind == "gallery":
        return []
    file = bank_file(path.stem)
    if not file.exists():
        return [f"{path.name}: it has no question bank: questions/{file.name} is missing"]
    bank = load_bank(file)
    found = [
        *_slide_problems(lesson),
        *_objective_problems(lesson, bank),
        *_activity_problems(lesson, bank),
        *_answer_problems(bank),
    ]
    if kind != "start":
        found += _practice_problems(lesson, bank)
    return [f"{path.name}: {problem}" for problem in found]


def claim_problems(project: Project) -> list[str]:
    """A line for each claim of the text whose verdict or reason no lesson gives.

    Galleries teach nothing; a course of galleries alone is not asked.
    """
    taught: set[str] = set()
    lessons = [
        path
        for path in project.lesson_files()
        if read_lesson(path).metadata.ketalab.get("kind") != "gallery"
    ]
    for path in lessons:
        taught |= set(_VERDICT.findall(path.read_text(encoding="utf-8")))
    return [
        f"claims.yaml: no lesson teaches claim {number} ({claim.claim}): give its verdict with "
        f"{{fact}}`claims/{number}:verdict` where a lesson explains it"
        for number, claim in (library().claims.items() if lessons else ())
        if number not in taught
    ]


def check_exercises(executed: NotebookNode, path: Path) -> None:
    """Check that every solution is right and every stub is "not yet", by what the checks said.

    Raises:
        PublishError: one line for each check that said something else.
    """
    problems = []
    for cell in executed.cells:
        names = _called(cell, "check")
        if not names:
            continue
        solution = tagged(cell, "solution")
        said = "\n".join(_said(cell)) or "nothing"
        if not said.startswith("✓" if solution else "Not yet"):
            what = "its own solution" if solution else "its untouched stub"
            problems.append(
                f"{path.name}: exercise {', '.join(map(repr, names))}: the check says of {what}: "
                f"{said}"
            )
    if problems:
        raise PublishError("\n".join(problems))


def _said(cell: NotebookNode) -> Iterator[str]:
    for output in cell.get("outputs", []):
        text = output.get("data", {}).get("text/plain", "")
        if text:
            yield "".join(text)


def _called(cell: NotebookNode, function: str) -> list[str]:
    if cell.cell_type != "code":
        return []
    return [name for kind, name in _CALL.findall(cell.source) if kind == function]


def _slide_problems(lesson: NotebookNode) -> Iterator[str]:
    titles: list[str] = []
    noted: list[bool] = []
    for cell in lesson.cells:
        if tagged(cell, "slide"):
            titles.append(_first_line(cell))
            noted.append(False)
        elif tagged(cell, "notes") and titles and cell.source.strip():
            noted[-1] = True
    if len(titles) not in SLIDES:
        yield f"{len(titles)} slides; a lesson has {SLIDES[0]} to {SLIDES[-1]}"
    for title, has_notes in zip(titles, noted, strict=True):
        if not has_notes:
            yield f"the slide {title!r} has no speaker notes"


def _first_line(cell: NotebookNode) -> str:
    lines = [line.lstrip("# ") for line in cell.source.splitlines() if line.strip()]
    return lines[-1 if cell.cell_type == "code" else 0] if lines else "(empty)"


def _rooms(lesson: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The cells of each room; remarks and notes left out."""
    rooms: dict[str, list[NotebookNode]] = {}
    room = ""
    for cell in lesson.cells:
        if tagged(cell, "notes") or tagged(cell, "instructor"):
            continue
        if cell.cell_type == "markdown":
            heading = re.search(r"^## (.*)$", cell.source, re.MULTILINE)
            room = heading[1].strip() if heading else room
        rooms.setdefault(room, []).append(cell)
    return rooms


def _listed(cells: list[NotebookNode]) -> list[str]:
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return [" ".join(item.split()) for item in _LISTED.findall(text)]


def _objective_problems(lesson: NotebookNode, bank: Bank) -> Iterator[str]:
    rooms = _rooms(lesson)
    objectives = [" ".join(objective.text.split()) for objective in bank.objectives]
    if "What you will be able to do" in rooms:
        listed = _listed(rooms["What you will be able to do"])
        for text in objectives:
            if text not in listed:
                yield f"the first room does not list the bank's objective {text!r}"
        for text in listed:
            if text not in objectives:
                yield f"the bank has no objective {text!r}, which the first room lists"
    if "Take away" in rooms:
        number = len(_listed(rooms["Take away"]))
        if number != len(objectives):
            yield f"{number} take-aways for {len(objectives)} objectives; they mirror one another"


def _activity_problems(lesson: NotebookNode, bank: Bank) -> Iterator[str]:
    asked = Counter(name for cell in lesson.cells for name in _called(cell, "question"))
    guessed = Counter(name for cell in lesson.cells for name in _called(cell, "predict"))
    if len(asked) < QUESTIONS:
        yield f"{len(asked)} questions are asked; a lesson has at least {QUESTIONS}"
    for kind, calls, items in (
        ("question", asked, bank.questions),
        ("prediction", guessed, bank.predictions),
    ):
        for item in items:
            if calls[item.id] != 1:
                yield f"the {kind} {item.id!r} is asked {calls[item.id]} times, not once"


def _answer_problems(bank: Bank) -> Iterator[str]:
    """Keys and feedback that do not fit: to the one right option, and no other, we say "Yes".

    The word is for the student; that it stands beside each key is what tells a wrong key.
    """
    asked: tuple[Prediction | Question, ...] = (*bank.predictions, *bank.questions)
    for item in asked:
        if item.kind != "single":
            continue
        for number, option in enumerate(item.options, start=1):
            if option.correct != (re.match(r"Yes\b", option.feedback) is not None):
                wanted = "begins with Yes" if option.correct else "does not begin with Yes"
                right = "right" if option.correct else "wrong"
                yield (
                    f"{item.id!r}: option {number} is {right}, so its feedback {wanted}; it is "
                    f"{option.feedback!r}"
                )


def _practice_problems(lesson: NotebookNode, bank: Bank) -> Iterator[str]:
    if len(bank.predictions) < PREDICTIONS:
        yield f"{len(bank.predictions)} predictions; a lesson has at least {PREDICTIONS}"
    if not any("vignette" in question.id for question in bank.questions):
        yield "no clinical vignette: no question of the bank has vignette in its id"
    exercises = _exercises(_rooms(lesson).get("Exercises", []))
    if len(exercises) < EXERCISES:
        yield (
            f"{len(exercises)} exercises; a lesson has at least {EXERCISES}, each with a check and "
            "below a heading ### Exercise …"
        )
    for title, cells in exercises.items():
        hints = sum(len(_HINT.findall(c.source)) for c in cells if c.cell_type == "markdown")
        if hints < HINTS:
            yield f"{title}: {hints} hints; an exercise has at least {HINTS}"
    for where, wanted in (("stub", False), ("solution", True)):
        checked = Counter(
            name
            for cell in lesson.cells
            if tagged(cell, "solution") is wanted
            for name in _called(cell, "check")
        )
        for exercise in bank.exercises:
            if checked[exercise.id] != 1:
                yield f"exercise {exercise.id!r}: {checked[exercise.id]} cells are its {where}"


def _exercises(cells: list[NotebookNode]) -> dict[str, list[NotebookNode]]:
    """The cells of each exercise that has a check, by its heading; others are tasks for words."""
    found: dict[str, list[NotebookNode]] = {}
    title = None
    for cell in cells:
        if cell.cell_type == "markdown":
            heading = re.search(r"^### (.*)$", cell.source, re.MULTILINE)
            title = heading[1].strip() if heading else title
        if title and title.startswith("Exercise"):
            found.setdefault(title, []).append(cell)
    return {
        title: cells
        for title, cells in found.items()
        if any(_called(cell, "check") for cell in cells)
    }
