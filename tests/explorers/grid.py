"""Settings of an explorer on which Python and the browser must agree."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from ketalab.frontend import Explorer

Setting = tuple[Any, ...]


def grid(explorer: type[Explorer], least: int = 50) -> list[Setting]:
    """Return settings: every option of every control at least once, then others by chance.

    Of an explorer with fewer settings than `least`, all are returned. Where not every combination
    exists they come in the order of the controls, so that a walk moves few controls from one to the
    next: each move redraws.
    """
    chance = random.Random(explorer.__name__)
    known = explorer.combinations()
    found = dict.fromkeys(_each_option(explorer, chance))
    if known is not None and len(known) <= least:
        found |= dict.fromkeys(tuple(row) for row in known)
    for _ in range(20 * least):
        if len(found) >= least:
            break
        found[_any(explorer, chance)] = None
    return list(found) if known is None else sorted(found, key=_order(explorer))


def _order(explorer: type[Explorer]) -> Callable[[Setting], list[int]]:
    names = explorer.control_names()
    places = [{v: i for i, v in enumerate(getattr(explorer, name).offered)} for name in names]
    return lambda setting: [place[v] for place, v in zip(places, setting, strict=True)]


def _each_option(explorer: type[Explorer], chance: random.Random) -> Iterator[Setting]:
    names = explorer.control_names()
    known = explorer.combinations()
    yield tuple(getattr(explorer, name).default_value for name in names)
    for place, name in enumerate(names):
        for option in getattr(explorer, name).offered:
            if known is None:
                setting = list(_any(explorer, chance))
                setting[place] = option
                yield tuple(setting)
            else:
                yield chance.choice([tuple(row) for row in known if row[place] == option])


def _any(explorer: type[Explorer], chance: random.Random) -> Setting:
    known = explorer.combinations()
    if known is not None:
        return tuple(chance.choice(list(known)))
    names = explorer.control_names()
    return tuple(chance.choice(getattr(explorer, name).offered) for name in names)
