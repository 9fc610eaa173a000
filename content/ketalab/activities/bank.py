"""The question bank: one YAML file a lesson, one home for each question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from ketalab.evidence import fact
from ketalab.evidence.citable import citable
from ketalab.evidence.readable_text import hidden_characters
from ketalab.evidence.tables import EvidenceError, read_content

_FOLDER = Path(__file__).with_name("questions")
ROLE = re.compile(r"\{(fact|cite)\}`([^`]+)`")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("expected text that is not blank")
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
Tolerance = Annotated[float | int, Field(ge=0)]


class BankError(ValueError):
    """A question bank that is not as it must be; one line for each problem."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Objective(_Record):
    """What a student will be able to do."""

    id: Text
    text: Text


class Option(_Record):
    """One answer to choose, with what is said to whoever chooses it."""

    text: Text
    correct: bool
    feedback: Text


class Item(_Record):
    """One item to put in order, with what is said to the place that it was given."""

    text: Text
    feedback: Text


class Pair(_Record):
    """What belongs together, with what is said to whatever the left side was matched with."""

    left: Text
    right: Text
    feedback: Text


class Given(_Record):
    """A number: a fact's, or one that was derived from a row's counts."""

    fact: Text | None = None
    value: float | int | list[float | int] | None = None

    def number(self) -> Any:
        """The number itself: a float, a pair, or None where None is the answer."""
        if self.fact is None:
            return self.value
        return fact(self.fact).value


class Interval(_Record):
    """An interval whose ends are given numbers."""

    low: Given
    high: Given

    def number(self) -> list[float]:
        return [self.low.number(), self.high.number()]


class Mistake(Given):
    """A typical wrong result and what it comes from."""

    says: Text


class NumericFeedback(_Record):
    """What is said to a numeric answer that is right, too low or too high."""

    correct: Text
    low: Text
    high: Text


class CheckFeedback(_Record):
    """What is said to the result of an exercise."""

    correct: Text
    mistakes: Annotated[tuple[Mistake, ...], Field(strict=False)]
    otherwise: Text


def _differ(options: tuple[Option, ...]) -> None:
    texts = [option.text for option in options]
    twice = [text for text in texts if texts.count(text) > 1]
    if twice:
        raise ValueError(f"options: {twice[0]!r} stands twice")


# The fields that a question of each kind has; it has none of the others.
_OWN_FIELDS: dict[str, tuple[str, ...]] = {
    "single": ("options",),
    "multiple": ("options",),
    "numeric": ("unit", "answer", "tolerance", "feedback"),
    "ordering": ("items",),
    "matching": ("pairs", "distractors"),
}


class Numeric(NamedTuple):
    """What a question for a number has beside its prompt."""

    unit: str
    answer: Given
    tolerance: float
    feedback: NumericFeedback


