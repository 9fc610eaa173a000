"""How many people live with chronic pain: it depends on who is counted, and as what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import altair as alt

from ketalab.explorers.hundred_people import hundred_people, in_groups
from ketalab.explorers.prevalence import DEFINITIONS, EVERYONE, Count, counts, people_words
from ketalab.frontend import Case, CaseExplorer, Choice, Steps, digest
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

_ADULTS = (1, 10, 100, 250)  # million; what the student imagines, no figure of any source


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _option(count: Count) -> str:
    label = count.reference.label
    return count.place if label in count.place else f"{count.place} ({label})"


class PainBurdenExplorer(CaseExplorer):
    """Choose a survey, a definition of pain and a group of people, and see how many are counted.

    >>> PainBurdenExplorer(people="women").case().table[0]["who"]
    'everyone'
    """

    title = "How many people live with chronic pain, and who is counted?"
    look_for = (
        "how the count falls when the definition gets narrower, in the same survey and among the "
        "same people. Then compare surveys: how much of their difference is the definition?"
    )
    columns: ClassVar[Mapping[str, str]] = {
        "survey": "Survey or review",
        "definition": "Definition",
        "who": "Who",
        "share": "Share",
        "interval": "Interval as printed",
        "of_100": "Of 100",
        "millions": "People, where the source counts them",
    }

    survey = Choice(
        "Country or survey",
        list({count.survey: _option(count) for count in counts()}.items()),
        "lucas2024",
    )
    definition = Choice("Definition", list(DEFINITIONS.items()), "chronic")
    people = Choice(
        "Sex or group",
        [
            (who, who[0].upper() + who[1:])
            for who in _unique([EVERYONE, *(count.people for count in counts())])
        ],
    )
    adults = Steps("Adults in a place (your assumption)", _ADULTS, 100, unit="million adults")

    @classmethod
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return {
            (*count.setting, adults): Case(
                reading=count.reading(adults),
                table=_lines(count),
                details=list(count.details()),
                captions=list(_captions(count, adults)),
                drawn={"groups": in_groups(_groups(count))},
                record=digest([count.result.model_dump(), count.study.model_dump()]),
            )
            for count in counts()
            for adults in _ADULTS
        }

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"people": hundred_people("groups", 3), "surveys": _surveys()}


def _groups(count: Count) -> list[tuple[str, int, str]]:
    """A hundred people by the chosen definition, and by the survey's narrower or wider one."""
    others = {other.definition: other for other in count.others_by_definition()}
    if count.definition == "chronic" and "high-impact" in others:
        high = others["high-impact"].per_hundred
        return [
            ("person", high, "counted, with high-impact chronic pain"),
            ("diamond", count.per_hundred - high, "counted, with other chronic pain"),
            ("ring", 100 - count.per_hundred, "not counted: without chronic pain"),
        ]
    if count.definition == "high-impact" and "chronic" in others:
        chronic = others["chronic"].per_hundred
        return [
            ("person", count.per_hundred, "counted, with high-impact chronic pain"),
            ("open diamond", chronic - count.per_hundred, "no longer counted: other chronic pain"),
            ("ring", 100 - chronic, "not counted: without chronic pain"),
        ]
    kind = {
        "any": "any pain, chronic or not",
        "strict": "chronic and at least moderate pain",
    }.get(count.definition, "chronic pain")
    return [
        ("person", count.per_hundred, f"counted, with {kind}"),
        ("ring", 100 - count.per_hundred, "not counted"),
    ]


def _shown(count: Count) -> list[Count]:
    """Everyone of each survey, and the chosen group with the other sex; widest definition first."""
    sexes = ("women", "men")
    beside = [count.sibling(people=sex) for sex in sexes] if count.people in sexes else [count]
    chosen = [other for other in beside if other is not None]
    everyone = [other for other in counts() if other.people == EVERYONE and other not in chosen]
    order = list(DEFINITIONS)
    return sorted(
        [*everyone, *chosen], key=lambda c: (order.index(c.definition), -c.result.pct, c.label)
    )


def _lines(count: Count) -> list[dict[str, Any]]:
    """The lines of the picture of all surveys, and their numbers as text."""
    return [
        {
            "survey": other.place,
            "definition": DEFINITIONS[other.definition],
            "who": other.people,
            "share": other.percentage,
            "interval": other.interval,
            "of_100": str(other.per_hundred),
            "millions": f"{other.millions:g} million" if other.millions else "–",
            "line": line,
            "label": other.label,
            "kind": other.definition,
            "pct": other.result.pct,
            "chosen": other == count,
            **_ends(other),
        }
        for line, other in enumerate(_shown(count))
    ]


def _ends(count: Count) -> dict[str, float]:
    if count.result.low is not None and count.result.high is not None:
        return {"low": count.result.low, "high": count.result.high}
    if count.range_of_countries:
        lowest, highest = count.range_of_countries
        return {"lowest": lowest, "highest": highest}
    return {}


def _captions(count: Count, adults: float) -> Iterable[dict[str, str]]:
    each = people_words(adults / 100)
    described = "; ".join(f"{number} {words}" for _, number, words in _groups(count))
    yield {
        "picture": "people",
        "title": f"{count.place}, {count.people}: of 100 people (each mark: {each} people in your "
        "place)",
        "alt": f"A hundred marks. {described}. Each mark stands for {each} people in a place with "
        f"{adults:g} million adults.",
    }
    yield {
        "picture": "surveys",
        "title": "All surveys: chronic pain, unless a label says otherwise (bold: your choice; "
        "line: interval; dashed: range of countries)",
        "alt": f"One mark a survey, the widest definition first. Your choice stands at "
        f"{count.percentage}; all others reach from {_ends_of_all(count)}.",
    }


def _ends_of_all(count: Count) -> str:
    others = [other for other in _shown(count) if other != count]
    lowest = min(others, key=lambda other: other.result.pct)
    highest = max(others, key=lambda other: other.result.pct)
    return f"{lowest.label} to {highest.label}"


def _surveys() -> alt.TopLevelMixin:
    """One line a count: a mark by definition, with its interval where one was printed."""
    base = alt.Chart(alt.NamedData("table")).encode(y=alt.Y("line:O", axis=None))
    x = alt.X(
        "pct:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(title="people of 100", tickCount=5, grid=True),
    )
    interval = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2, color=NEUTRAL)
        .encode(x=alt.X("low:Q"), x2="high:Q")
    )
    countries = (
        base.transform_filter("isValid(datum.lowest)")
        .mark_rule(strokeWidth=2, color=NEUTRAL, strokeDash=[3, 4])
        .encode(x=alt.X("lowest:Q"), x2="highest:Q")
    )
    point = base.mark_point(size=80, filled=True, opacity=1).encode(
        x=x,
        shape=alt.Shape(
            "kind:N",
            legend=None,
            scale=alt.Scale(
                domain=list(DEFINITIONS), range=["square", "circle", "triangle-up", "diamond"]
            ),
        ),
        color=alt.condition("datum.chosen", alt.value(TREATED), alt.value(CONTROL)),
        size=alt.condition("datum.chosen", alt.value(170), alt.value(70)),
    )
    label = base.mark_text(align="left", dy=-12, limit=600, color=INK).encode(
        x=alt.value(0), text="label:N"
    )
    names = label.transform_filter("!datum.chosen")
    chosen = base.transform_filter("datum.chosen").mark_text(
        align="left", dy=-12, limit=600, color=INK, fontWeight="bold"
    )
    return alt.layer(
        interval, countries, point, names, chosen.encode(x=alt.value(0), text="label:N")
    ).properties(height=alt.Step(30))
