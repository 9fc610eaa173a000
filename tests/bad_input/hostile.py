"""Text that would do harm wherever it is not taken for text, and a bank that is full of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ketalab.activities.bank import Bank, load_bank

HARMLESS = "harmless " * 60  # longer than the other: what is long is stored apart
# Scripts, ends of scripts, comments and CDATA, quotes, Markdown, formulas, templates, entities,
# other scripts, letters of several characters, and what a spreadsheet would compute. No role: a
# role in a bank is a role.
HOSTILE = (
    '</script></title></textarea><img src=x onerror="window.__hostile=1">]]><!-- \'"` {{7*7}} '
    "{% raw %} ${y} $z$ &lt;b&gt; *a* _b_ **c** [d](javascript:window.__hostile=1) ![e](f) \\ "
    "~~g~~ <script>window.__hostile=1</script> العربية עברית 漢字 e\u0301 👩\u200d👩\u200d👧 "
    "=cmd() @SUM(1)"
)
_LINKING = ("id", "objective", "kind", "source", "fact", "lesson")


def hostile_bank(folder: Path, sound: dict[str, Any], more: str) -> Bank:
    """Write a bank with `more` behind each text that may be any text, and load it."""
    path = folder / f"{sound['lesson']}.yaml"
    path.write_text(yaml.safe_dump(_poisoned(sound, more), allow_unicode=True), encoding="utf-8")
    return load_bank(path)


def _poisoned(content: Any, more: str, field: str = "") -> Any:
    if isinstance(content, dict):
        return {name: _poisoned(part, more, name) for name, part in content.items()}
    if isinstance(content, list):
        return [_poisoned(part, more, field) for part in content]
    free = isinstance(content, str) and field not in _LINKING
    # Moodle takes few letters of a unit.
    return f"{content} {more[:30] if field == 'unit' else more}" if free else content
