"""What the file of a built notebook must be before anything in it is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

KERNEL = "python3"
_NBFORMAT = (4, 5)  # the first in which every cell has an id


def form_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the text of an .ipynb file; nothing more where it is no notebook.

    A notebook is JSON of nbformat 4.5 or later of that series for the kernel python3, whose cells
    have ids of their own; no output holds an error, and each that shows something says it in text.
    """
    try:
        notebook = json.loads(text)
    except ValueError as error:  # JSONDecodeError, or a number of too many digits
        yield f"expected JSON, got {error}"
        return
    except RecursionError:
        yield "expected JSON, got too many lists in one another"
        return
    if not isinstance(notebook, Mapping) or not isinstance(notebook.get("cells", []), list):
        yield "expected a notebook, got other JSON"
        return
    given = tuple(notebook.get(name) for name in ("nbformat", "nbformat_minor"))
    if given[0] != _NBFORMAT[0] or not isinstance(given[1], int) or given[1] < _NBFORMAT[1]:
        yield f"expected nbformat {_NBFORMAT[0]}.{_NBFORMAT[1]}, got {given[0]}.{given[1]}"
        return
    kernel = _at(notebook, "metadata", "kernelspec", "name")
    if kernel != KERNEL:
        yield f"expected the kernel {KERNEL!r}, got {kernel!r}"
    seen: set[str] = set()
    for number, cell in enumerate(notebook.get("cells", []), start=1):
        name = _at(cell, "id")
        if not isinstance(name, str) or not name:
            yield f"cell {number}: expected an id, got {name!r}"
        elif name in seen:
            yield f"cell {number}: expected an id of its own, got {name!r} a second time"
        else:
            seen.add(name)
        outputs = _at(cell, "outputs") or []
        if not isinstance(outputs, list):
            yield f"cell {number}: expected a list of outputs, got {outputs!r}"
            continue
        for output in outputs:
            if problem := _output_problem(output):
                yield f"cell {number}: {problem}"


def _output_problem(output: Any) -> str | None:
    if _at(output, "output_type") == "error":
        return f"its output is an error: {_at(output, 'ename')}: {_at(output, 'evalue')}"
    data = _at(output, "data")
    if isinstance(data, Mapping) and data and "text/plain" not in data:
        return f"an output of {', '.join(sorted(data))} has no text/plain"
    return None


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
