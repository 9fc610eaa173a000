"""Where the numbers of a model stand: ``pk_models/otto2021``, ``pk_models/otto2021:iiv``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ketalab.evidence.pharmacology.parameter import Parameter, parameters_in
from ketalab.evidence.pharmacology.pd_model import PdModel
from ketalab.evidence.pharmacology.pk_model import PkModel
from ketalab.evidence.pharmacology.receptor import Receptor

# The table of the evidence library; each of its rows names its own sources and level.
INTERACTIONS = "interactions"

_PLACE = re.compile(r"(?P<table>\w+)/(?P<record>\w+)(?::(?P<field>\w+))?")


def parameters_at(
    place: str,
    pk_models: Mapping[str, PkModel],
    pd_models: Mapping[str, PdModel],
    receptor: Receptor,
) -> Mapping[str, Parameter]:
    """Return the parameters at ``table/record`` or ``table/record:field``, by their path there.

    Raises KeyError, with what is wrong in words, where there is no such place or it holds none.
    """
    found = _PLACE.fullmatch(place)
    if found is None:
        raise KeyError(f"expected table/record or table/record:field, got {place!r}")
    table, record, field = found["table"], found["record"], found["field"]
    if table == "receptor":
        holder = getattr(receptor, record, None)
    elif table in ("pk_models", "pd_models"):
        records: Mapping[str, PkModel | PdModel]
        records = pk_models if table == "pk_models" else pd_models
        holder = records.get(record)
    else:
        raise KeyError(f"expected pk_models, pd_models or receptor, got {table!r}")
    if field is not None:
        holder = holder.get(field) if isinstance(holder, Mapping) else getattr(holder, field, None)
    parameters = dict(parameters_in(holder))
    if not parameters:
        raise KeyError(f"expected a place that holds parameters, got {place!r}")
    return parameters
