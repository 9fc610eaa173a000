"""The claim-audit explorer: judge each claim, see the course's verdict, and how well you judge."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, get_args

import altair as alt

from ketalab.evidence.claim import Verdict
from ketalab.explorers.claim_evidence import DIRECTNESS, claims_on_table
from ketalab.frontend import Choice, Explorer, Steps, digest
from ketalab.frontend.numerals import fixed, fixed_expression
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED
from ketalab.models.risk import proportion_interval

_VERDICTS = get_args(Verdict)
_OPEN = "not judged yet"
_SURE = (20, 40, 60, 80, 100)
_COUNT = len(claims_on_table())
_NONE = "–"


def _controls() -> dict[str, Any]:
    """The claim, and for each claim a verdict and how sure one is of it."""
    claims = [
        (claim.name, f"{claim.name}. {claim.claim.claim.rstrip('.')}")
        for claim in claims_on_table()
    ]
    found: dict[str, Any] = {"claim": Choice("Claim", claims, "3")}
    for name, _ in claims:
        shared: dict[str, Any] = {"group": "Your judgement", "only_if": ("claim", name)}
        found[f"verdict_{name}"] = Choice(
            f"Your verdict on claim {name}", [_OPEN, *_VERDICTS], **shared
        )
        found[f"confidence_{name}"] = Steps(
            f"How sure are you of your verdict on claim {name}?",
            _SURE,
            60,
            unit="%",
            help="20% is a blind guess among five verdicts.",
            **shared,
        )
    return found


# Two controls for each claim: as many as the table has, so that they are not written out.
_Judgements = types.new_class(
    "_Judgements", (Explorer,), exec_body=lambda ns: ns.update(_controls())
)


class ClaimAuditExplorer(_Judgements):  # type: ignore[misc, valid-type]
    """Judge the claims of the text one by one; the course's verdict shows after your own.

    >>> explorer = ClaimAuditExplorer(claim="9", verdict_9="overstated", confidence_9=80)
    >>> explorer.table["Agreed"][8]
    'yes'
    """

    title = "What is each claim of the text worth, and how sure can you be of your judgement?"
    look_for = (
        "what lies on the table before you judge: how direct, how well checked, how sure. Choose "
        "a verdict and how sure you are; only then the course shows its own."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "title": "Claim",
        "yours": "Your verdict",
        "sure": "How sure",
        "course": "Verdict of the course",
        "agreed": "Agreed",
    }

    @classmethod
    @cache
    def flow(cls) -> list[dict[str, Any]]:
        names = [claim.name for claim in claims_on_table()]

        def of_claim(kind: str) -> str:
            return f"[{', '.join(f'{kind}_{name}' for name in names)}][datum.place - 1]"

        def formula(field: str, expression: str) -> dict[str, str]:
            return {"type": "formula", "as": field, "expr": expression}

        def keep(expression: str) -> dict[str, str]:
            return {"type": "filter", "expr": expression}

        now = "data('now')[0]"
        total = "data('total')[0]"
        share = fixed_expression(f"100 * {total}.agreed / {total}.judged")
        mean = fixed_expression(f"{total}.sure / {total}.judged")
        return [
            {"name": "claims", "values": _claims()},
            {"name": "all_shares", "values": _shares()},
            {"name": "all_marks", "values": _marks()},
            {"name": "all_details", "values": _details()},
            {"name": "all_sources", "values": _sources()},
            {
                "name": "judged",
                "source": "claims",
                "transform": [
                    formula("answer", of_claim("verdict")),
                    formula("level", of_claim("confidence")),
                    formula("judged", f"datum.answer === '{_OPEN}' ? 0 : 1"),
                    formula("same", "datum.answer === datum.verdict ? 1 : 0"),
                    formula("chosen", "datum.claim === claim"),
                    formula("weight", "datum.judged * datum.level"),
                ],
            },
            {"name": "now", "source": "judged", "transform": [keep("datum.chosen")]},
            {
                "name": "total",
                "source": "judged",
                "transform": [
                    {
                        "type": "aggregate",
                        "ops": ["sum", "sum", "sum"],
                        "fields": ["judged", "same", "weight"],
                        "as": ["judged", "agreed", "sure"],
                    }
                ],
            },
            {
                "name": "reading",
                "source": "now",
                "transform": [
                    formula(
                        "text",
                        f"(datum.judged ? {_after_expression()} : datum.before) + ' ' + "
                        f"({total}.judged === 0 ? '{_NOTHING_JUDGED}' : "
                        f"'You have judged ' + {total}.judged + ' of {_COUNT}, on average ' + "
                        f"{mean} + '% sure, and agree with the course on ' + {total}.agreed + "
                        f"' (' + {share} + '%): too few for more than a hint.')",
                    )
                ],
            },
            {
                "name": "table",
                "source": "judged",
                "transform": [
                    formula("yours", "datum.answer"),
                    formula("sure", f"datum.judged ? datum.level + '%' : '{_NONE}'"),
                    formula("course", "datum.judged ? datum.verdict : 'judge first'"),
                    formula("agreed", f"datum.judged ? (datum.same ? 'yes' : 'no') : '{_NONE}'"),
                ],
            },
            {
                "name": "details",
                "source": "all_details",
                "transform": [keep(f"datum.claim === claim && (!datum.after || {now}.judged)")],
            },
            {
                "name": "sources",
                "source": "all_sources",
                "transform": [keep("datum.claim === claim")],
            },
            # All possible marks are rows of their own: selected, never rewritten.
            {
                "name": "marks",
                "source": "all_marks",
                "transform": [
                    keep(f"datum.answer === {of_claim('verdict')}"),
                    # A filter takes in what changes at its end.
                    {"type": "collect", "sort": {"field": "place"}},
                ],
            },
            {
                "name": "counts",
                "source": "judged",
                "transform": [
                    keep("datum.judged"),
                    {
                        "type": "aggregate",
                        "groupby": ["level"],
                        "ops": ["sum", "sum"],
                        "fields": ["judged", "same"],
                        "as": ["of", "agreed"],
                    },
                    formula("key", "datum.level + ':' + datum.agreed + '/' + datum.of"),
                ],
            },
            {
                "name": "calibration",
                "source": "all_shares",
                "transform": [
                    keep("indexof(pluck(data('counts'), 'key'), datum.key) >= 0"),
                    {"type": "collect", "sort": {"field": "level"}},
                ],
            },
            {
                "name": "captions",
                "values": [{"picture": name} for name in ("sources", "verdicts", "calibration")],
                "transform": [
                    keep(
                        f"datum.picture === 'sources' ? !{now}.judged : "
                        f"datum.picture === 'verdicts' ? {now}.judged : {total}.judged > 0"
                    ),
                    formula(
                        "title",
                        f"datum.picture === 'sources' ? {now}.sources_title : "
                        f"datum.picture === 'verdicts' ? '{_VERDICTS_TITLE}' : "
                        f"'{_CALIBRATION_TITLE}'",
                    ),
                    formula(
                        "alt",
                        f"datum.picture === 'sources' ? {now}.sources_alt : "
                        "datum.picture === 'verdicts' ? 'Your verdicts beside those of the "
                        "course. ' + join(pluck(data('marks'), 'phrase'), '; ') + '.' : "
                        "'How often you agreed, by how sure you were: ' + "
                        "join(pluck(data('calibration'), 'phrase'), '; ') + '.'",
                    ),
                ],
            },
        ]

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"sources": _strip(), "verdicts": _verdicts(), "calibration": _calibration()}

    def _judged(self) -> list[dict[str, Any]]:
        """Each claim with the student's verdict and confidence."""
        rows = []
        for row in _claims():
            name = row["claim"]
            answer = getattr(self, f"verdict_{name}")
            level = getattr(self, f"confidence_{name}")
            judged = answer != _OPEN
            same = answer == row["verdict"]
            rows.append(row | {"answer": answer, "level": level, "judged": judged, "same": same})
        return rows

    def read(self) -> str:
        rows = self._judged()
        (now,) = (row for row in rows if row["claim"] == self.claim)
        marks = [row for row in rows if row["judged"]]
        text = now["before"]
        if now["judged"]:
            agreed = "You agree" if now["same"] else "You differ"
            text = (
                f"{now['head']} You say {now['answer']} ({now['level']}% sure); the course says "
                f"{now['verdict']}. {agreed}. {now['summary']}"
            )
        if not marks:
            return f"{text} {_NOTHING_JUDGED}"
        agreed = sum(row["same"] for row in marks)
        mean = sum(row["level"] for row in marks) / len(marks)
        return (
            f"{text} You have judged {len(marks)} of {_COUNT}, on average {fixed(mean)}% sure, "
            f"and agree with the course on {agreed} ({fixed(100 * agreed / len(marks))}%): too "
            "few for more than a hint."
        )

    def tabulate(self) -> Sequence[dict[str, str]]:
        return [
            {
                "title": row["title"],
                "yours": row["answer"],
                "sure": f"{row['level']}%" if row["judged"] else _NONE,
                "course": row["verdict"] if row["judged"] else "judge first",
                "agreed": (("no", "yes")[row["same"]]) if row["judged"] else _NONE,
            }
            for row in self._judged()
        ]

    def captions(self) -> Sequence[dict[str, str]]:
        rows = self._judged()
        (now,) = (row for row in rows if row["claim"] == self.claim)
        marks = [row for row in rows if row["judged"]]
        captions = []
        if not now["judged"]:
            title, text = now["sources_title"], now["sources_alt"]
            captions.append({"picture": "sources", "title": title, "alt": text})
        else:
            said = "; ".join(
                f"claim {row['claim']}: you {row['answer']}, the course {row['verdict']}"
                for row in marks
            )
            text = f"Your verdicts beside those of the course. {said}."
            captions.append({"picture": "verdicts", "title": _VERDICTS_TITLE, "alt": text})
        if marks:
            said = "; ".join(
                f"at {level}% sure, {sum(row['same'] for row in mine)} of {len(mine)}"
                for level in _SURE
                if (mine := [row for row in marks if row["level"] == level])
            )
            text = f"How often you agreed, by how sure you were: {said}."
            captions.append({"picture": "calibration", "title": _CALIBRATION_TITLE, "alt": text})
        return captions


