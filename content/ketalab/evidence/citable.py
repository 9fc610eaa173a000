"""Everything that a lesson or a question may cite: the bibliography and the pharmacology's papers.

The two tables were checked apart and stay apart. One study may stand in both: "sigtermans2009" with
all that is known of it, and "Sigtermans2009" with what a model took from it. A capital is enough
for Python to tell them apart; anchors on a page differ by more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ketalab.evidence import pharmacology, references
from ketalab.evidence.pharmacology import Paper
from ketalab.evidence.reference import Reference
from ketalab.evidence.tables import EvidenceError, Problem

Source = Reference | Paper


@cache
def citable() -> Mapping[str, Source]:
    """Return every source by key: those of the bibliography, then those of the pharmacology.

    Each has a ``label``, a ``citation`` and ``links``, and these are fit to print.

    Raises EvidenceError when a table is not sound, or two sources cannot be told apart.

    >>> citable()["Gilling2009"].reading
    'read in part'
    """
    return joined(references(), pharmacology.references())


def joined(
    bibliography: Mapping[str, Reference], papers: Mapping[str, Paper]
) -> Mapping[str, Source]:
    """Return the sources of both tables by key.

    Raises EvidenceError: a key that stands in both, or that differs from another of its own table
    in nothing but capitals. Their entries on a page could not be told apart.
    """
    problems = []
    for table, file in (
        (bibliography, "references.yaml"),
        (papers, "pharmacology/references.yaml"),
    ):
        seen: dict[str, str] = {}
        for key in table:
            twin = seen.setdefault(key.casefold(), key)
            if twin != key:
                message = f"expected more than capitals to tell it from {twin!r}"
                problems.append(Problem(file, key, "key", message))
            if table is papers and key in bibliography:
                message = "expected a key that references.yaml does not have"
                problems.append(Problem(file, key, "key", message))
    if problems:
        raise EvidenceError(problems)
    return MappingProxyType({**bibliography, **papers})


def source_anchor(source: Source) -> str:
    """Return the id of a source's entry on a page, which it shares with no other source.

    >>> source_anchor(citable()["sigtermans2009"]), source_anchor(citable()["Sigtermans2009"])
    ('source-sigtermans2009', 'source-paper-Sigtermans2009')
    """
    return f"source-{'paper-' if isinstance(source, Paper) else ''}{source.key}"
