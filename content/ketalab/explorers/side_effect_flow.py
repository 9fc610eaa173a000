"""How the side-effect explorer's data travel: what many cases share is held once.

A comparison holds what its cases have in common, and a list for each thing in which they differ;
a case refers to sentences, details and arms by their places. Vega puts the parts together again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ketalab.explorers.side_effect_case import (
    ELSEWHERE,
    RANKING_ALT,
    Case,
    cases,
    of_kind,
    ranking,
)
from ketalab.frontend import digest

Json = dict[str, Any]

# What a case without the number shows in its line of the table.
_NONE = "–"
_NUMBERS = ("estimate", "low", "high")
# The parts of a line that a sentence repeats: it is sent with their names instead.
_REPEATED = ("difference", "treated", "control", "effect")
_ARM = ("arm", "place", "per_hundred", "heading")
_DETAIL = ("term", "text", "link", "link_text", "mark")
_CHOSEN = "datum.effect === effect && datum.comparison === comparison"
_SELECTED = "data('selected')[0]"


class _Held:
    """Different rows, each held once and known by its place."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self._places: dict[str, int] = {}

    def places(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Where these rows are held."""
        return [self._place(dict(row)) for row in rows]

    def _place(self, row: Json) -> int:
        key = json.dumps(row, sort_keys=True)
        if key not in self._places:
            self._places[key] = len(self.rows)
            self.rows.append(row)
        return self._places[key]


def flow() -> list[Json]:
    """Vega data of the explorer; the signals are its controls."""
    sentences, details, arms = _Held(), _Held(), _Held()
    names = dict.fromkeys(case.comparison for case in cases())
    comparisons = [_comparison(name, sentences, details, arms) for name in names]
    differing = [key for key, value in comparisons[0].items() if isinstance(value, list)]
    return [
        {"name": "sentences", "values": sentences.rows},
        {"name": "all_arms", "values": arms.rows},
        {"name": "kinds", "values": [_kind(kind, details) for kind in _kinds()]},
        {"name": "all_details", "values": details.rows},
        {"name": "comparisons", "values": comparisons},
        {
            "name": "cases",
            "source": "comparisons",
            "transform": [{"type": "flatten", "fields": differing}],
        },
        {"name": "selected", "source": "cases", "transform": [_filter(_CHOSEN)]},
        {"name": "reading", "source": "selected", "transform": [_formula("text", _reading())]},
        {"name": "arms", "source": "selected", "transform": _taken("all_arms", "arms", _ARM)},
        *_details(),
        *_table(),
        *_captions(),
    ]


# What is sent ------------------------------------------------------------------------------


def _kinds() -> list[str]:
    return list(dict.fromkeys(case.row.effect_group for case in cases()))


def _comparison(name: str, sentences: _Held, details: _Held, arms: _Held) -> Json:
    by_id = {case.row.id: case for case in cases()}
    own = [by_id[line["case"]] for line in ranking(name)]
    rows = [_case(case, sentences, details, arms) for case in own]
    title, verdict = own[0].ranking_words()
    return {
        "comparison": name,
        "unit": own[0].unit,
        **own[0].context(),
        "title": title,
        "verdict": verdict,
        **{key: [row[key] for row in rows] for key in rows[0]},
    }


def _case(case: Case, sentences: _Held, details: _Held, arms: _Held) -> Json:
    line = case.ranked()
    counted, follows, evidence = case.said()
    for part in _REPEATED:
        counted = counted.replace(line[part], f"{{{part}}}", 1)
    own = [{"text": text} for text in (counted, follows, evidence)]
    kind = case.row.effect_group
    return {
        "effect": case.row.effect,
        "kind": _kinds().index(kind),
        "place": of_kind(kind).index(case),
        # Whatever changes in a row changes the explorer's text form, shown or not.
        "record": digest(case.row.model_dump()),
        "said": sentences.places(own),
        "details": details.places(case.details()),
        "arms": arms.places(case.arms()),
        "cited": sentences.places([{"text": line["source"]}])[0],
        "treated": line["treated"],
        "control": line["control"],
        **{key: _given(line[key]) for key in ("difference", "ratio", "needed")},
        **{key: _rounded(line[key]) for key in _NUMBERS},
        "stands_out": int(line["stands_out"]),
    }


def _given(text: str) -> str | None:
    return None if text == _NONE else text


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def _kind(kind: str, details: _Held) -> Json:
    case = of_kind(kind)[0]
    caption = case.elsewhere_caption()
    alt = None if caption is None else caption["alt"]
    return {"details": details.places(case.profile_details()), "alt": alt}


# How the browser puts it together ----------------------------------------------------------


def _filter(expression: str) -> Json:
    return {"type": "filter", "expr": expression}


def _formula(name: str, expression: str) -> Json:
    return {"type": "formula", "as": name, "expr": expression}


def _taken(held: str, places: str, fields: Iterable[str]) -> list[Json]:
    """The rows of `held` at a case's places, one after the other."""
    row = f"data('{held}')[datum.taken]"
    return [
        {"type": "flatten", "fields": [places], "as": ["taken"]},
        *(_formula(field, f"{row}.{field}") for field in fields),
    ]


def _reading() -> str:
    counted = _sentence(0)
    for part in reversed(_REPEATED):
        counted = f"replace({counted}, '{{{part}}}', datum.{part} || '')"
    follows = f"({_sentence(1)} ? {_sentence(1)} + ' ' : '')"
    return f"{counted} + ' ' + {follows} + {_sentence(2)}"


def _sentence(part: int) -> str:
    return f"data('sentences')[datum.said[{part}]].text"


def _details() -> list[Json]:
    of_kind = _formula("details", "data('kinds')[datum.kind].details")
    taken = _taken("all_details", "details", _DETAIL)
    return [
        {"name": "case_details", "source": "selected", "transform": taken},
        {"name": "kind_details", "source": "selected", "transform": [of_kind, *taken]},
        {"name": "details", "source": ["case_details", "kind_details"]},
    ]


def _table() -> list[Json]:
    """The cases of one study, or of one kind of effect."""
    in_study = f"show === 'study' && datum.comparison === {_SELECTED}.comparison"
    in_kind = f"show === 'kind' && datum.kind === {_SELECTED}.kind"

    def share(place: int) -> str:
        drawn = f"datum.unit === 'people' && length(datum.arms) > {place}"
        return f"{drawn} ? data('all_arms')[datum.arms[{place}]].per_hundred : null"

    lines = [
        *(_formula(key, f"datum.{key} || '{_NONE}'") for key in ("difference", "ratio", "needed")),
        _formula("source", "data('sentences')[datum.cited].text"),
        _formula("chosen", _CHOSEN),
        _formula("of_treated", share(0)),
        _formula("of_control", share(1)),
    ]
    by_place = {"type": "collect", "sort": {"field": "place"}}
    return [
        {"name": "of_study", "source": "cases", "transform": [_filter(in_study)]},
        {"name": "of_kind", "source": "cases", "transform": [_filter(in_kind), by_place]},
        {"name": "table", "source": ["of_study", "of_kind"], "transform": lines},
    ]


def _captions() -> list[Json]:
    heading = "data('all_arms')[datum.arms[{}]].heading"
    second = f"'; ' + {heading.format(1)} + '.'"
    missing = "'. There is no second array: no control to draw.'"
    return [
        {
            "name": "people_caption",
            "source": "selected",
            "transform": [
                _filter("length(datum.arms) > 0"),
                _formula("picture", "'people'"),
                _formula(
                    "title",
                    "datum.effect + ', of 100 ' + datum.unit + ' (figure: had it; ring: did not)'",
                ),
                _formula(
                    "alt",
                    f"'Icon arrays of 100 ' + datum.unit + '. ' + {heading.format(0)}"
                    f" + (length(datum.arms) > 1 ? {second} : {missing})",
                ),
            ],
        },
        {
            "name": "ranking_caption",
            "source": "selected",
            "transform": [
                _filter("show === 'study' && datum.verdict"),
                _formula("picture", "'ranking'"),
                _formula("alt", f"replace('{RANKING_ALT}', '{{}}', datum.verdict)"),
            ],
        },
        {
            "name": "elsewhere_caption",
            "source": "selected",
            "transform": [
                _filter("show === 'kind' && data('kinds')[datum.kind].alt"),
                _formula("picture", "'elsewhere'"),
                _formula("title", f"'{ELSEWHERE}'"),
                _formula("alt", "data('kinds')[datum.kind].alt"),
            ],
        },
        {
            "name": "captions",
            "source": ["people_caption", "ranking_caption", "elsewhere_caption"],
        },
    ]
