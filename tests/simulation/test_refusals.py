"""What a published model refuses, by the name of the argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ketalab.evidence.pharmacology import pk_models
from ketalab.simulation.bioavailability import by_fraction
from ketalab.simulation.concentrations import in_mg_per_l
from ketalab.simulation.kinetics import Dose, kinetic_model
from ketalab.simulation.receptor import micromolar
from ketalab.simulation.variability import variability


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Dose("oral", 10, time_h="noon"), "time_h must be a number of hours"),
        (lambda: Dose("intravenous", 10, over_h=None), "over_h must be a number of hours"),
        (lambda: micromolar("much", "ketamine"), "ng_per_ml must be a number or an array"),
        (
            # The source measured racemic ketamine; this model is of S-ketamine.
            lambda: by_fraction(
                "rolan2013", "F_sublingual", 10, [1.0], ka_per_h=1, into="otto2021"
            ),
            "into: otto2021",
        ),
        (
            # A share of what is swallowed cannot be more than all.
            lambda: kinetic_model("perezruixo2021").simulate(
                [Dose("intranasal", 28)], [1.0], individuals={"FRn": 1.5}
            ),
            "individuals FRn must not exceed 1, got 1.5",
        ),
        (
            lambda: kinetic_model("perezruixo2021").simulate(
                [Dose("intranasal", 28)], [1.0], age_years=500
            ),
            "age",
        ),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_unit_that_is_no_concentration() -> None:
    clearance = pk_models()["otto2021"].parameter("CL")
    with pytest.raises(ValueError, match="a unit of concentration, got L/h"):
        in_mg_per_l(clearance)


def test_a_covariance_must_name_two_parameters() -> None:
    with_iiv = (record for record in pk_models().values() if isinstance(record.iiv, Mapping))
    record = next(one for one in with_iiv if any("_cov_" in name for name in one.iiv))
    covariance = next(value for name, value in record.iiv.items() if "_cov_" in name)
    broken = record.model_copy(update={"iiv": {"omega2_CLx_cov_V": covariance}})
    with pytest.raises(ValueError, match="'omega2_CLx_cov_V' names no two parameters"):
        variability(broken)