class Question(_Record):
    """A question with feedback for every answer.

    The items of an ordering question stand in their right order. The pairs of a matching question
    may share a right side; its distractors are right sides that belong to no left one. A question
    of the post-test mirrors one of the pre-test.
    """

    id: Text
    objective: Text
    difficulty: Literal[1, 2, 3]
    kind: Literal["single", "multiple", "numeric", "ordering", "matching"]
    prompt: Text
    source: Text
    mirrors: Text | None = None
    options: Annotated[tuple[Option, ...], Field(strict=False)] = ()
    unit: Text | None = None
    answer: Given | None = None
    tolerance: Tolerance | None = None
    feedback: NumericFeedback | None = None
    items: Annotated[tuple[Item, ...], Field(strict=False)] = ()
    pairs: Annotated[tuple[Pair, ...], Field(strict=False)] = ()
    distractors: Annotated[tuple[Text, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Question:
        own = _OWN_FIELDS[self.kind]
        for field in dict.fromkeys(name for names in _OWN_FIELDS.values() for name in names):
            if field not in own and getattr(self, field) not in (None, ()):
                raise ValueError(f"{field}: not for a question of the kind {self.kind}")
        getattr(self, f"_check_{self.kind}")()
        return self

    def choices(self) -> tuple[str, ...]:
        """The different right sides of a matching question, distractors included."""
        return tuple(dict.fromkeys([*(pair.right for pair in self.pairs), *self.distractors]))

    @property
    def numeric(self) -> Numeric:
        """Unit, answer, tolerance and feedback. Raises ValueError unless it has all of them."""
        unit, answer, tolerance, feedback = self.unit, self.answer, self.tolerance, self.feedback
        if unit is None or answer is None or tolerance is None or feedback is None:
            raise ValueError("a numeric question has unit, answer, tolerance and feedback")
        return Numeric(unit, answer, tolerance, feedback)

    def _check_numeric(self) -> None:
        _ = self.numeric

    def _check_multiple(self) -> None:
        right = sum(option.correct for option in self.options)
        if len(self.options) < 2 or right < 1 or right == len(self.options):
            raise ValueError("options: at least two, some of them right and some wrong")
        _differ(self.options)

    def _check_single(self) -> None:
        self._check_multiple()
        if sum(option.correct for option in self.options) != 1:
            raise ValueError("options: a single question has exactly one right option")

    def _check_ordering(self) -> None:
        texts = [item.text for item in self.items]
        if len(texts) < 3 or len(set(texts)) < len(texts):
            raise ValueError("items: an ordering question has at least three, no two alike")

    def _check_matching(self) -> None:
        lefts = [pair.left for pair in self.pairs]
        if len(lefts) < 2 or len(set(lefts)) < len(lefts):
            raise ValueError("pairs: a matching question has at least two, no left side twice")
        if len(self.choices()) < 2:
            raise ValueError("pairs: there must be two different right sides to choose from")
        needless = {pair.right for pair in self.pairs} & set(self.distractors)
        if needless:
            raise ValueError(f"distractors: {sorted(needless)[0]!r} is the right side of a pair")


class Prediction(_Record):
    """A guess that the student commits to; `reveal` is said afterwards, beside the guess."""

    id: Text
    kind: Literal["single", "numeric"]
    prompt: Text
    reveal: Text
    unit: Text | None = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    fact: Text | None = None
    options: Annotated[tuple[Option, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Prediction:
        if self.kind == "numeric":
            if None in (self.unit, self.minimum, self.maximum, self.fact) or self.options:
                raise ValueError("a numeric prediction has unit, minimum, maximum and fact")
            if not self.minimum < self.maximum:  # type: ignore[operator]
                raise ValueError("maximum: expected a number above the minimum")
        elif len(self.options) < 2:
            raise ValueError("options: at least two")
        _differ(self.options)
        return self


class Exercise(_Record):
    """How the result of an exercise is checked."""

    id: Text
    objective: Text
    task: Text
    kind: Literal["number", "interval", "none"]
    answer: Given | Interval | None = None
    tolerance: Tolerance
    feedback: CheckFeedback


class Bank(_Record):
    """All predictions, questions and exercises of one lesson.

    `pretest` and `posttest` are the ids of those of its questions that make up the test before
    and the test after the course.
    """

    lesson: Text
    objectives: Annotated[tuple[Objective, ...], Field(strict=False)]
    predictions: Annotated[tuple[Prediction, ...], Field(strict=False)] = ()
    questions: Annotated[tuple[Question, ...], Field(strict=False)]
    exercises: Annotated[tuple[Exercise, ...], Field(strict=False)] = ()
    pretest: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    posttest: Annotated[tuple[Text, ...], Field(strict=False)] = ()

    def items(self) -> tuple[Prediction | Question | Exercise, ...]:
        """Everything that has an id of its own."""
        return (*self.predictions, *self.questions, *self.exercises)


def load_bank(path: Path) -> Bank:
    """Read one lesson's bank.

    Raises:
        BankError: names file, item and field of every problem: a missing feedback, an unknown
            objective, an objective without a question, a source or fact that does not exist.
    """
    try:
        raw = read_content(path)
    except EvidenceError as error:
        raise BankError(str(error)) from None
    lines = [
        f"{path.name}: {_where(raw, place)}: expected text to be seen, got {found}"
        for place, found in hidden_characters(raw)
    ]
    if lines:  # nothing that cannot be seen gets into a message
        raise BankError("\n".join(lines))
    try:
        bank = Bank.model_validate(raw)
    except ValidationError as error:
        lines = [f"{path.name}: {_said(raw, detail)}" for detail in error.errors()]
        raise BankError("\n".join(dict.fromkeys(lines))) from None
    if bank.lesson != path.stem:
        expected = f"expected {path.stem!r}, the name of the file"
        raise BankError(f"{path.name}: field lesson: {expected}, got {bank.lesson!r}")
    problems = [f"{path.name}: {problem}" for problem in _problems(bank)]
    if problems:
        raise BankError("\n".join(problems))
    return bank


def _said(raw: Any, detail: ErrorDetails) -> str:
    """Where a problem is and what it is; a check of several fields names the first in its words."""
    # The number of a choice between kinds of number is no place in the file.
    location = tuple(step for step in detail["loc"] if step not in ("float", "int"))
    message = detail["msg"].removeprefix("Value error, ")
    head, colon, rest = message.partition(": ")
    if detail["type"] == "value_error" and colon and head.isidentifier():
        location, message = (*location, head), rest
    elif location != detail["loc"] and detail["type"].endswith("_type"):
        message = "expected a number"
    where = _where(raw, location)
    return f"{where}: {message}" if where else "expected a mapping with lesson and questions"


def _where(raw: Any, location: tuple[Any, ...]) -> str:
    """The item's id instead of its number, then the field."""
    if len(location) >= 2 and isinstance(location[1], int) and location[0] in raw:
        item = raw[location[0]][location[1]]
        name = item.get("id", location[1]) if isinstance(item, dict) else location[1]
        field = ".".join(map(str, location[2:]))
        return f"{location[0]} {name!r}{', field ' * bool(field)}{field}"
    return ".".join(map(str, location))


def _problems(bank: Bank) -> list[str]:
    found = []
    known = {objective.id for objective in bank.objectives}
    ids = [item.id for item in bank.items()]
    found += [f"{name!r} stands twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
    graded: tuple[Question | Exercise, ...] = (*bank.questions, *bank.exercises)
    for item in graded:
        if item.objective not in known:
            found.append(f"{item.id!r}, field objective: no objective {item.objective!r}")
    number = bank.lesson.partition("-")[0]
    found += [
        f"{name!r} does not begin with {number}-"
        for name in ids
        if not name.startswith(f"{number}-")
    ]
    found += _test_problems(bank)
    asked = {question.objective for question in bank.questions}
    found += [f"objective {name!r} has no question" for name in sorted(known - asked)]
    for question in bank.questions:
        if question.source not in citable():
            found.append(f"{question.id!r}, field source: no source {question.source!r}")
    found += _number_problems(bank)
    for one in bank.items():
        for role, key in _roles(one.model_dump()):
            try:
                _resolve(role, key)
            except LookupError as error:
                found.append(f"{one.id!r}: {error.args[0]}")
    return found


def _number_problems(bank: Bank) -> Iterator[str]:
    """Where a number is compared, one number must stand. Unknown facts are told of elsewhere."""
    wanted: list[tuple[str, str, Given]] = [
        (item.id, "fact", Given(fact=item.fact)) for item in bank.predictions if item.fact
    ]
    wanted += [(item.id, "answer", item.answer) for item in bank.questions if item.answer]
    for exercise in bank.exercises:
        answer = exercise.answer
        if isinstance(answer, Interval):
            ends = (answer.low, answer.high)
            names = ("answer.low", "answer.high")
            wanted += [(exercise.id, *end) for end in zip(names, ends, strict=True)]
        elif exercise.kind == "number":
            wanted.append((exercise.id, "answer", answer or Given()))
    for name, field, given in wanted:
        if given.fact is not None and given.value is not None:
            yield f"{name!r}, field {field}: expected a fact or a value, got both"
            continue
        try:
            value = given.number()
        except LookupError:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{name!r}, field {field}: expected one number, got {value!r}"


def _test_problems(bank: Bank) -> list[str]:
    """A test is made of the bank's own questions; those of the post-test mirror another."""
    found = []
    questions = {question.id: question for question in bank.questions}
    for field in ("pretest", "posttest"):
        listed = getattr(bank, field)
        for name in dict.fromkeys(listed):
            if name not in questions:
                found.append(f"field {field}: the bank has no question {name!r}")
            if listed.count(name) > 1:
                found.append(f"field {field}: {name!r} stands twice")
    for question in bank.questions:
        if (question.id in bank.posttest) != (question.mirrors is not None):
            found.append(f"{question.id!r}: a question of the posttest, and no other, has mirrors")
    return found


def _roles(value: Any) -> list[tuple[str, str]]:
    """Every role in the texts of an item, and every `fact` field, as (role, key)."""
    if isinstance(value, str):
        return ROLE.findall(value)
    if isinstance(value, dict):
        own = [("fact", value["fact"])] if value.get("fact") else []
        return own + [pair for v in value.values() for pair in _roles(v)]
    if isinstance(value, list | tuple):
        return [pair for v in value for pair in _roles(v)]
    return []


def _resolve(role: str, key: str) -> tuple[str, tuple[str, ...]]:
    """What a role stands for: its text, and the sources that it cites."""
    if role == "fact":
        found = fact(key)
        return found.text, found.source_keys
    if key not in citable():
        raise LookupError(f"cite: no source {key!r}")
    return "", (key,)


def in_words(text: str) -> str:
    """A text of the bank with its roles replaced by values and the labels of their sources."""

    def replace(match: re.Match[str]) -> str:
        words, sources = _resolve(*match.groups())
        labels = " ".join(f"[{citable()[source].label}]" for source in sources)
        return f"{words} {labels}".strip()

    return ROLE.sub(replace, text)


def cited_by(item: Prediction | Question | Exercise) -> list[str]:
    """The sources of an item's texts and of its answer, in order, each once."""
    keys = [key for role in _roles(item.model_dump()) for key in _resolve(*role)[1]]
    if isinstance(item, Question):
        keys.append(item.source)
    return list(dict.fromkeys(keys))


def bank_file(lesson: str) -> Path:
    """Where the bank of a lesson stands: "04-side-effects" has questions/04-side-effects.yaml."""
    return _FOLDER / f"{lesson}.yaml"


@cache
def banks() -> tuple[Bank, ...]:
    """The banks of all lessons."""
    return tuple(map(_bank, sorted(_FOLDER.glob("*.yaml"))))


@cache
def _bank(path: Path) -> Bank:
    return load_bank(path)


def find(name: str, kind: Callable[[Bank], tuple[Any, ...]]) -> Any:
    """The item with this id among the predictions, questions or exercises.

    Only the bank of its own lesson is read, where its number says which that is.

    Raises:
        LookupError: no such item; the message lists the ids of its lesson.
    """
    number = name.partition("-")[0]
    own = sorted(_FOLDER.glob(f"{number}-*.yaml")) if number.isdecimal() else []
    known = {item.id: item for bank in map(_bank, own) for item in kind(bank)}
    if not known:
        known = {item.id: item for bank in banks() for item in kind(bank)}
    if name not in known:
        raise LookupError(f"the question bank has no {name!r}; it has: {', '.join(known)}")
    return known[name]
