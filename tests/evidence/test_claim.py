"""The claims: thirteen of them, on a fixed scale, each with evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketalab.evidence.claim import Claim
from ketalab.evidence.library import library
from ketalab.evidence.tables import load_table
from tests.evidence.broken_table import complaint


def load(path: Path) -> dict[str, Claim]:
    return load_table(path, Claim, key="claims", id_field="id")


def test_thirteen_claims_in_the_order_of_the_text() -> None:
    claims = library().claims
    assert [claim.id for claim in claims.values()] == list(range(1, 14))
    assert list(claims) == [str(number) for number in range(1, 14)]


def test_verdicts_use_the_scale_and_none_is_taken_back() -> None:
    verdicts = [claim.verdict for claim in library().claims.values()]
    assert {verdict: verdicts.count(verdict) for verdict in set(verdicts)} == {
        "supported": 2,
        "partly supported": 4,
        "overstated": 6,
        "misleading": 1,
    }


def test_every_claim_rests_on_sources_of_the_bibliography() -> None:
    references = library().references
    for claim in library().claims.values():
        assert claim.keys
        assert set(claim.keys) <= set(references), claim.id


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (
            "claims.0.verdict",
            "true",
            "field 'verdict': expected one of 'supported', 'partly supported', 'overstated', "
            "'misleading', 'unsupported', got 'true'",
        ),
        ("claims.0.keys", [], "field 'keys': expected a list of at least 1, got an empty list"),
        ("claims.0.keys", "lucas2024", "field 'keys': expected a list, got 'lucas2024'"),
        ("claims.0.keys.1", 3, "field 'keys.1': expected text, got 3"),
        ("claims.0.reason", " ", "field 'reason': expected text that is not blank, got ' '"),
        (
            "claims.0.verified",
            "primary-abstract",
            "field 'verified': expected no such field (known: id, claim, verdict, reason, keys, "
            "caution), got 'primary-abstract'",
        ),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, place: str, value: object, message: str) -> None:
    file = library().folder / "claims.yaml"
    (line,) = complaint(file, tmp_path / "claims.yaml", {place: value}, load)
    assert line == f"claims.yaml: record '1', {message}"


def test_a_number_used_twice(tmp_path: Path) -> None:
    file = library().folder / "claims.yaml"
    (line,) = complaint(file, tmp_path / "claims.yaml", {"claims.1.id": 1}, load)
    assert line == (
        "claims.yaml: record '1', field 'id': expected an id used once, got it a second time"
    )


def test_a_number_that_is_none(tmp_path: Path) -> None:
    file = library().folder / "claims.yaml"
    (line,) = complaint(file, tmp_path / "claims.yaml", {"claims.0.id": 0}, load)
    assert line == "claims.yaml: record '0', field 'id': expected a number of at least 1, got 0"
