"""Which parameters of a published model vary between people, as its record says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ketalab.evidence.pharmacology import Parameter, PkModel
from ketalab.models.patients import LogitNormal, LogNormal, Population, omega2_of_cv

# Neither record says which of the two a paper's "CV %" is. The code of a peer that repeats
# perezruixo2021 reads it as that of the parameter itself, and so does the course.
_CV_IS: Final = "cv of the parameter"


@dataclass(frozen=True, slots=True)
class Variability:
    """The variability between people of one model.

    model: its id. fields: from the name of each parameter that varies to (the scale, the field of
    the record). note: what the record says where it gives no variability that can be drawn.
    Log-normal parameters are drawn as factors on the typical value, logit-normal ones as
    fractions. Variability within a person from day to day (iov_var) is not in it.
    """

    model: str
    fields: Mapping[str, tuple[str, str]]
    note: str | None
    _population: Population | None

    def population(self) -> Population:
        """Return what `patients.draw` draws from. Raises ValueError where none is reported."""
        if self._population is None:
            raise ValueError(
                f"{self.model}: no variability between people that could be drawn is reported "
                f"({self.note}), and none is invented"
            )
        return self._population


def variability(record: PkModel) -> Variability:
    """Return the variability of a record. Raises ValueError for a block it cannot place."""
    fields: dict[str, tuple[str, str]] = {}
    drawn: dict[str, LogNormal | LogitNormal] = {}
    covariances: dict[tuple[str, str], float] = {}
    for name, parameter in (record.parameters or {}).items():
        if isinstance(parameter, str):
            continue
        for field in ("bsv_cv_pct", "iiv_cv_pct"):
            if (percent := getattr(parameter, field)) is not None:
                fields[name] = "log", f"parameters.{name}.{field}"
                drawn[name] = LogNormal(1.0, omega2_of_cv(percent, cv_is=_CV_IS))
        if parameter.omega2 is not None:
            fields[name] = "log", f"parameters.{name}.omega2"
            drawn[name] = LogNormal(1.0, parameter.omega2)
        if parameter.iiv_sd_logit is not None:
            fields[name] = "logit", f"parameters.{name}.iiv_sd_logit"
            drawn[name] = LogitNormal(parameter.number, parameter.iiv_sd_logit)
    blocks = {} if record.iiv is None or isinstance(record.iiv, str) else record.iiv
    for name, block in blocks.items():
        if block.base_unit == "log-scale variance, covariance, variance":
            first, second = _pair(record, name)
            one, together, other = block.numbers
            drawn |= {first: LogNormal(1.0, one), second: LogNormal(1.0, other)}
            fields |= dict.fromkeys((first, second), ("log", f"iiv.{name}"))
            covariances[first, second] = together
    words = record.iiv if isinstance(record.iiv, str) else "the record has none"
    return Variability(
        record.id,
        MappingProxyType(fields),
        None if drawn else words,
        Population(drawn, covariances) if drawn else None,
    )


def _pair(record: PkModel, name: str) -> tuple[str, str]:
    """Return the two parameters of a block: "omega2_VNK_cov_CLNK" is V_NK and CL_NK."""
    found = re.fullmatch(r"omega2_(\w+)_cov_(\w+)", name)
    known = {
        key.replace("_", ""): key
        for key, parameter in record.by_name.items()
        if isinstance(parameter, Parameter)
    }
    if found is None or found[1] not in known or found[2] not in known:
        raise ValueError(f"{record.id}: iiv {name!r} names no two parameters of the model")
    return known[found[1]], known[found[2]]
