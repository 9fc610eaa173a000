"""What is left out of an import is left out there alone."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(source: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", f"import sys\n{source}"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout.strip()


@pytest.mark.parametrize("module", ["ketalab.explorers", "ketalab.publish.lessons"])
def test_what_imports_jsonschema_does_not_wait_for_its_grammar(module):
    names = ("jsonschema", "lark", "rfc3987_syntax")
    found = run(f"import {module}; print([name for name in {names} if name in sys.modules])")
    assert found == "['jsonschema']"


def test_who_wants_it_gets_it():
    source = "import ketalab, rfc3987_syntax; print(rfc3987_syntax.is_valid_syntax('iri', 'a:b'))"
    assert run(source) == "True"


def test_what_was_imported_before_stays():
    said = "import rfc3987_syntax, jsonschema, ketalab; print('rfc3987_syntax' in sys.modules)"
    assert run(said) == "True"
