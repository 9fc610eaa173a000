"""The relief-over-time explorer: pooled differences in pain from minutes to months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence import references
from ketalab.evidence.certainty import NOT_REVIEWED, badge, grade, level
from ketalab.evidence.library import library
from ketalab.evidence.printable import printable_part
from ketalab.evidence.provenance import provenance_of
from ketalab.evidence.result import Difference, Proportion
from ketalab.evidence.result_wording import result_words
from ketalab.explorers.forest_case import (
    WHY_NOT_POOLED,
    certainty_in_full,
    certainty_words,
    directness_words,
    reference_of,
    review_details,
)
from ketalab.explorers.interval_rows import interval_row, interval_rows
from ketalab.frontend import Choice, Switch, digest
from ketalab.frontend.case_explorer import Case, CaseExplorer
from ketalab.frontend.numerals import fixed
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED

Point = Difference | Proportion
_DRUG = (None, "ketamine")
# Ends of the axes.
_DAYS = (0.014, 130.0)
_POINTS = (-3.6, 1.0)
_OWN_SCALE = (-40.0, 10.0)
_SHARES = (0.0, 100.0)
# Words on the time axis: a day count, and its name in two lines.
_TICKS = {
    1 / 48: ("30", "min"),
    1 / 8: ("3", "hours"),
    1: ("1", "day"),
    7: ("1", "wk"),
    28: ("4", "wk"),
    84: ("12", "wk"),
}


@cache
def _by_review() -> Mapping[str, tuple[Point, ...]]:
    """The pooled results on pain of each review, by time; reviews with many times first."""
    found: dict[str, list[Point]] = {}
    for result in library().results.values():
        is_pain = result.table == "reviews" and result.outcome == "pain" and result.drug in _DRUG
        if is_pain and isinstance(result, Difference | Proportion):
            found.setdefault(result.record, []).append(result)
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return {
        name: tuple(sorted(points, key=lambda point: point.time_days or 0))
        for name, points in ordered
    }


def _sources() -> list[tuple[str, str]]:
    """How the reviews read in the list of choices."""
    return [(name, _source_text(points)) for name, points in _by_review().items()]


def _source_text(points: Sequence[Point]) -> str:
    times = f"{len(points)} times" if len(points) > 1 else points[0].time or "time not given"
    return f"{reference_of(points[0]).label} ({times})"


def _on_time_axis(point: Point) -> bool:
    """Whether a point has a day, and a scale of 0 to 10, so that it may stand beside others."""
    is_ten = isinstance(point, Difference) and point.scale in ("0-10", "0-10 (assumed)")
    return is_ten and bool(point.time_days)


@cache
def _threshold() -> tuple[float, str]:
    """The one minimal important difference that a source here states, in points of 10.

    No review of ketamine that was read states one. The one drawn is from a review of opioids.
    """
    record = library().epidemiology["busse2018"]
    found = re.search(
        r"(\d+)-cm scale \(minimally important (\d+(?:\.\d+)?) cm\)", record.definition
    )
    if found is None or found[1] != "10":
        raise ValueError(
            f"no minimal important difference on a scale of 10 in {record.definition!r}"
        )
    return float(found[2]), references()[record.source_key].label


class ReliefOverTimeExplorer(CaseExplorer):
    """Choose a review, and see how its pooled difference in pain changes with time.

    >>> explorer = ReliefOverTimeExplorer(source="michelet2018")
    >>> [row["when"] for row in explorer.tabulate()]
    ['1 week', '2 weeks', '4 weeks', '8 weeks', '12 weeks']
    """

    title = "How much less pain, and for how long?"
    look_for = (
        "where an interval reaches zero, what certainty stands above each point, and how small the "
        "differences are beside the dashed line (a minimal important difference). Then choose "
        "another review: same question, another answer."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "when": "When",
        "review": "Review",
        "effect": "Ketamine against control",
        "certainty": "Certainty (GRADE)",
        "important": "Against the threshold",
    }

    source = Choice("Review", _sources(), "mcmaster2024nma")
    others = Switch("Show the other reviews behind it")
    threshold = Switch("Show the minimal important difference", default=True)

    @classmethod
    @cache
    def cases(cls) -> Mapping[tuple[Any, ...], Case]:
        return {
            (name, others, threshold): _case(name, others, threshold)
            for name in _by_review()
            for others in (False, True)
            for threshold in (True, False)
        }

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {
            "over_time": _over_time(),
            "own_scale": interval_rows(
                "own_scale", "Points, ketamine minus control", _OWN_SCALE
            ),
            "untimed": interval_rows("untimed", "Points of 10, ketamine minus control", _POINTS),
            "shares": interval_rows("shares", "Of 100 treated, without any control", _SHARES),
        }  # fmt: skip


def _case(name: str, others: bool, threshold: bool) -> Case:
    points = _by_review()[name]
    picture = _picture(points)
    timed = picture == "over_time"
    behind = [
        point
        for other, found in _by_review().items()
        if timed and others and other != name
        for point in found
        if _on_time_axis(point)
    ]
    on_ten = picture in ("over_time", "untimed")
    line = threshold and timed
    drawn: dict[str, list[dict[str, Any]]] = {}
    if timed:
        drawn["points"] = [_drawn(point) for point in points]
        drawn["certainty"] = list(_certainty(points))
        drawn["behind"] = [_drawn(point) for point in behind]
        drawn["threshold"] = [_threshold_row()] if line else []
    else:
        drawn[picture] = [_row(point, picture) for point in points]
    size, source = _threshold()
    return Case(
        reading=_reading(points, behind, threshold and on_ten),
        table=[_line(point, on_ten) for point in (*points, *behind)],
        details=list(_details(name, points)),
        captions=[_caption(picture, points, behind, line)],
        drawn=drawn,
        record=digest(
            [
                *(point.model_dump(mode="json") for point in (*points, *behind)),
                library().reviews[name].model_dump(mode="json"),
                size,
                source,
            ]
        ),
    )


def _picture(points: Sequence[Point]) -> str:
    first = points[0]
    if isinstance(first, Proportion):
        return "shares"
    if all(_on_time_axis(point) for point in points):
        return "over_time"
    return "own_scale" if first.scale.startswith("0-100") else "untimed"


def _estimate(point: Point) -> tuple[float, float, float]:
    value = point.estimate if isinstance(point, Difference) else point.pct
    assert point.low is not None
    assert point.high is not None
    return value, point.low, point.high


def _drawn(point: Point) -> dict[str, Any]:
    """A point on the time axis; of a span of time, its beginning."""
    estimate, low, high = _estimate(point)
    return {"days": _day(point), "estimate": estimate, "low": low, "high": high}


def _day(point: Point) -> float:
    return float(f"{point.time_days:.4g}")


def _certainty(points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    """Four circles for each point, filled as the grade is; a dash where nothing was graded."""
    for point in points:
        marks = grade(point.certainty).partition(" ")[0]
        for place, mark in enumerate(marks):
            kind = {"⊕": "yes", "◯": "no"}.get(mark, "not graded")
            yield {"days": _day(point), "at": 0.86 - 0.19 * place, "kind": kind}


def _threshold_row() -> dict[str, Any]:
    size, source = _threshold()
    return {"at": -size, "text": f"Dashed: {size:g} of 10 ({source}, on opioids)"}


def _row(point: Point, picture: str) -> dict[str, Any]:
    domains = {"own_scale": _OWN_SCALE, "untimed": _POINTS, "shares": _SHARES}
    estimate, low, high = _estimate(point)
    unit = "%" if picture == "shares" else ""
    digits = 0 if picture == "shares" else 2
    mark = "not graded"
    if point.certainty != mark:
        mark = grade(point.certainty).partition(" ")[0]
    return interval_row(
        f"{point.time or 'Time not given'}: {fixed(estimate, digits)}{unit} {mark}",
        f"{fixed(low, digits)} to {fixed(high, digits)}",
        (estimate, low, high),
        domains[picture],
    )


def _line(point: Point, on_ten: bool) -> dict[str, str]:
    return {
        "when": point.time or "not given",
        "review": reference_of(point).label,
        "effect": result_words(point),
        "certainty": certainty_in_full(point),
        "important": _against_threshold(point) if on_ten else "–",
    }


def _against_threshold(point: Point) -> str:
    """Where the interval lies beside the threshold: all of it, some of it, none of it."""
    size = _threshold()[0]
    _, low, high = _estimate(point)
    if high <= -size:
        return "all of the interval reaches it"
    return "part of the interval reaches it" if low <= -size else "none of the interval reaches it"


# In words ------------------------------------------------------------------------------------


def _reading(points: Sequence[Point], behind: Sequence[Point], threshold: bool) -> str:
    label = reference_of(points[0]).label
    marks = badge(provenance_of(points[0], library()).verified)
    if any(isinstance(point, Proportion) for point in points):
        said = " There was no control group: this is not what the drug did."
    else:
        reaching = [point for point in points if _estimate(point)[2] >= 0]
        times = ", ".join(point.time or "time not given" for point in reaching)
        said = (
            f" The interval reaches zero ({times})." if reaching else " No interval reaches zero."
        )
    for point in points:
        if "no reduction" in (words := certainty_in_full(point)):
            said += f" The certainty at {point.time} is {words.partition(' ')[2]}."
    if threshold:
        size, source = _threshold()
        full = sum(_estimate(point)[2] <= -size for point in points)
        said += (
            f" {full} of {len(points)} intervals lie wholly beyond {size:g} point of 10, the "
            f"minimally important difference in {source}, a review of opioids; no ketamine review "
            "that was read states one."
        )
    if behind:
        said += f" Behind it stand {len(behind)} points of other reviews, which share trials."
    return (
        f"{label}: {_said(points)}.{said} {directness_words(points)} "
        f"Verified: {marks}. Certainty (GRADE): {certainty_words(points)}."
    )


def _said(points: Sequence[Point]) -> str:
    """The first and the last point in words; with one point, that."""
    ends = [points[0]] if len(points) == 1 else [points[0], points[-1]]
    what = f"{points[0].measure}, " if isinstance(points[0], Proportion) else ""
    return what + "; ".join(
        f"{point.time or 'time not given'}: {result_words(point)}" for point in ends
    )


def _first_upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _caption(
    picture: str, points: Sequence[Point], behind: Sequence[Point], line: bool
) -> dict[str, str]:
    titles = {
        "over_time": "● pooled difference, interval; circles: certainty, of four (–: not graded)",
        "own_scale": "On its own scale, 0 to 100 (assumed); no day given, so no time axis",
        "untimed": "No time given, so no time axis",
        "shares": f"{_first_upper(points[0].measure)}: people of 100, no control group",
    }
    title = titles[picture]
    if behind:
        title += "; ○ other reviews"
    numbers = "; ".join(
        f"{point.time or 'time not given'}: {result_words(point)}" for point in points
    )
    extra = f" Hollow grey points: {len(behind)} results of other reviews." if behind else ""
    if line:
        extra += f" A dashed line stands at {fixed(_threshold_row()['at'])} points."
    return {
        "picture": picture,
        "title": title,
        "alt": f"{reference_of(points[0]).label}. {numbers}.{extra}",
    }


def _details(name: str, points: Sequence[Point]) -> Iterator[dict[str, str]]:
    review = library().reviews[name]
    yield from review_details([name])
    for finding in review.other_findings:
        if shown := printable_part(finding):
            for key, other in library().reviews.items():
                shown = shown.replace(key, references()[other.source_key].label)
            text = f"{_first_upper(shown)}."
            yield {"term": "It also says", "text": text}
    yield {"term": "Certainty (GRADE)", "text": certainty_words(points)}
    yield {
        "term": "How to read the time",
        "text": "A span of time is drawn at its beginning. The points of a review are not joined: "
        "how many trials and people stand behind each is not given in what was read, and they need "
        "not be the same.",
    }
    size, _ = _threshold()
    busse = library().epidemiology["busse2018"]
    yield {
        "term": "Minimal important difference",
        "link_text": references()[busse.source_key].label,
        "link": references()[busse.source_key].links[0][1],
        "text": f"{busse.definition}; {level(busse.verified)}. No review of ketamine that was read "
        f"states one, so {size:g} point is borrowed, from other medicines and other people. It is "
        "a measure for one person; an average below it may hide people who gained more.",
        "mark": NOT_REVIEWED,
    }
    yield {"term": "Other reviews", "text": WHY_NOT_POOLED["reviews"]}


# The picture ---------------------------------------------------------------------------------


def _over_time() -> alt.TopLevelMixin:
    names = " : ".join(
        f"abs(datum.value - {days:.4g}) < {days / 10:.3g} ? ['{number}', '{unit}']"
        for days, (number, unit) in _TICKS.items()
    )
    axis = alt.Axis(
        title="Time (log axis)",
        values=[float(f"{days:.4g}") for days in _TICKS],
        labelExpr=f"{names} : ''",
        labelOverlap=False,
        labelFlush=False,
        grid=False,
    )
    days = alt.X("days:Q", scale=alt.Scale(type="log", domain=_DAYS, nice=False), axis=axis)
    scale = alt.Scale(domain=_POINTS, nice=False, zero=False)
    title = "Points of 10, ketamine minus control"
    points_axis = alt.Axis(title=title, values=[-3, -2, -1, 0, 1], format="d")

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=points_axis)

    def dots(data: str, colour: str, filled: bool) -> list[alt.Chart]:
        base = alt.Chart(alt.NamedData(data)).encode(x=days)
        width = 2.5 if filled else 1
        interval = base.mark_rule(color=colour, strokeWidth=width).encode(y=y("low"), y2="high:Q")
        estimate = base.mark_point(
            color=colour, filled=filled, opacity=1, size=90 if filled else 45, strokeWidth=1.5
        ).encode(y=y("estimate"))
        return [interval, estimate]

    line = alt.Chart(alt.NamedData("threshold"))
    threshold = line.mark_rule(color=CONTROL, strokeWidth=1.5, strokeDash=[6, 4]).encode(y=y("at"))
    name = line.mark_text(align="left", baseline="bottom", fontSize=11, color=INK).encode(
        x=alt.value(6), y=alt.value(296), text="text:N"
    )
    zero = (
        alt.Chart(alt.NamedData("points"))
        .mark_rule(color=NEUTRAL, strokeWidth=1.5)
        .encode(y=alt.datum(0))
    )
    graded = alt.Chart(alt.NamedData("certainty")).encode(x=days, y=y("at"))
    kinds = alt.Scale(domain=["yes", "no", "not graded"], range=["circle", "circle", "stroke"])
    certainty = graded.mark_point(size=60, stroke=INK, strokeWidth=1.3, opacity=1).encode(
        shape=alt.Shape("kind:N", legend=None, scale=kinds),
        fill=alt.condition("datum.kind === 'yes'", alt.value(INK), alt.value("transparent")),
    )
    layers = [zero, threshold, *dots("behind", NEUTRAL, False), *dots("points", TREATED, True)]
    return alt.layer(*layers, certainty, name).properties(height=300)
