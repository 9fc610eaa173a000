"""Published parameters of what ketamine does in the body, each with unit, source and level.

They are for whoever simulates: hand the numbers to ``ketalab.models``, which knows no tables.

>>> from ketalab.evidence.pharmacology import pk_models
>>> pk_models()["domino"].complete
True
"""

from ketalab.evidence.pharmacology.benchmark import Benchmark
from ketalab.evidence.pharmacology.model_card import (
    ModelCard,
    OutsideValidity,
    model_card,
    model_cards,
)
from ketalab.evidence.pharmacology.paper import Paper
from ketalab.evidence.pharmacology.parameter import Parameter
from ketalab.evidence.pharmacology.pd_model import PdModel
from ketalab.evidence.pharmacology.peer import Peers
from ketalab.evidence.pharmacology.pk_model import PkModel
from ketalab.evidence.pharmacology.receptor import Receptor, parameter_in
from ketalab.evidence.pharmacology.tables import (
    Pharmacology,
    benchmarks,
    load_pharmacology,
    pd_models,
    peers,
    pk_models,
    receptor,
    references,
)

__all__ = [
    "Benchmark",
    "ModelCard",
    "OutsideValidity",
    "Paper",
    "Parameter",
    "PdModel",
    "Peers",
    "Pharmacology",
    "PkModel",
    "Receptor",
    "benchmarks",
    "load_pharmacology",
    "model_card",
    "model_cards",
    "parameter_in",
    "pd_models",
    "peers",
    "pk_models",
    "receptor",
    "references",
]
