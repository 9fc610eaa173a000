"""Read a table of which a test has broken one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ketalab.evidence.tables import EvidenceError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read(path: Path) -> Any:
    """Return the plain data of a YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)


def write(path: Path, content: object) -> None:
    """Write plain data as YAML, with the keys in their order."""
    text = yaml.dump(content, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


def put(content: Any, path: str, value: object) -> None:
    """Set what stands at a dotted path; a number is a place in a list, ``...`` deletes."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        content = content[step]
    if value is ...:
        del content[last]
    else:
        content[last] = value


def complaint(
    path: Path,
    copy: Path,
    changes: Mapping[str, object],
    load: Callable[[Path], object],
) -> list[str]:
    """Copy a table, change it, load it, and return the lines of the error that must follow."""
    content = read(path)
    for place, value in changes.items():
        put(content, place, value)
    write(copy, content)
    with pytest.raises(EvidenceError) as error:
        load(copy)
    return str(error.value).splitlines()
