"""The dose-to-brain explorer: from a published regimen to concentrations in blood and brain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import altair as alt

from ketalab.evidence import library, references
from ketalab.evidence.certainty import grade
from ketalab.evidence.pharmacology import references as papers
from ketalab.explorers.dose_to_brain_course import (
    LOWEST,
    NONE,
    OTHER,
    PATIENTS,
    SEED,
    WEIGHTS,
    Course,
    bands,
    bands_of,
    change_by,
    concentration,
    courses,
    horizon,
    medicines,
    published_peak,
    sampling,
)
from ketalab.explorers.trial_regimen import Regimen, duration, regimens
from ketalab.frontend import Choice, Explorer, Steps, Switch, digest
from ketalab.frontend.numerals import MINUS
from ketalab.frontend.palette import CONTROL, INK, NEUTRAL, TREATED
from ketalab.simulation.effects import effect_models
from ketalab.simulation.interactions import ExposureChange
from ketalab.simulation.kinetics import KineticModel, kinetic_model

Json = dict[str, Any]

_HIGHEST = 3000
_MARGIN = 92
_THE = "data('the"
# How the model card names what has a range, and how a reader does.
_QUANTITIES = {
    "dose_mg_per_kg": "dose per kg",
    "dose_mg": "dose",
    "duration_h": "duration",
    "weight_kg": "weight",
}
_HOW_RUN = (
    "Clearance, and by mouth the way in as well, are changed until the AUC changes as published: "
    "as a study by vein tells, or else as if the liver's enzymes alone had changed."
)
_PEAKS_TITLE = "The peak in the blood by model, ng/mL (◆ chosen, ● other, ■ published)"
_CURVES = ("blood", "site", "norketamine", "low", "high")
_COLUMNS = ("blood", "spread", "site", "norketamine")


def _regimen_text(regimen: Regimen) -> str:
    return f"{regimen.words} · {regimen.source.label}, {regimen.source.people}"


def _signed(words: str | None) -> str | None:
    """The words of the table with a true minus sign at their head."""
    return words and re.sub("^-", MINUS, words)


def _model_text(model: KineticModel) -> str:
    return f"{_name(model)} ({sampling(model)}): {model.card.title}"


def _name(model: KineticModel) -> str:
    key = model.record.source_key
    return key if key in papers() else "Constructed for teaching"


@cache
def _model_ids() -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for regimen in regimens().values() for id in regimen.models))


def _all_medicines() -> list[str]:
    named = dict.fromkeys(name for regimen in regimens().values() for name in medicines(regimen))
    return [NONE, *sorted(name for name in named if name not in (NONE, OTHER)), OTHER]


class DoseToBrainExplorer(Explorer):
    """Choose a regimen that a study gave and a model, and see blood and effect site over time.

    Every regimen is read from the words of a record, every number from a published model. It opens
    on S-ketamine in fibromyalgia, where relief lasted about as long as the drug was in the blood.

    >>> DoseToBrainExplorer(regimen="murrough2013").model
    'kamp2020_meta'
    """

    title = "From dose to brain: how much arrives, when, and how sure are we?"
    look_for = (
        "how far the models disagree about the same dose, and how long the drug stays in a band. "
        "The regimens are those that studies gave; this is no advice on doses."
    )
    columns: ClassVar[Mapping[str, str]] = {
        "time": "Time since the start",
        "blood": "Blood, ng/mL",
        "spread": "5th to 95th of 100 patients",
        "site": "Effect site, ng/mL",
        "norketamine": "S-norketamine, ng/mL",
    }

    regimen = Choice("Regimen of a study", [(r.id, _regimen_text(r)) for r in regimens().values()])
    model = Choice(
        "Published model",
        [(id, _model_text(kinetic_model(id))) for id in _model_ids()],
    )
    co_medication = Choice(
        "Taken as well",
        [(name, "any other medicine" if name == OTHER else name) for name in _all_medicines()],
        NONE,
    )
    weight = Steps("Body weight", WEIGHTS, 70, unit="kg")
    variability = Switch("Virtual patients", True)

    @classmethod
    @cache
    def combinations(cls) -> Sequence[tuple[Any, ...]]:
        return [
            (regimen.id, model, medicine, weight, shown)
            for regimen in regimens().values()
            for model in regimen.models
            for medicine in medicines(regimen)
            for weight in WEIGHTS
            for shown in (True, False)
        ]

    @classmethod
    @cache
    def flow(cls) -> list[Json]:
        of_regimen, of_model = "datum.regimen === regimen", "datum.model === model"
        fits = (
            f"{of_regimen} && indexof(datum.taken, co_medication) >= 0"
            " && indexof(datum.weights, weight) >= 0"
        )
        taken = f"{of_regimen} && datum.medicine === co_medication"
        warned = "indexof(data('chosen')[0].warned, datum.id) >= 0"
        details = ("regimen", "medicine", "model", "warning")
        return [
            {"name": "courses", "values": _in_order(map(_course_record, courses()), 0)},
            {"name": "warnings", "values": _in_order(_warning_rows(), 3000)},
            {"name": "regimen_rows", "values": _in_order(_regimen_rows(), 0)},
            {"name": "model_rows", "values": _in_order(_model_rows(), 2000)},
            {"name": "medicine_rows", "values": _in_order(_medicine_rows(), 1000)},
            {"name": "all_regimens", "values": [_regimen_record(r) for r in regimens().values()]},
            {
                "name": "all_models",
                "values": [_model_record(kinetic_model(id)) for id in _model_ids()],
            },
            {"name": "all_medicines", "values": list(_medicine_records())},
            {"name": "band_rows", "values": _in_order(_band_rows(), 4000)},
            {"name": "published", "values": _in_order(_published(), 1000)},
            _filtered("of_regimen", "courses", fits),
            _filtered("chosen", "of_regimen", of_model),
            _filtered("the_regimen", "all_regimens", of_regimen),
            _filtered("the_model", "all_models", of_model),
            _filtered("the_medicine", "all_medicines", taken),
            _filtered("shown_bands", "band_rows", f"datum.form === {_THE}_regimen')[0].form"),
            {
                "name": "reading",
                "source": "chosen",
                "transform": [
                    _formula(
                        "text",
                        "datum.numbers + (variability ? datum.spread_said : '') + datum.reached"
                        f" + {_THE}_medicine')[0].text + {_THE}_model')[0].text + datum.outside"
                        f" + {_THE}_regimen')[0].text",
                    ),
                    {"type": "project", "fields": ["text"]},
                ],
            },
            _unpacked("table", "time", [(f"row_{name}", name) for name in _COLUMNS], ["spread"]),
            _unpacked("curve", "hour", [(name, name) for name in _CURVES], ["low", "high"]),
            _peak("chosen", of_model),
            _peak("other", "datum.model !== model"),
            _filtered("peak_published", "published", of_regimen),
            _together("peaks", ["peak_chosen", "peak_other", "peak_published"]),
            _caption(
                "curve",
                f"{_THE}_model')[0].title",
                f"{_THE}_regimen')[0].alt_head + datum.numbers + datum.end"
                f" + {_THE}_regimen')[0].alt_tail + (!variability ? ''"
                " : length(datum.low) ? ' A ribbon around the blood. ' + datum.spread_said"
                " : ' No ribbon.')",
            ),
            _caption("models", f"'{_PEAKS_TITLE}'", "datum.models_alt"),
            {"name": "captions", "source": ["caption_curve", "caption_models"]},
            _filtered("details_regimen", "regimen_rows", of_regimen),
            _filtered("details_medicine", "medicine_rows", taken),
            _filtered("details_model", "model_rows", of_model),
            _filtered("details_warning", "warnings", warned),
            _together("details", [*(f"details_{part}" for part in details), "shown_bands"]),
        ]

    @classmethod
    def pictures(cls) -> Mapping[str, alt.TopLevelMixin]:
        return {"curve": _curve(), "models": _models()}

    def course(self) -> Course:
        """The course that the present setting chooses."""
        return _found(self.regimen, self.model, self.co_medication, self.weight)

    def read(self) -> str:
        course = self.course()
        spread = course.spread() if self.variability else ""
        said = _said(course.regimen, self.co_medication)
        return (
            f"{course.numbers()}{spread}{course.reached()}{said}{_simulated_from(course.model)}"
            f"{_outside(course)}{_regimen_said(course.regimen)}"
        )

    def tabulate(self) -> list[dict[str, str]]:
        rows = self.course().table()
        return rows if self.variability else [{**row, "spread": "–"} for row in rows]

    def captions(self) -> list[dict[str, str]]:
        course = self.course()
        end, (head, tail) = _end(course), _around(course.regimen)
        ribbon = ""
        if self.variability:
            shown = course.ribbon is not None
            ribbon = f" A ribbon around the blood. {course.spread()}" if shown else " No ribbon."
        curve = {
            "picture": "curve",
            "title": _model_record(course.model)["title"],
            "alt": f"{head}{course.numbers()}{end}{tail}{ribbon}",
        }
        peaks = {"picture": "models", "title": _PEAKS_TITLE, "alt": _models_alt(course)}
        return [curve, peaks]


@cache
def _by_setting() -> dict[tuple[Any, ...], Course]:
    return {
        (course.regimen.id, course.model.id, medicine, weight): course
        for course in courses()
        for medicine in course.taken
        for weight in course.weights
    }


def _found(*setting: Any) -> Course:
    return _by_setting()[setting]


# What stands in the flow -------------------------------------------------------------------


def _filtered(name: str, source: str, expression: str) -> Json:
    return {
        "name": name,
        "source": source,
        "transform": [{"type": "filter", "expr": expression}],
    }


def _formula(field: str, expression: str) -> Json:
    return {"type": "formula", "as": field, "expr": expression}


def _together(name: str, sources: list[str]) -> Json:
    """Several sets as one, in the order of their rows whichever of them changed last."""
    return {
        "name": name,
        "source": sources,
        "transform": [{"type": "collect", "sort": {"field": "order"}}],
    }


def _in_order(rows: Iterable[Json], first: int) -> list[Json]:
    return [{"order": first + place, **row} for place, row in enumerate(rows)]


def _peak(kind: str, expression: str) -> Json:
    found = _filtered(f"peak_{kind}", "of_regimen", expression)
    found["transform"] += [
        _formula("kind", f"'{kind}'"),
        {"type": "project", "fields": ["order", "peak", "peak_label", "kind"]},
    ]
    return found


def _unpacked(name: str, times: str, lists: list[tuple[str, str]], ribbon: list[str]) -> Json:
    """The lists of the chosen course as rows; those of the ribbon only while it is on."""
    fields, names = zip(*lists, strict=True)
    names = tuple(f"{name}_all" if name in ribbon else name for name in names)
    off = "'–'" if name == "table" else "null"
    return {
        "name": name,
        "source": "chosen",
        "transform": [
            {"type": "project", "fields": list(fields), "as": list(names)},
            _formula(times, f"{_THE}_regimen')[0].{times}"),
            {"type": "flatten", "fields": [times, *names]},
            *(_formula(field, f"variability ? datum.{field}_all : {off}") for field in ribbon),
        ],
    }


def _caption(picture: str, title: str, alternative: str) -> Json:
    return {
        "name": f"caption_{picture}",
        "source": "chosen",
        "transform": [
            _formula("picture", f"'{picture}'"),
            _formula("title", title),
            _formula("alt", alternative),
        ],
    }


@cache
def _warnings() -> dict[str, int]:
    """Every warning of a course with its place: warnings are long and come often."""
    named = dict.fromkeys(warning for course in courses() for warning in course.warnings)
    return {warning: place for place, warning in enumerate(named)}


def _warning_rows() -> list[Json]:
    rows = []
    for text, place in _warnings().items():
        for name, words in _QUANTITIES.items():
            text = text.replace(f"{name} ", f"{words} ")
        rows.append({"id": place, "term": "Warning", "text": text})
    return rows


def _course_record(course: Course) -> Json:
    rows = course.table()
    return {
        "regimen": course.regimen.id,
        "model": course.model.id,
        "weights": list(course.weights),
        "taken": list(course.taken),
        "numbers": course.numbers(),
        "spread_said": course.spread(),
        "reached": course.reached(),
        "outside": _outside(course),
        "end": _end(course),
        "warned": [_warnings()[warning] for warning in course.warnings],
        "models_alt": _models_alt(course),
        "peak": float(f"{course.peak:.4g}"),
        "peak_label": _peak_label(course),
        **course.drawn(),
        **{f"row_{name}": [row[name] for row in rows] for name in _COLUMNS},
    }


def _regimen_record(regimen: Regimen) -> Json:
    head, tail = _around(regimen)
    course = _found(regimen.id, regimen.models[0], NONE, WEIGHTS[0])
    return {
        "regimen": regimen.id,
        "form": regimen.form,
        "text": _regimen_said(regimen),
        "alt_head": head,
        "alt_tail": tail,
        "hour": [float(f"{hour:.4g}") for hour in course.times],
        "time": [row["time"] for row in course.table()],
    }


def _model_record(model: KineticModel) -> Json:
    drug, *metabolites = model.substances
    drug = "Racemic ketamine" if drug == "ketamine" else drug
    metabolite = ", · · · S-norketamine" if metabolites else ""
    return {
        "model": model.id,
        "text": _simulated_from(model),
        "title": f"{drug}: ━ blood ({sampling(model)}), ╍ effect site{metabolite}; published bands",
    }


def _regimen_rows() -> Iterator[Json]:
    for regimen in regimens().values():
        source = regimen.source
        about = {"regimen": regimen.id, "record": source.record}
        link = {"link": source.link, "link_text": source.label} if source.link else {}
        words = source.as_recorded if link else f"{source.as_recorded} ({source.label})"
        yield {**about, "term": "Regimen as recorded", "text": words, **link}
        yield {
            **about,
            "term": "Who took part",
            "text": f"{source.people}: {source.evidence}",
        }
        yield {**about, "term": "How it is run here", "text": regimen.run_as}


def _model_rows() -> Iterator[Json]:
    for id in _model_ids():
        model = kinetic_model(id)
        record, entry = model.record, model.card.entry
        about = {"model": id, "record": digest(record.model_dump(mode="json"))}
        yield {**about, "term": "Model", "text": entry.title, **_paper(record.source_key)}
        counted = "; ".join(f"{level}: {count} values" for level, count in model.card.levels)
        yield {**about, "term": "Verified on", "text": counted}
        yield {
            **about,
            "term": "Where blood was taken",
            "text": f"{model.sampling or 'not known'}. Arterial and venous concentrations must "
            "not be compared as if they were the same.",
        }
        yield {**about, "term": "Virtual patients", "text": _who_varies(model)}
        yield {**about, "term": "Effect site", "text": _effect_site(model)}
        yield {**about, "term": "Not for", "text": " ".join(entry.not_for)}
        if entry.not_known:
            yield {**about, "term": "Not known", "text": " ".join(entry.not_known)}
        if record.printable_doubts:
            yield {**about, "term": "Doubts", "text": record.printable_doubts}


def _who_varies(model: KineticModel) -> str:
    if model.variability.note is not None:
        return (
            f"None. The record says: {model.variability.note}. None is borrowed from another model."
        )
    names = ", ".join(model.variability.fields)
    return (
        f"{PATIENTS}, drawn with seed {SEED}; what varies, as the source reports it: {names}. "
        "The ribbon is for blood, from the 5th to the 95th of 100 at each time."
    )


def _effect_site(model: KineticModel) -> str:
    effect = effect_models()["pressure_pain"]
    delay = effect.parameters[1]
    text = (
        f"It follows the blood with a half-time of {delay.number:g} min ({delay.source_key}: "
        f"{effect.what}; {delay.species_assay})."
    )
    if model.substances[0] == "S-ketamine":
        return text
    return f"{text} For racemic ketamine this is borrowed: an assumption."


def _medicine_rows() -> Iterator[Json]:
    for regimen in regimens().values():
        for name in medicines(regimen):
            change = change_by(regimen, name)
            if change is None:
                continue
            record = library().interactions[change.interaction or ""].model_dump(mode="json")
            about = {"regimen": regimen.id, "medicine": name, "record": digest(record)}
            said = [_signed(change.words), change.mechanism, change.study]
            text = "; ".join(part for part in said if part)
            keys = [key for key in change.sources if key in references()]
            for place, key in enumerate(keys):
                reference = references()[key]
                link = reference.links[0][1] if reference.links else None
                yield {
                    **about,
                    "term": f"{name}: change of the AUC",
                    "text": "" if place else text,
                    "link_text": reference.label,
                    **({"link": link} if link else {}),
                }
            if change.auc_ratio is not None:
                yield {**about, "term": f"{name}: how it is run here", "text": _HOW_RUN}
            for sentence in (*change.not_known, *change.warnings):
                yield {**about, "term": f"{name}: what is not known", "text": sentence}


def _medicine_records() -> Iterator[Json]:
    for regimen in regimens().values():
        for name in medicines(regimen):
            yield {"regimen": regimen.id, "medicine": name, "text": _said(regimen, name)}


def _band_rows() -> Iterator[Json]:
    for band in bands():
        paper = papers()[band.source]
        yield {
            "form": band.form,
            "record": band.record,
            "low": float(f"{band.low:.4g}"),
            # A band of one number is drawn as a line, which needs some height.
            "high": float(f"{max(band.high, band.low * 1.03):.4g}"),
            "label": band.label,
            "above": band.above,
            "term": f"Band: {band.what}",
            "text": f"{band.span} ng/mL; {band.people}",
            "link_text": paper.label,
            **({"link": paper.links[0][1]} if paper.links else {}),
        }


def _published() -> Iterator[Json]:
    for regimen in regimens().values():
        if found := published_peak(regimen):
            source, peak = found
            label = f"published ({source}): {concentration(peak)}"
            yield {"regimen": regimen.id, "peak": peak, "peak_label": label, "kind": "published"}


def _paper(key: str) -> Json:
    if key not in papers():
        return {}
    paper = papers()[key]
    link = {"link": paper.links[0][1]} if paper.links else {}
    return {"link_text": paper.label, **link}


# What is said ------------------------------------------------------------------------------


def _said(regimen: Regimen, medicine: str) -> str:
    """A sentence on what is taken as well; nothing for nothing."""
    if medicine == NONE:
        return ""
    by = f"{regimen.form} by this route"
    if medicine == OTHER:
        return f"For any other medicine with {by} the tables have no figure: nothing is changed. "
    change: ExposureChange | None = medicines(regimen)[medicine]
    if change is None or change.auc_ratio is None:
        words = _signed(change.words) if change else "nothing"
        return f"{medicine}: its source says “{words}” and no number to run: nothing is changed. "
    known = any(split.basis == "intravenous study" for split in change.splits)
    division = "taken from a study by vein" if known else "an assumption"
    split = f"how that divides between clearance and first pass is {division}"
    if regimen.route == "intravenous":
        split = "by vein all of that is clearance"
    words = f"{_signed(change.words)}; {change.study}"
    return f"{medicine} changes the AUC as published ({words}); {split}. "


def _simulated_from(model: KineticModel) -> str:
    level = re.split(r",| that ", model.card.lowest_level or "no level")[0]
    return f"Simulation (numbers: {level}), indirect evidence. "


def _outside(course: Course) -> str:
    """What leaves the range of the model, in short."""
    pattern = r"\w+: (\w+)(?: by the [\w ]+ route)? ([\d.]+) is outside .*? model, (.*?)\. "
    found = [re.match(pattern, warning) for warning in course.warnings]
    outside = [f"{_QUANTITIES[one[1]]} {float(one[2]):.4g} ({one[3]})" for one in found if one]
    return f"Outside the model's range: {', '.join(outside)}. " if outside else ""


def _regimen_said(regimen: Regimen) -> str:
    return (
        f"Regimen ({regimen.source.people}): {regimen.source.evidence}. Certainty (GRADE): "
        f"{grade('not graded')}."
    )


def _around(regimen: Regimen) -> tuple[str, str]:
    """How the alternative text of the curves begins and ends."""
    drawn = ", ".join(f"{band.what} {band.span}" for band in bands_of(regimen.form))
    return (
        f"Curves over {duration(horizon(regimen))} on a logarithmic scale. ",
        f" Bands in ng/mL: {drawn}.",
    )


def _end(course: Course) -> str:
    said = f"At the end {concentration(course.blood[-1])} ng/mL are left in the blood"
    if course.norketamine is not None:
        said += f" and {concentration(course.norketamine[-1])} of S-norketamine"
    return f"{said}."


def _models_alt(course: Course) -> str:
    marks = [*(_peak_label(other) for other in _beside(course)), *_published_labels(course.regimen)]
    if len(marks) == 1:
        return ""
    return f"Peaks in ng/mL: {'; '.join(marks)}. Chosen: {_name(course.model)}."


def _beside(course: Course) -> list[Course]:
    """The same regimen, weight and medicine in every model that can run it."""
    return [
        _found(course.regimen.id, model, course.taken[0], course.weight_kg)
        for model in course.regimen.models
    ]


def _published_labels(regimen: Regimen) -> list[str]:
    return [row["peak_label"] for row in _published() if row["regimen"] == regimen.id]


def _peak_label(course: Course) -> str:
    return f"{_name(course.model)}, {sampling(course.model)}: {concentration(course.peak)}"


# The pictures ------------------------------------------------------------------------------


def _curve() -> alt.TopLevelMixin:
    """Concentrations over time on a logarithmic scale, over the published bands."""
    scale = alt.Scale(type="log", domain=[LOWEST, _HIGHEST], nice=False, clamp=True)
    axis = alt.Axis(title="Concentration, ng/mL", values=[1, 10, 100, 1000], format="~f")
    hours = alt.X(
        "hour:Q",
        title="Hours since the start",
        # To the right of the last hour stand the names of the bands.
        scale=alt.Scale(nice=False, range=[0, {"expr": f"width - {_MARGIN}"}]),
        axis=alt.Axis(tickCount=7, grid=False),
    )
    band = alt.Chart(alt.NamedData("shown_bands"))
    areas = band.mark_rect(
        fill=NEUTRAL, fillOpacity=0.16, stroke=NEUTRAL, strokeDash=[2, 3]
    ).encode(y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q")
    base = alt.Chart(alt.NamedData("curve")).encode(x=hours)
    ribbon = base.mark_area(color=TREATED, opacity=0.3).encode(
        y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q"
    )
    lines = [
        base.mark_line(color=colour, strokeWidth=2.5, strokeDash=dash).encode(
            y=alt.Y(f"{field}:Q", scale=scale, axis=axis)
        )
        for field, colour, dash in (
            ("norketamine", NEUTRAL, [2, 4]),
            ("blood", TREATED, [1, 0]),
            ("site", CONTROL, [7, 4]),
        )
    ]
    labels = [
        band.transform_filter(f"{'' if above else '!'}datum.above")
        .mark_text(
            align="right", baseline="bottom" if above else "top", dx=-2, dy=-2 if above else 3
        )
        .encode(
            x=alt.value("width"),
            y=alt.Y("high:Q" if above else "low:Q", scale=scale, axis=axis),
            text="label:N",
        )
        for above in (True, False)
    ]
    return alt.layer(areas, ribbon, *lines, *labels).properties(height=290)


def _models() -> alt.TopLevelMixin:
    """Peaks of the same regimen by model, beside what was published."""
    kinds = ["chosen", "other", "published"]
    base = (
        alt.Chart(alt.NamedData("peaks"))
        # Numbered, because the order of names would remember what was drawn before.
        .transform_window(line="row_number()")
        .encode(y=alt.Y("line:O", axis=None))
    )
    points = base.mark_point(size=100, filled=True, opacity=1).encode(
        x=alt.X(
            "peak:Q",
            title="Peak in the blood, ng/mL",
            scale=alt.Scale(zero=True),
            axis=alt.Axis(tickCount=6),
        ),
        shape=alt.Shape(
            "kind:N",
            legend=None,
            scale=alt.Scale(domain=kinds, range=["diamond", "circle", "square"]),
        ),
        color=alt.Color(
            "kind:N",
            legend=None,
            scale=alt.Scale(domain=kinds, range=[TREATED, NEUTRAL, CONTROL]),
        ),
    )
    labels = base.mark_text(align="left", dy=-15, limit=600, color=INK).encode(
        x=alt.value(0), text="peak_label:N"
    )
    return alt.layer(points, labels).properties(height=alt.Step(34))
