"""Products by route: what the tables and the pharmacology know of each, a study at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ketalab.evidence.certainty import badge
from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import pk_models
from ketalab.evidence.pharmacology import references as papers
from ketalab.evidence.pharmacology.parameter import Parameter
from ketalab.evidence.result import Value
from ketalab.evidence.route import Route
from ketalab.evidence.wording import number_words

_PK_LEVELS = {
    "primary": "● primary",
    "code-of-a-peer": "◇ public code that cites the paper, not the paper",
}


@dataclass(frozen=True)
class Kinetic:
    """A bioavailability that only the pharmacology knows.

    remark: what it is a share of. doubt: how the doubts about it begin in the model's record.
    """

    model: str
    parameter: str
    remark: str = ""
    doubt: str = ""

    @property
    def record(self) -> Parameter:
        """The parameter, from the model's own table or from what its abstract prints."""
        model = pk_models()[self.model]
        for held in (model.abstract_values, model.parameters):
            if held and isinstance(found := held.get(self.parameter), Parameter):
                return found
        raise KeyError(f"{self.model} has no parameter {self.parameter!r}")


@dataclass(frozen=True)
class Said:
    """A point of a guideline or a regulator: the record, and how the point begins."""

    guideline: str
    start: str

    @property
    def text(self) -> str:
        """The point in full. Raises KeyError when the record has none that begins so."""
        record = library().guidelines[self.guideline]
        known = (*record.key_points, record.home_use, record.oral_and_nasal or "")
        for text in known:
            if text.startswith(self.start):
                return text
        raise KeyError(f"{self.guideline} says nothing that begins with {self.start!r}")


@dataclass(frozen=True)
class Product:
    """A form of the drug by one route.

    entry: the record of the routes table; None where only the pharmacology knows the product.
    kinetics: what the pharmacology adds. said: what regulators and societies say of it.
    """

    route: str
    name: str
    entry: str | None
    drug: str
    kinetics: tuple[Kinetic, ...] = ()
    said: tuple[Said, ...] = ()


_ANY_ROUTE = Said("asa2023", "any route")
_APPROVED = Said("fda2022", "no ketamine nasal spray")
_MONITORED = Said("asa2025", "intravenous or intramuscular")
_COMPOUNDED = Said("fda2023", "compounded products are not reviewed")
_NO_RESCUE = Said("asa2025", "people treated at home")
_PAYER = Said("aetna0938", "lists ketamine")
_CONSENSUS = Said("cohen2018", "oral ketamine or dextromethorphan")
_CASE = Said("fda2023", "case, April")

PRODUCTS: tuple[Product, ...] = (
    Product(
        "nasal",
        "racemic spray, compounded",
        "intranasal_racemic",
        "racemic ketamine",
        said=(
            _APPROVED,
            Said("fda2022", "five cases"),
            _ANY_ROUTE,
            _CONSENSUS,
            _PAYER,
        ),
    ),
    Product(
        "nasal",
        "esketamine spray, licensed",
        "intranasal_licensed_spray",
        "esketamine",
        (
            Kinetic("perezruixo2021", "F_56mg", "56 mg"),
            Kinetic("perezruixo2021", "F_84mg", "84 mg"),
        ),
        (
            Said("spravato2025", "for treatment-resistant depression"),
            Said("spravato2025", "given only under direct supervision"),
            Said("spravato2025", "not dispensed for home use"),
        ),
    ),
    Product(
        "intravenous",
        "racemic ketamine, push",
        "intravenous_bolus",
        "racemic ketamine",
        said=(_MONITORED, _ANY_ROUTE, _PAYER),
    ),
    Product(
        "intravenous",
        "racemic or S-ketamine, infusion",
        "intravenous_infusion_subanaesthetic",
        "racemic or S-ketamine",
        said=(
            _MONITORED,
            _ANY_ROUTE,
            _PAYER,
            Said("delphi2022", "states that no European"),
        ),
    ),
    Product(
        "intramuscular",
        "racemic ketamine, injection",
        "intramuscular",
        "racemic ketamine",
        (Kinetic("hornik2018", "F_IM", doubt="CL is less"),),
        (_MONITORED, _ANY_ROUTE, _PAYER),
    ),
    Product(
        "subcutaneous",
        "racemic ketamine, injection or infusion",
        "subcutaneous",
        "racemic ketamine",
        said=(_ANY_ROUTE, _NO_RESCUE, _PAYER),
    ),
    Product(
        "under the tongue",
        "racemic wafer, tablet or lozenge",
        "sublingual",
        "racemic ketamine",
        said=(_COMPOUNDED, _CASE, _ANY_ROUTE, _NO_RESCUE),
    ),
    Product(
        "under the tongue",
        "S-ketamine film, in a study",
        None,
        "S-ketamine",
        (Kinetic("simons2022", "F", "film"),),
        (_ANY_ROUTE,),
    ),
    Product(
        "swallowed",
        "racemic ketamine, by mouth",
        "oral",
        "racemic ketamine",
        (Kinetic("brunette2011", "F_oral", "with burns"),),
        (
            _COMPOUNDED,
            _CASE,
            _CONSENSUS,
            _ANY_ROUTE,
            _PAYER,
            Said("fpm_uk", "started by specialists"),
        ),
    ),
    Product(
        "swallowed",
        "S-ketamine by mouth, in studies",
        None,
        "S-ketamine",
        (
            Kinetic("fanta2015", "F_oral"),
            Kinetic("perezruixo2021", "F_swallowed", "by a model", "Table parameters"),
        ),
        (_CONSENSUS, _ANY_ROUTE, Said("fpm_uk", "started by specialists")),
    ),
    Product("rectal", "racemic ketamine", "rectal", "racemic ketamine", said=(_ANY_ROUTE,)),
    Product(
        "inhaled",
        "S-ketamine mist, in a study",
        None,
        "S-ketamine",
        (Kinetic("jonkman2017", "F_dose_independent", "dose-independent part"),),
        (_ANY_ROUTE,),
    ),
    Product(
        "on the skin",
        "racemic cream with amitriptyline",
        "topical",
        "racemic ketamine",
        said=(_ANY_ROUTE,),
    ),
    Product(
        "any form, at home",
        "compounded racemic ketamine",
        "compounded_at_home_any_form",
        "racemic ketamine",
        said=(
            Said("fda2023", "ketamine is not FDA-approved"),
            _COMPOUNDED,
            _CASE,
            Said("fda2023", "no evidence known"),
            Said("fda2023", "adds risk"),
            Said("fda2022", "most self-administered"),
            _NO_RESCUE,
        ),
    ),
    Product("non-medical", "illicit ketamine", "non_medical", "illicit ketamine"),
)


