"""One module an explorer: its data, its controls, its pictures and what they say."""

from ketalab.explorers.benefit_harm import BenefitHarmExplorer
from ketalab.explorers.beyond_pain import BeyondPainExplorer
from ketalab.explorers.claim_audit import ClaimAuditExplorer
from ketalab.explorers.dose_to_brain import DoseToBrainExplorer
from ketalab.explorers.forest import ForestExplorer
from ketalab.explorers.interactions import InteractionExplorer
from ketalab.explorers.pain_burden import PainBurdenExplorer
from ketalab.explorers.receptor import ReceptorExplorer
from ketalab.explorers.relief_over_time import ReliefOverTimeExplorer
from ketalab.explorers.routes import RouteExplorer
from ketalab.explorers.side_effects import SideEffectExplorer
from ketalab.explorers.standard_treatment import StandardTreatmentExplorer
from ketalab.explorers.suitability import SuitabilityExplorer
from ketalab.explorers.wind_up import WindUpExplorer

__all__ = [
    "BenefitHarmExplorer",
    "BeyondPainExplorer",
    "ClaimAuditExplorer",
    "DoseToBrainExplorer",
    "ForestExplorer",
    "InteractionExplorer",
    "PainBurdenExplorer",
    "ReceptorExplorer",
    "ReliefOverTimeExplorer",
    "RouteExplorer",
    "SideEffectExplorer",
    "StandardTreatmentExplorer",
    "SuitabilityExplorer",
    "WindUpExplorer",
]