_NOTHING_JUDGED = f"You have judged 0 of {_COUNT}."
_VERDICTS_TITLE = "Verdicts on the claims judged so far (ring: yours; diamond: the course)"
_CALIBRATION_TITLE = (
    "How often you agreed, by how sure you were, with 95% interval (dashed: perfectly calibrated)"
)


def _after_expression() -> str:
    return (
        "datum.head + ' You say ' + datum.answer + ' (' + datum.level + '% sure); the course "
        "says ' + datum.verdict + '. ' + (datum.same ? 'You agree' : 'You differ') + '. ' + "
        "datum.summary"
    )


@cache
def _claims() -> list[dict[str, Any]]:
    rows = []
    for place, on_table in enumerate(claims_on_table(), 1):
        claim = on_table.claim
        head = f"Claim {on_table.name} of {_COUNT}: “{claim.claim}”"
        summary = on_table.summary()
        strip = on_table.strip()
        described = "; ".join(dict.fromkeys(row["label"] for row in strip))
        rows.append(
            {
                "claim": on_table.name,
                "place": place,
                "title": f"{on_table.name}. {claim.claim}",
                "verdict": claim.verdict,
                "head": head,
                "summary": summary,
                "before": f"{head} {summary} Judge first: the verdict of the course shows after.",
                "sources_title": f"What lies on the table for claim {on_table.name}: one sign, one "
                "source (◆ label, ● primary, ◐ review, ○ second-hand)",
                "sources_alt": f"The {len(strip)} sources of claim {on_table.name} by how directly "
                f"they speak to chronic pain. {described}.",
                "record": digest(claim.model_dump()),
            }
        )
    return rows