@dataclass(frozen=True)
class Share:
    """How much of a dose reaches the blood in one study, in percent.

    estimate is None where only a range was printed; low and high are the ends of an interval of
    which `spread` says the kind, or "SE 5" where nothing else was printed. level: how it was read.
    """

    product: str
    source: str
    people: str
    estimate: float | None
    low: float | None
    high: float | None
    spread: str
    level: str
    remark: str = ""

    @property
    def words(self) -> str:
        """The share: "29% (90% CI 27 to 31)"."""
        ends = ""
        if self.low is not None and self.high is not None:
            ends = f"{number(self.low)} to {number(self.high)}"
        if self.estimate is None:
            return f"{ends}%"
        spread = " ".join(filter(None, [self.spread, ends]))
        return f"{number(self.estimate)}%" + (f" ({spread})" if spread else "")

    @property
    def is_in_pain(self) -> bool:
        """Whether it was measured in people with pain."""
        return "pain" in self.people

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number that was printed."""
        known = [v for v in (self.low, self.estimate, self.high) if v is not None]
        return min(known), max(known)


def number(value: float) -> str:
    """A percentage or a time in print, without the noise of its last bits."""
    return number_words(round(value, 6))


# Who measured what: the routes table names its sources together.
_SOURCE_OF: Mapping[str, str] = {
    "intranasal_racemic__bioavailability_volunteers": "yanagihara2003",
    "intranasal_racemic__bioavailability_cancer_pain": "in_cancer_pk_2022",
    "sublingual__bioavailability_wafer": "rolan2013",
    "sublingual__bioavailability_inpatients": "chong2006",
    "sublingual__bioavailability_tablet": "yanagihara2003",
    "oral__bioavailability_inpatients": "chong2006",
    "oral__bioavailability_tablet": "yanagihara2003",
    "rectal__bioavailability_volunteers": "yanagihara2003",
}
# Where the text does not tell its sources apart, or needs none.
_NO_SOURCE = {
    "intravenous_bolus__bioavailability_by_definition": "by definition",
    "intravenous_infusion_subanaesthetic__bioavailability_by_definition": "by definition",
    "intramuscular__bioavailability_tertiary": "tertiary sources",
    "intranasal_licensed_spray__bioavailability_label": "label of the licensed spray",
    "oral__bioavailability_overall": "several sources together",
}


def entry_of(product: Product) -> Route | None:
    """The record of the routes table, or None."""
    return library().routes[product.entry] if product.entry else None


@cache
def shares(product: Product) -> tuple[Share, ...]:
    """Every bioavailability of a product, a study each, never averaged."""
    return (*_tabled(product), *_modelled(product))


def values_of(product: Product, what: str) -> list[Value]:
    """The typed numbers of the product's record whose measure begins so."""
    return [
        result
        for result in library().results.values()
        if isinstance(result, Value)
        and result.table == "routes"
        and result.record == product.entry
        and result.measure.startswith(what)
    ]


def _tabled(product: Product) -> Iterator[Share]:
    entry = entry_of(product)
    for value in values_of(product, "bioavailability"):
        assert entry is not None  # a product without a record has no values
        key = _SOURCE_OF.get(value.id)
        label = library().references[key].label if key else _NO_SOURCE[value.id]
        remark = value.measure.removeprefix("bioavailability").strip(" ,").removeprefix("of a ")
        remark = remark.removesuffix(label).strip("; ")
        kind = f"{value.interval_level:g}% CI" if value.interval_level else ""
        yield Share(
            product.name,
            label,
            value.population or "people not named",
            value.estimate,
            value.low,
            value.high,
            kind,
            badge(entry.verified),
            remark,
        )


def _modelled(product: Product) -> Iterator[Share]:
    for kinetic in product.kinetics:
        found = kinetic.record
        low, high, kind = None, None, ""
        if found.ci90:
            (low, high), kind = found.ci90, "90% CI"
        elif isinstance(found.se, float):
            kind = f"SE {number(100 * found.se)}"
        yield Share(
            product.name,
            papers()[found.source_key].label,
            _people(kinetic, product.drug),
            round(100 * found.number, 6),
            None if low is None else round(100 * low, 6),
            None if high is None else round(100 * high, 6),
            kind,
            _PK_LEVELS[found.level],
            kinetic.remark,
        )


def _people(kinetic: Kinetic, drug: str) -> str:
    words = kinetic.record.species_assay
    if words in (None, "human"):
        words = pk_models()[kinetic.model].subjects or "people not named"
    # "TRD" is for specialists, and the drug is said elsewhere.
    for end in ("esketamine", drug, "arterial"):
        words = words.removesuffix(f", {end}")
    words = words.removeprefix("human, ")
    return words.replace("healthy subjects and TRD patients", "healthy or depressed people")
