"""What the explorer of routes says and draws at each product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ketalab.evidence.certainty import badge, level
from ketalab.evidence.library import library
from ketalab.evidence.pharmacology import pk_models
from ketalab.evidence.pharmacology import references as papers
from ketalab.evidence.printable import printable_part
from ketalab.explorers.route_products import (
    PRODUCTS,
    Product,
    Share,
    entry_of,
    number,
    shares,
    values_of,
)
from ketalab.frontend import Case, digest
from ketalab.frontend.numerals import fixed

# Characters of a label that fit on a phone.
_LINE = 45
# How the routes table says that it has nothing.
_NOTHING = ("-", "not found", "not given", "not reported", "not measured")


@cache
def route_cases() -> Mapping[tuple[str, str], Case]:
    """What the explorer shows at each route and product, the opening one first."""
    return {(product.route, product.name): _case(product) for product in PRODUCTS}


def _case(product: Product) -> Case:
    entry = entry_of(product)
    drawn = {"overview": _overview(product), "studies": _studies(product), "peaks": _peaks(product)}
    behind = [
        entry.model_dump() if entry else None,
        *(v.model_dump() for v in values_of(product, "")),
        *(kinetic.record.model_dump() for kinetic in product.kinetics),
        *(library().guidelines[said.guideline].model_dump() for said in product.said),
    ]
    return Case(
        reading=_reading(product),
        table=_table(product),
        details=list(_details(product)),
        captions=list(_captions(product, drawn)),
        drawn=drawn,
        record=digest(behind),
    )


def _siblings(product: Product) -> list[Product]:
    """The product and the others of its route, the product first."""
    others = [other for other in PRODUCTS if other.route == product.route and other != product]
    return [product, *others]


def _fold(found: Sequence[Share]) -> float | None:
    """How many times the lowest printed figure goes into the highest; None for one figure."""
    ends = [end for share in found for end in share.ends]
    return max(ends) / min(ends) if len(set(ends)) > 1 else None


def _reading(product: Product) -> str:
    found, entry = shares(product), entry_of(product)
    name = f"{product.route[:1].upper()}{product.route[1:]}, {product.name}"
    if found:
        said = "; ".join(f"{_about(share)}{share.words} ({_who(share)})" for share in found)
        text = f"{name}. Share of a dose that reaches the blood: {said}."
        if fold := _fold(found):
            text += f" The highest printed figure is {fixed(fold, 1)} times the lowest"
            together = [s for sibling in _siblings(product) for s in shares(sibling)]
            wider = _fold(together)
            if wider and fixed(wider, 1) != fixed(fold, 1):
                text += f" ({fixed(wider, 1)} times over all products of this route)"
            text += "; they are not averaged."
        pain = sum(share.is_in_pain for share in found)
        if all(share.source == "by definition" for share in found):
            text += " That is so in everybody, with or without pain: nothing was measured."
        elif pain:
            text += (
                f" Direct evidence, from people with chronic or cancer pain: {pain} of "
                f"{len(found)}; the others are indirect."
            )
        else:
            text += " Indirect evidence for chronic pain: no figure comes from people with pain."
    else:
        words = entry.bioavailability if entry else "not found"
        shown = "no figure found" if words in _NOTHING else words
        text = f"{name}. Share of a dose that reaches the blood: {shown}."
        text += " No figure to draw: neither direct nor indirect evidence for chronic pain."
    for field in ("onset", "duration"):
        if entry and (words := getattr(entry, field)) not in _NOTHING:
            text += f" {field.capitalize()}: {words}."
    status = entry.status if entry else "not in the table of routes: seen in studies only"
    levels = dict.fromkeys(share.level for share in found)
    if entry:
        levels = dict.fromkeys([badge(entry.verified), *levels])
    return (
        f"{text} Approval: {status}. Verified: {', '.join(levels)}. "
        "Certainty (GRADE): – not graded by the source as read."
    )


def _about(share: Share) -> str:
    return "about " if "about" in share.remark else ""


def _who(share: Share) -> str:
    return ", ".join(filter(None, [share.source, _people(share), _remark(share)]))


def _people(share: Share) -> str:
    return "" if share.people == "people not named" else share.people


def _beneath(share: Share) -> str:
    """People and remark, as far as they fit on one line of a phone."""
    both = ", ".join(filter(None, [_people(share), _remark(share)]))
    return both if len(both) <= _LINE else _people(share)


def _remark(share: Share) -> str:
    remark = share.remark.replace(", about", "").removeprefix("about").strip("; ")
    return "" if remark == share.source else remark


def _table(product: Product) -> list[dict[str, str]]:
    rows = []
    for sibling in _siblings(product):
        entry = entry_of(sibling)
        found = shares(sibling)
        for share in found:
            rows.append(
                {
                    "product": sibling.name,
                    "study": share.source,
                    "people": ", ".join(filter(None, [share.people, share.remark])),
                    "share": share.words,
                    "direct": "direct" if share.is_in_pain else "indirect",
                    "verified": share.level,
                }
            )
        if not found:
            rows.append(
                {
                    "product": sibling.name,
                    "study": "–",
                    "people": "–",
                    "share": _words(entry.bioavailability) if entry else "–",
                    "direct": "–",
                    "verified": badge(entry.verified) if entry else "–",
                }
            )
    return rows


def _words(text: str) -> str:
    return "–" if text in _NOTHING else text


# What is drawn --------------------------------------------------------------------------------


def _routes() -> list[str]:
    return list(dict.fromkeys(product.route for product in PRODUCTS))


def _overview(chosen: Product) -> list[dict[str, Any]]:
    """Every figure of every route that has one, and the chosen route."""
    rows = []
    place = 0
    for route in _routes():
        products = [product for product in PRODUCTS if product.route == route]
        found = [(product, share) for product in products for share in shares(product)]
        if not found and route != chosen.route:
            continue
        ends = [end for _, share in found for end in share.ends]
        if found:
            span = f"{number(min(ends))} to {number(max(ends))}%"
            said = span if min(ends) < max(ends) else f"{number(max(ends))}%"
        else:
            said = "no figure found"
        for nth, (product, share) in enumerate(found or [(chosen, None)]):
            low, high = share.ends if share else (None, None)
            kind = "product" if product == chosen else "route" if route == chosen.route else "other"
            rows.append(
                {
                    "row": place,
                    "label": f"{route}: {said}" if nth == 0 else "",
                    "here": route == chosen.route,
                    "kind": kind,
                    "low": low,
                    "high": high,
                    "middle": share.estimate if share else None,
                }
            )
        place += 1
    return rows


def _studies(product: Product) -> list[dict[str, Any]]:
    """The figures of the chosen route, those of the product first."""
    return [
        {
            "line": line,
            "label": f"{share.source}: {_about(share)}{share.words}",
            "people": _beneath(share),
            "chosen": sibling == product,
            "low": share.ends[0],
            "high": share.ends[1],
            "middle": share.estimate,
        }
        for line, (sibling, share) in enumerate(
            (sibling, share) for sibling in _siblings(product) for share in shares(sibling)
        )
        if share.source != "by definition"
    ]


_MINUTES = {"min": 1, "h": 60}


def _peaks(chosen: Product) -> list[dict[str, Any]]:
    """When the level in the blood peaks, in minutes, for every product with a printed number."""
    rows: list[dict[str, Any]] = []
    for product in PRODUCTS:
        for value in values_of(product, "time of the peak"):
            minutes = [
                None if v is None else v * _MINUTES[value.unit]
                for v in (value.low, value.estimate, value.high)
            ]
            low, middle, high = minutes
            known = [v for v in minutes if v is not None]
            ends = "" if low is None or high is None else f"{number(low)} to {number(high)}"
            words = f"{number(middle)} min" if middle is not None else f"{ends} min"
            if middle is not None and ends:
                words += f" ({ends})"
            rows.append(
                {
                    "line": len(rows),
                    "label": f"{product.route}, {product.name.split()[0]}: {words}",
                    "chosen": product == chosen,
                    "low": min(known),
                    "high": max(known),
                    "middle": middle,
                }
            )
    return rows


def _captions(
    product: Product, drawn: Mapping[str, list[dict[str, Any]]]
) -> Iterator[dict[str, str]]:
    overview = "; ".join(row["label"] for row in drawn["overview"] if row["label"])
    yield {
        "picture": "overview",
        "title": "Share of a dose that reaches the blood, %, by route "
        "(◆ or thick bar: this product)",
        "alt": f"A dot or bar for each figure on a scale from 0 to 100 percent. {overview}. "
        f"Chosen: {product.route}, {product.name}.",
    }
    if drawn["studies"]:
        said = "; ".join(
            ", ".join(filter(None, [row["label"], row["people"]])) for row in drawn["studies"]
        )
        others = ", ● another product" if not all(r["chosen"] for r in drawn["studies"]) else ""
        yield {
            "picture": "studies",
            "title": f"Figure by figure, {product.route}, % (◆ or thick bar: this product{others})",
            "alt": f"The figures of this route on a scale from 0 to 100 percent: {said}.",
        }
    said = "; ".join(row["label"] for row in drawn["peaks"])
    known = any(row["chosen"] for row in drawn["peaks"])
    mark = "◆ or thick bar: this product" if known else "none printed for this product"
    yield {
        "picture": "peaks",
        "title": f"Minutes until the level in the blood peaks ({mark})",
        "alt": f"Minutes to the peak, where a number was printed, {mark}: {said}.",
    }


# What stands beneath --------------------------------------------------------------------------

_TERMS = {
    "bioavailability": "How much arrives",
    "tmax": "Time to the peak",
    "onset": "Onset",
    "duration": "Duration",
    "status": "Approval",
    "setting_and_supervision": "Where, and under whose eyes",
}


def _details(product: Product) -> Iterator[dict[str, str]]:
    entry = entry_of(product)
    yield {"term": "Drug", "text": product.drug}
    if entry:
        missing = []
        for field, term in _TERMS.items():
            text = getattr(entry, field)
            if text in _NOTHING:
                missing.append(term.lower())
            else:
                yield {"term": term, "text": text}
        if missing:
            yield {"term": "Not known", "text": f"{', '.join(missing)}: nothing was found."}
        if entry.note and not entry.note.startswith("http"):
            yield {"term": "Note", "text": printable_part(entry.note)}
    else:
        yield {
            "term": "Not known",
            "text": "onset, duration, approval and supervision of this product: the table of "
            "routes has no record of it.",
        }
    wider = _fold([share for sibling in _siblings(product) for share in shares(sibling)])
    if wider:
        fold = _fold(shares(product))
        own = f"{fixed(fold, 1)} between the figures of this product, " if fold else ""
        yield {
            "term": "Doubt",
            "text": "How much arrives depends on product and study: by a factor of "
            f"{own}{fixed(wider, 1)} over all products of this route.",
        }
    for kinetic in product.kinetics:
        if kinetic.doubt:
            doubts = pk_models()[kinetic.model].printable_doubts or ""
            label = papers()[kinetic.record.source_key].label
            yield {"term": "Doubt", "text": f"{label}: {doubts[doubts.index(kinetic.doubt) :]}"}
    for said in product.said:
        guideline = library().guidelines[said.guideline]
        yield {
            "term": "Regulators, societies, payers",
            "text": f"{said.text} ({badge(guideline.verified)}).",
            **_linked(guideline.source_key, guideline.url),
        }
    if entry:
        yield {"term": "Verified on", "text": level(entry.verified)}
        for key in entry.sources:
            yield {"term": "Sources", "text": "", **_linked(key)}
    for paper in dict.fromkeys(kinetic.record.source_key for kinetic in product.kinetics):
        links = papers()[paper].links
        link = {"link": links[0][1]} if links else {}
        yield {
            "term": "Sources",
            "text": papers()[paper].citation,
            "link_text": papers()[paper].label,
            **link,
        }


def _linked(key: str, page: str | None = None) -> dict[str, str]:
    reference = library().references[key]
    address = page or (reference.links[0][1] if reference.links else None)
    return {"link_text": reference.label, **({"link": address} if address else {})}