def _marks() -> list[dict[str, Any]]:
    """Every verdict that a student can give each claim, beside the course's."""
    return [
        {
            "place": place,
            "answer": answer,
            "verdict": on_table.claim.verdict,
            "phrase": f"claim {on_table.name}: you {answer}, the course {on_table.claim.verdict}",
        }
        for place, on_table in enumerate(claims_on_table(), 1)
        for answer in _VERDICTS
    ]


def _shares() -> list[dict[str, Any]]:
    """The share agreed and its 95% interval for every count that a level can have."""
    rows = []
    for level in _SURE:
        for of in range(1, _COUNT + 1):
            for agreed in range(of + 1):
                share = (agreed / of, *proportion_interval(agreed, of))
                ends = (float(f"{100 * value:.4g}") for value in share)
                rows.append(
                    {
                        "key": f"{level}:{agreed}/{of}",
                        "level": level,
                        **dict(zip(("share", "low", "high"), ends, strict=True)),
                        "label": f"{agreed} of {of}",
                        "phrase": f"at {level}% sure, {agreed} of {of}",
                    }
                )
    return rows


def _details() -> list[dict[str, Any]]:
    return [{"claim": on.name, **row} for on in claims_on_table() for row in on.details()]


def _sources() -> list[dict[str, Any]]:
    return [{"claim": on.name, **row} for on in claims_on_table() for row in on.strip()]


