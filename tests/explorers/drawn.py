"""What an explorer's pictures draw, in a few characters: marks, places, colours and words.

Agreement tests hold readings and tables to Python, but a mark can stand in the wrong place beside a
right reading, and a detail under a setting that it is not of. So each picture was looked at once,
and what it drew is kept in `drawn/`, a line for each setting and picture, and one for the details.
`test_drawn.py` draws them again, without a browser.

`python -m tests.explorers.drawn [EXPLORER ...]` says which pictures differ and saves them to
`build/pictures/`, to be looked at; with `--approve` it writes what they draw now.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import vl_convert

from ketalab import explorers
from ketalab.frontend import Explorer
from ketalab.frontend.still import still, vega
from tests.explorers.grid import Setting, grid
from tests.explorers.vega_flow import said_by_vega

Json = Mapping[str, Any]
HERE = Path(__file__).with_name("drawn")
_LOOK = Path(__file__).resolve().parents[2] / "build" / "pictures"

# Of each picture: enough to see each mark move, at some 30 ms for a picture.
_SETTINGS = 12

# Where the layout measures text, fonts decide, and machines have others.
_BY_FONT = {"axis-label": {"opacity"}, "axis-title": {"x", "y"}, "legend": {"x", "y"}}
# In hundredths of a CSS pixel, and a little beside the round numbers on which places often lie, so
# that the last digit of a number does not decide.
_PER_PIXEL, _BESIDE = 100, 0.123


def known() -> dict[str, type[Explorer]]:
    """Every explorer of the course by name."""
    return {name: getattr(explorers, name) for name in explorers.__all__}


def drawn(explorer: type[Explorer]) -> dict[str, str]:
    """What is drawn, by "picture at setting": a count and a digest for each type of mark; and what
    the details say, by "details at setting"."""
    found = places(explorer)
    pictures = {
        place: marks(explorer, setting, picture) for place, (picture, setting) in found.items()
    }
    settings = list(dict.fromkeys(setting for _, setting in found.values()))
    names = explorer.control_names()
    said = said_by_vega(explorer, [dict(zip(names, s, strict=True)) for s in settings])
    details = {
        f"details at {_words(setting)}": f"row {len(at['details'])} {_digest(at['details'])}"
        for setting, at in zip(settings, said, strict=True)
    }
    return pictures | details


def marks(explorer: type[Explorer], setting: Setting, picture: str) -> str:
    """What one picture draws: "symbol 300 0b62c1, text 4 5f9a77"."""
    by_name = dict(zip(explorer.control_names(), setting, strict=True))
    scene = vl_convert.vega_to_scenegraph(vega(explorer.specification(), by_name, picture))
    by_type: dict[str, list[Any]] = defaultdict(list)
    for kind, item in _items(scene["scenegraph"]):
        by_type[kind].append(item)
    return ", ".join(
        f"{kind} {len(items)} {_digest(items)}" for kind, items in sorted(by_type.items())
    )


def places(explorer: type[Explorer]) -> dict[str, tuple[str, Setting]]:
    """Picture and setting by "picture at setting": for each picture some of the grid's settings
    that show it, the first of which is the opening one if that shows it."""
    names = explorer.control_names()
    opening = tuple(getattr(explorer, name).default_value for name in names)
    showing: dict[str, list[Setting]] = defaultdict(list)
    at = explorer()  # one for all, because a new one sends all of its data
    for setting in dict.fromkeys([opening, *grid(explorer)]):
        at.set_state(dict(zip(names, setting, strict=True)))
        assert at.setting() == setting
        for caption in at.captions():
            showing[caption["picture"]].append(setting)
    return {
        f"{picture} at {_words(setting)}": (picture, setting)
        for picture, settings in showing.items()
        for setting in _spread(settings)
    }


def _spread(settings: Sequence[Setting]) -> list[Setting]:
    count = min(len(settings), _SETTINGS)
    return [settings[place * len(settings) // count] for place in range(count)]


def approved(name: str) -> dict[str, str]:
    """What the explorer of that name drew when somebody last looked. Empty if nobody has."""
    path = HERE / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(reversed(line.split("  ", 1)) for line in lines)


def approve(name: str, now: Mapping[str, str]) -> None:
    """Keep this as what the explorer of that name draws."""
    HERE.mkdir(exist_ok=True)
    lines = [f"{what}  {place}\n" for place, what in now.items()]
    (HERE / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What was drawn and what is drawn now, for each picture that draws something else."""
    return {
        place: f"{before.get(place, 'not drawn')} -> {now.get(place, 'not drawn')}"
        for place in dict.fromkeys([*before, *now])
        if before.get(place) != now.get(place)
    }


def _words(setting: Setting) -> str:
    return json.dumps(setting, ensure_ascii=False)


def _items(mark: Json) -> Iterator[tuple[str, Json]]:
    kind, role = mark["marktype"], mark["role"]
    left_out = {"items"} | _BY_FONT.get(role.partition("-")[0], set()) | _BY_FONT.get(role, set())
    for item in mark.get("items", []):
        if kind != "group":
            yield kind, {key: _place(value) for key, value in item.items() if key not in left_out}
        for inner in item.get("items", []):
            yield from _items(inner)


def _place(value: Any) -> Any:
    if isinstance(value, float):
        return math.floor(value * _PER_PIXEL + _BESIDE + 0.5)
    if isinstance(value, int) and not isinstance(value, bool):
        return value * _PER_PIXEL
    if isinstance(value, list):
        return [_place(item) for item in value]
    return value


def _digest(items: Sequence[Any]) -> str:
    text = json.dumps(items, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _save(explorer: type[Explorer], changed: Iterable[str]) -> None:
    """Save the changed pictures as PNG, numbered as in the list of differences."""
    found = places(explorer)
    for number, place in enumerate(changed, start=1):
        if place in found:  # the details are no picture
            picture, setting = found[place]
            by_name = dict(zip(explorer.control_names(), setting, strict=True))
            path = _LOOK / f"{explorer.__name__}-{number:02}-{picture}.png"
            path.write_bytes(still(explorer.specification(), by_name, picture))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare as the arguments say. The exit status is 1 if a picture differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("explorers", nargs="*", metavar="EXPLORER", help="the names; else all")
    parser.add_argument("--approve", action="store_true", help="keep what is drawn now")
    options = parser.parse_args(arguments)
    classes = known()
    unknown = set(options.explorers) - set(classes)
    if unknown:
        parser.error(f"no explorer {', '.join(sorted(unknown))}; there are {', '.join(classes)}")
    shutil.rmtree(_LOOK, ignore_errors=True)
    _LOOK.mkdir(parents=True)
    differs = False
    for name in options.explorers or classes:
        now = drawn(classes[name])
        changed = differences(approved(name), now)
        for number, (place, what) in enumerate(changed.items(), start=1):
            print(f"{name} {number}: {place}: {what}")
        if changed and options.approve:
            approve(name, now)
        elif changed:
            differs = True
            _save(classes[name], changed)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
