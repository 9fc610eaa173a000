"""Data flow one way: nothing imports what stands to its right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

# Each layer, and the layers that it may import besides itself.
MAY_IMPORT = {
    "models": set(),
    "frontend": set(),
    "evidence": {"models"},
    "simulation": {"evidence", "models"},
    "explorers": {"evidence", "models", "simulation", "frontend"},
    "activities": {"evidence", "models", "simulation", "frontend"},
    "publish": {"evidence", "models", "simulation", "frontend", "explorers", "activities"},
}


def imported_layers(source: str, package: str) -> Iterator[tuple[str, int]]:
    """The layers of ketalab that a module's source imports, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield package, node.lineno
        elif isinstance(node, ast.ImportFrom):
            whole = node.module or ""
            names = (
                [f"{whole}.{alias.name}" for alias in node.names] if whole == "ketalab" else [whole]
            )
            yield from (
                (name.split(".")[1], node.lineno) for name in names if name[:8] == "ketalab."
            )
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("ketalab."):
                    yield alias.name.split(".")[1], node.lineno


def offences(package: Path) -> list[str]:
    """Imports against the stream, as file, line and layer."""
    return [
        f"{path.relative_to(package)}:{line} imports {layer}"
        for own, allowed in MAY_IMPORT.items()
        for path in sorted((package / own).rglob("*.py"))
        for layer, line in imported_layers(path.read_text(encoding="utf-8"), own)
        if layer not in allowed | {own}
    ]


def test_nothing_imports_what_stands_to_its_right(repository):
    package = repository / "content" / "ketalab"
    layers = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    assert layers == set(MAY_IMPORT)
    assert offences(package) == []


@pytest.mark.parametrize(
    "line",
    [
        "from ketalab.explorers import Route",
        "from ketalab import explorers",
        "import ketalab.explorers.route",
        "def late():\n    from ketalab.explorers import Route",
    ],
)
def test_an_import_against_the_stream_is_seen(tmp_path, line):
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "new.py").write_text(line)
    (found,) = offences(tmp_path)
    assert found.endswith("imports explorers")
