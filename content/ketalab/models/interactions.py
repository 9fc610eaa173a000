"""What another medicine does to exposure: a changed clearance, a changed bioavailability, or both.

In linear kinetics the area under the concentration is F dose / CL, so that
    AUC' / AUC = (F' / F) / (CL' / CL),
with a prime where the other medicine is taken as well. F counts only where the dose has to get
in: by mouth or nose, not by vein. One ratio by mouth therefore does not tell how much of it is
F and how much CL. A study by vein tells; without one, any split is an assumption, and
`splits_of_oral_ratio` returns the two that bound all others in which neither works against the
other.
Source: Rowland M, Benet LZ, Graham GG. J Pharmacokinet Biopharm 1973;1:123-136.

Where the liver removes all of the drug, one change of its enzymes moves both: `liver`.
Source: Pang KS, Rowland M. J Pharmacokinet Biopharm 1977;5:625-653 (the well-stirred model).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ketalab.models.arguments import Array, patients_in_common, per_patient
from ketalab.models.kinetics import Absorbed, Dose, Mammillary

Basis = Literal[
    "intravenous study",
    "assumed: all in first pass",
    "assumed: all in clearance",
    "assumed: one change of the liver's enzymes",
]


@dataclass(frozen=True, slots=True)
class Split:
    """One way in which clearance and bioavailability make up a change of exposure.

    clearance_factor: CL' / CL, above zero. bioavailability_factor: F' / F, zero or more; None
    where nothing is known of it (a study by vein says nothing of the way in).
    basis: what the split rests on. Show an assumed one as assumed.
    limited: True where the label could be kept only in part, because F' would exceed 1.
    Raises ValueError, naming the argument, for a factor that is not finite or out of range.
    """

    clearance_factor: float
    bioavailability_factor: float | None
    basis: Basis
    limited: bool = False

    def __post_init__(self) -> None:
        factor = per_patient("clearance_factor", self.clearance_factor, above_zero=True)
        _one("clearance_factor", factor)
        if self.bioavailability_factor is not None:
            way_in = per_patient("bioavailability_factor", self.bioavailability_factor)
            _one("bioavailability_factor", way_in)


class Liver(NamedTuple):
    """What a liver does: the clearance of blood or plasma, L/h, and the fraction let through."""

    clearance_l_per_h: Array
    fraction_let_through: Array


def exposure_ratio(
    clearance_factor: ArrayLike = 1.0, bioavailability_factor: ArrayLike = 1.0
) -> Array:
    """Return AUC' / AUC = (F' / F) / (CL' / CL), shape (patients,) or (1,).

    clearance_factor: above zero; bioavailability_factor: zero or more, and 1 by vein. No unit,
    one number each or shape (patients,). Rowland 1973, as above.
    Raises ValueError, naming the argument, for a value that is not finite or out of range, or for
    numbers of patients that do not match.
    """
    clearance = per_patient("clearance_factor", clearance_factor, above_zero=True)
    way_in = per_patient("bioavailability_factor", bioavailability_factor)
    patients_in_common("bioavailability_factor", way_in, clearance.size)
    return way_in / clearance


def clearance_factor_by_vein(auc_ratio: ArrayLike) -> Array:
    """Return CL' / CL = 1 / (AUC' / AUC) by vein, where all of the dose gets in.

    auc_ratio: by vein, above zero, no unit, one number or shape (patients,).
    Returns shape (patients,) or (1,). Rowland 1973, as above.
    Raises ValueError, naming the argument, for a ratio that is not finite or not above zero.
    """
    return 1 / per_patient("auc_ratio", auc_ratio, above_zero=True)


def bioavailability_factor_by_mouth(
    auc_ratio: ArrayLike, clearance_factor: ArrayLike, bioavailability: ArrayLike
) -> Array:
    """Return F' / F = (AUC' / AUC) (CL' / CL) by mouth or nose, where CL' / CL is known.

    auc_ratio and clearance_factor: above zero, no unit. bioavailability: F without the other
    medicine, a fraction above 0 and at most 1. One number each or shape (patients,).
    Returns shape (patients,) or (1,). Rowland 1973, as above.
    Raises ValueError, naming the argument, for a value out of range, for numbers of patients that
    do not match, and for an auc_ratio that would need more than the whole dose (F' above 1).
    """
    ratio = per_patient("auc_ratio", auc_ratio, above_zero=True)
    clearance = per_patient("clearance_factor", clearance_factor, above_zero=True)
    before = _bioavailability(bioavailability)
    patients = patients_in_common("clearance_factor", clearance, ratio.size)
    patients_in_common("bioavailability", before, patients)
    factor = ratio * clearance
    # A hair above 1 is rounding, and taken back below: F times 1 / F is never above 1.
    if (factor * before > 1 + 1e-12).any():
        raise ValueError(
            f"auc_ratio {ratio.max():g} would need more than the whole dose to get in: "
            f"F' = {(factor * before).max():.3g}"
        )
    return np.minimum(factor, 1 / before)


def splits_of_oral_ratio(auc_ratio: float, bioavailability: float) -> tuple[Split, Split]:
    """Return the two extreme ways to explain a ratio by mouth or nose, both ASSUMED.

    All in first pass: CL' = CL and F' / F = AUC' / AUC; where F' would exceed 1 it stops there,
    and clearance takes the rest (``limited``). All in clearance: F' = F, CL' / CL = AUC / AUC'.
    Both give the same ratio by mouth, and different ones by vein; no study by vein says which.

    auc_ratio: above zero, no unit. bioavailability: F without the other medicine, above 0 and at
    most 1. One number each. Rowland 1973, as above.
    Raises ValueError, naming the argument, for a value that is not finite or out of range.
    """
    ratio = _one("auc_ratio", per_patient("auc_ratio", auc_ratio, above_zero=True))
    before = _one("bioavailability", _bioavailability(bioavailability))
    way_in = min(ratio, 1 / before)
    return (
        Split(way_in / ratio, way_in, "assumed: all in first pass", limited=way_in < ratio),
        Split(1 / ratio, 1.0, "assumed: all in clearance"),
    )


def liver(blood_flow_l_per_h: ArrayLike, intrinsic_clearance_l_per_h: ArrayLike) -> Liver:
    """Return clearance and the fraction let through of a well-stirred liver.

    With blood flow Q and intrinsic clearance CLint (of drug in blood or plasma, binding included):
        CL = Q CLint / (Q + CLint),  fraction let through = Q / (Q + CLint) = 1 - CL / Q.
    Source: Pang and Rowland 1977, as above.

    Both in L/h, the flow above zero, the intrinsic clearance zero or more; one number each or
    shape (patients,). Returns arrays of shape (patients,) or (1,).
    Raises ValueError, naming the argument, for a value that is not finite or out of range, or for
    numbers of patients that do not match.
    """
    flow = per_patient("blood_flow_l_per_h", blood_flow_l_per_h, above_zero=True)
    intrinsic = per_patient("intrinsic_clearance_l_per_h", intrinsic_clearance_l_per_h)
    patients_in_common("intrinsic_clearance_l_per_h", intrinsic, flow.size)
    let_through = flow / (flow + intrinsic)
    return Liver(intrinsic * let_through, let_through)


def split_of_oral_ratio_in_liver(
    auc_ratio: float, blood_flow_l_per_h: float, intrinsic_clearance_l_per_h: float
) -> Split:
    """Return the split of a ratio by mouth that one change of the liver's enzymes would make.

    By mouth the area is dose fraction_absorbed / CLint: the flow cancels. So the ratio gives
    CLint' = CLint AUC / AUC', and `liver` gives CL' / CL and F' / F. ASSUMED: the liver removes
    all of the drug, the whole dose passes it, and the gut's own share does not change.
    Source: Pang and Rowland 1977, as above.

    auc_ratio: above zero, no unit; flow and intrinsic clearance as in `liver`, the latter above
    zero; one number each. Raises ValueError, naming the argument, for a value out of range.
    """
    ratio = _one("auc_ratio", per_patient("auc_ratio", auc_ratio, above_zero=True))
    intrinsic = per_patient(
        "intrinsic_clearance_l_per_h", intrinsic_clearance_l_per_h, above_zero=True
    )
    intrinsic_now = _one("intrinsic_clearance_l_per_h", intrinsic) / ratio
    before = liver(blood_flow_l_per_h, intrinsic)
    _one("blood_flow_l_per_h", before.clearance_l_per_h)
    after = liver(blood_flow_l_per_h, intrinsic_now)
    return Split(
        (after.clearance_l_per_h / before.clearance_l_per_h).item(),
        (after.fraction_let_through / before.fraction_let_through).item(),
        "assumed: one change of the liver's enzymes",
    )


def changed(
    model: Mammillary, regimen: Sequence[Dose], split: Split
) -> tuple[Mammillary, list[Dose]]:
    """Return a model and a regimen as they are with the other medicine.

    The clearance is multiplied by ``clearance_factor``, and the bioavailability of every
    `Absorbed` dose by ``bioavailability_factor``; volumes and the speed of absorption stay, which
    is an assumption too. Boluses and infusions get in as before.

    Raises ValueError, naming the argument, where a bioavailability would exceed 1, and where a
    dose is absorbed but nothing is known of its bioavailability (None).
    """
    after: list[Dose] = []
    for dose in regimen:
        if isinstance(dose, Absorbed):
            if split.bioavailability_factor is None:
                raise ValueError(
                    "bioavailability_factor is not known: the change was measured by vein, "
                    "and this dose is absorbed"
                )
            fraction = np.asarray(dose.bioavailability) * split.bioavailability_factor
            dose = replace(dose, bioavailability=fraction)
        after.append(dose)
    clearance = np.asarray(model.clearance_l_per_h) * split.clearance_factor
    return replace(model, clearance_l_per_h=clearance), after


def _bioavailability(value: ArrayLike) -> Array:
    before = per_patient("bioavailability", value, above_zero=True)
    if (before > 1).any():
        raise ValueError(f"bioavailability must not exceed 1, got {before.max()}")
    return before


def _one(name: str, values: Array) -> float:
    if values.size != 1:
        raise ValueError(f"{name} must be one number, got {values.size}")
    return values.item()
