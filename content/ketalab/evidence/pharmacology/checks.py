"""What must hold between the values, the models and the papers of the pharmacology."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ketalab.evidence.oddity import Oddity, unexcused
from ketalab.evidence.pharmacology.benchmark import Benchmark
from ketalab.evidence.pharmacology.paper import Paper
from ketalab.evidence.pharmacology.parameter import (
    POSITIVE_UNITS,
    RATIOS,
    SHARES,
    UNITS,
    Parameter,
    parameters_in,
)
from ketalab.evidence.pharmacology.pd_model import PdModel
from ketalab.evidence.pharmacology.pk_model import PkModel
from ketalab.evidence.pharmacology.receptor import Receptor
from ketalab.evidence.tables import Problem

# What a benchmark may test beside the kinetic models.
_OTHER_TARGETS = frozenset(
    {
        "acute PD",
        "bioavailability input",
        "bioavailability inputs",
        "chronic pain PD",
        "magnesium block",
        "receptor block",
    }
)


def check_pharmacology(
    pk_models: Mapping[str, PkModel],
    pd_models: Mapping[str, PdModel],
    receptor: Receptor,
    benchmarks: Mapping[str, Benchmark],
    references: Mapping[str, Paper],
    oddities: Mapping[str, Oddity],
) -> list[Problem]:
    """Return everything that is wrong between the tables; an empty list when they are sound.

    An entry of ``oddities`` (``table/record:field``) excuses one problem; an entry that excuses
    nothing is a problem too.
    """
    found: list[Problem] = []
    for file, records in (
        ("pk_models.yaml", pk_models),
        ("pd_models.yaml", pd_models),
        ("receptor.yaml", {name: getattr(receptor, name) for name in type(receptor).model_fields}),
    ):
        for record, content in records.items():
            for path, parameter in parameters_in(content):
                for field, message in _wrong_with(parameter, references):
                    found.append(Problem(file, record, f"{path}.{field}", message))
    for model in pk_models.values():
        found.extend(_wrong_with_model(model, pk_models, references))
    found.extend(_wrong_block(receptor))
    for benchmark in benchmarks.values():
        found.extend(_wrong_with_benchmark(benchmark, pk_models, references))
    return unexcused(found, oddities)


def _wrong_with(parameter: Parameter, references: Mapping[str, Paper]) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each fault of one parameter."""
    if parameter.level == "derived":
        if parameter.source_key != "derived":
            message = f"expected 'derived' for arithmetic, got {parameter.source_key!r}"
            yield "source_key", message
    elif parameter.source_key not in references:
        yield "source_key", _no_paper(parameter.source_key)
    if not parameter.numbers:
        return

    unit = parameter.base_unit
    if unit is None:
        permitted = ", ".join(map(repr, sorted(UNITS)))
        yield "unit", f"expected a unit that begins with one of {permitted}, got {parameter.unit!r}"
    for number in parameter.numbers:
        if unit in POSITIVE_UNITS + RATIOS and number <= 0:
            yield "value", f"expected a number above 0 {unit}, got {number:g}"
        if unit in SHARES and not 0 <= number <= 1:
            yield "value", f"expected a {unit} from 0 to 1, got {number:g}"
    for name in ("ci90", "ci95", "range"):
        ends = getattr(parameter, name)
        if ends is None:
            continue
        low, high = ends
        if low > high:
            yield name, f"expected the lower end first, got {low:g} and {high:g}"
        elif isinstance(parameter.value, float) and not low <= parameter.value <= high:
            yield name, f"expected an interval around {parameter.value:g}, got {low:g} to {high:g}"


def _wrong_with_model(
    model: PkModel, pk_models: Mapping[str, PkModel], references: Mapping[str, Paper]
) -> Iterator[Problem]:
    def problem(field: str, message: str) -> Problem:
        return Problem("pk_models.yaml", model.id, field, message)

    constructed = re.fullmatch(r"constructed \((.*)\)", model.source_key)
    for key in constructed[1].split(", ") if constructed else [model.source_key]:
        if key not in references:
            yield problem("source_key", _no_paper(key))
    if not model.complete:
        return
    if not model.parameters:
        yield problem("parameters", "expected parameters in a complete model, got none")
    if model.missing:
        yield problem(
            "missing", f"expected nothing missing in a complete model, got {model.missing!r}"
        )
    for name, entry in (model.parameters or {}).items():
        if isinstance(entry, str):
            if entry not in pk_models or not pk_models[entry].complete:
                message = f"expected a parameter or the id of a complete model, got {entry!r}"
                yield problem(f"parameters.{name}", message)
        elif entry.same_as is not None:
            other = (model.parameters or {}).get(entry.same_as)
            if not isinstance(other, Parameter) or not other.numbers:
                message = f"expected '= ' and a parameter with a number, got {entry.value!r}"
                yield problem(f"parameters.{name}.value", message)
        elif not entry.numbers:
            message = f"expected a number in a complete model, got {entry.value!r}"
            yield problem(f"parameters.{name}.value", message)


def _wrong_block(receptor: Receptor) -> Iterator[Problem]:
    block = receptor.magnesium_block
    if not (isinstance(block.K0.value, float) and isinstance(block.slope.value, float)):
        return
    for voltage, share in block.values_computed_1mM.items():
        exact = 1 / (1 + math.exp(-block.slope.value * voltage) / block.K0.value)
        if abs(exact - share) > 5e-7:
            message = f"expected {exact:.6f} from K0 and slope, got {share:g}"
            field = f"values_computed_1mM.{voltage}"
            yield Problem("receptor.yaml", "magnesium_block", field, message)


def _wrong_with_benchmark(
    benchmark: Benchmark, pk_models: Mapping[str, PkModel], references: Mapping[str, Paper]
) -> Iterator[Problem]:
    def problem(field: str, message: str) -> Problem:
        return Problem("benchmarks.yaml", benchmark.id, field, message)

    if benchmark.source_key not in references:
        yield problem("source_key", _no_paper(benchmark.source_key))
    for name in benchmark.model.split(", "):
        if name in _OTHER_TARGETS:
            continue
        if name not in pk_models or not pk_models[name].complete:
            permitted = ", ".join(repr(key) for key, model in pk_models.items() if model.complete)
            yield problem("model", f"expected complete models out of {permitted}, got {name!r}")
    for name, figures in benchmark.expected.items():
        for number in _flat(figures):
            if number <= 0:
                yield problem(f"expected.{name}", f"expected a number above 0, got {number:g}")


def _flat(figures: Any) -> tuple[float, ...]:
    if isinstance(figures, Mapping):
        return tuple(figures.values())
    return figures if isinstance(figures, tuple) else (figures,)


def _no_paper(key: str) -> str:
    return f"expected a key of the pharmacology's references.yaml, got {key!r}"