def _strip() -> alt.TopLevelMixin:
    """A sign for each source, in a row for each kind of directness."""
    rows = alt.Y("directness:N", axis=None, sort=list(DIRECTNESS))
    base = alt.Chart(alt.NamedData("sources")).encode(y=rows)
    signs = base.mark_text(align="left", fontSize=20, dy=9).encode(
        x=alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0, 12], nice=False)),
        text="sign:N",
        color=alt.value(TREATED),
    )
    labels = (
        base.transform_filter("datum.place === 0")
        .mark_text(align="left", dy=-12, limit=600, color=INK)
        .encode(x=alt.value(0), text="label:N")
    )
    return alt.layer(signs, labels).properties(height=alt.Step(52))


def _own_rows(rows: list[dict[str, Any]]) -> alt.Data:
    """Rows that a layer keeps to itself. `InlineData` would move them to a set of the whole chart,
    by a name that the flow does not have."""
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _verdicts() -> alt.TopLevelMixin:
    """The student's verdict and the course's for each claim that has been judged."""
    marks = alt.Chart(alt.NamedData("marks"))
    claims = alt.X(
        "place:O",
        scale=alt.Scale(domain=list(range(1, _COUNT + 1))),
        axis=alt.Axis(title="number of the claim", labelAngle=0, grid=True),
    )
    scale = alt.Scale(domain=list(_VERDICTS))
    axis = None
    yours = marks.mark_point(size=200, strokeWidth=2.5, opacity=1, color=TREATED).encode(
        x=claims, y=alt.Y("answer:N", scale=scale, axis=axis)
    )
    course = marks.mark_point(
        shape="diamond", size=70, filled=True, opacity=1, color=CONTROL
    ).encode(x=claims, y=alt.Y("verdict:N", scale=scale, axis=axis))
    between = marks.mark_rule(color=NEUTRAL, strokeWidth=1.5).encode(
        x=claims,
        y=alt.Y("answer:N", scale=scale, axis=axis),
        y2=alt.Y2("verdict:N"),
    )
    names = (
        alt.Chart(_own_rows([{"verdict": verdict} for verdict in _VERDICTS]))
        .mark_text(align="left", dy=-15, color=INK)
        .encode(x=alt.value(0), y=alt.Y("verdict:N", scale=scale, axis=axis), text="verdict:N")
    )
    return alt.layer(between, yours, course, names).properties(height=alt.Step(40))


def _calibration() -> alt.TopLevelMixin:
    """How often the student agreed, against how sure the student was."""
    ends = alt.Scale(domain=[0, 100], nice=False)
    sure = alt.X(
        "level:Q",
        scale=alt.Scale(domain=[0, 125], nice=False),
        axis=alt.Axis(title="how sure (%)", values=[0, *_SURE]),
    )

    def share(field: str) -> alt.Y:
        axis = alt.Axis(title="agreed (%)", values=[0, 50, 100])
        return alt.Y(f"{field}:Q", scale=ends, axis=axis)

    diagonal = (
        alt.Chart(_own_rows([{"level": 0, "share": 0}, {"level": 100, "share": 100}]))
        .mark_line(color=NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=sure, y=share("share"))
    )
    base = alt.Chart(alt.NamedData("calibration")).encode(x=sure)
    interval = base.mark_rule(strokeWidth=2, color=TREATED).encode(
        y=share("low"), y2=alt.Y2("high:Q")
    )
    point = base.mark_point(size=90, filled=True, opacity=1, color=TREATED).encode(y=share("share"))
    label = base.mark_text(align="left", dx=8, color=INK).encode(y=share("share"), text="label:N")
    return alt.layer(diagonal, interval, point, label).properties(height=170)
