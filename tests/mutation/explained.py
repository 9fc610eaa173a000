"""Mutations that nothing can kill, each with its reason: `explained.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from tests.mutation.mutation import Mutation

FILE = "tests/mutation/explained.yaml"

_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]


class ExplainedError(ValueError):
    """An entry of the list that cannot be read, or that fits no file any more."""


class _Entry(BaseModel):
    """One mutation: the lines as they are, the lines as they would be, and why it changes nothing.

    The fields are those of `Mutation`.
    """

    model_config = ConfigDict(extra="forbid")

    path: str
    before: str
    after: str
    reason: _Reason


def explained(root: Path) -> dict[str, str]:
    """The reasons by `Mutation.key`.

    Raises:
        ExplainedError: names each entry that is unsound, or whose lines its file does not hold.
    """
    content = yaml.safe_load((root / FILE).read_text(encoding="utf-8")) or []
    try:
        entries = TypeAdapter(list[_Entry]).validate_python(content)
    except ValidationError as error:
        raise ExplainedError(f"{FILE}: {error}") from error
    problems, reasons = [], {}
    for number, entry in enumerate(entries, start=1):
        file = root / entry.path
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        place = f"{FILE}: entry {number} ({entry.path}, {entry.before.strip()!r})"
        if f"\n{entry.before}\n" not in f"\n{text}\n":
            problems.append(f"{place}: the file has no such line any more; remove the entry")
            continue
        try:
            mutation = Mutation(
                "constants", "", entry.path, 1, entry.before, entry.after, entry.reason
            )
        except ValueError as error:
            problems.append(f"{place}: {error}")
            continue
        if mutation.key in reasons:
            problems.append(f"{place}: it is listed twice")
        reasons[mutation.key] = entry.reason
    if problems:
        raise ExplainedError("\n".join(problems))
    return reasons
