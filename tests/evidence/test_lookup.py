"""Look up, filter, cite: what a student may type."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pandas as pd
import pytest

import ketalab.evidence
from ketalab.evidence import cite, lookup, record, references, side_effects, table
from ketalab.evidence.columns import CAPTIONS, COLUMNS
from ketalab.evidence.library import TABLES, library


@pytest.mark.parametrize("module", [lookup, ketalab.evidence])
def test_examples(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert result.failed == 0


def test_pandas_waits_until_a_table_is_asked_for() -> None:
    code = (
        "import sys; from ketalab.evidence import cite, record, side_effects; side_effects();"
        "record('trials', 'hardy2012'); cite('hardy2012'); assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- Records and citations -----------------------------------------------------------------------


def test_a_record_is_the_typed_record() -> None:
    assert record("side_effects", "nma__02") is side_effects()["nma__02"]
    assert record("claims", 3) is record("claims", "3")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: record("trails", "hardy2012"), "no table 'trails'; did you mean 'trials'"),
        (lambda: record("trials", "hardy2021"), "no record in trials 'hardy2021'; did you mean"),
        (lambda: cite("hardy2021"), "no source 'hardy2021'; did you mean 'hardy2012'"),
        (lambda: table("trials", rout="oral"), "no field 'rout'; did you mean 'route'"),
        (lambda: table("trials", columns="rout"), "no field 'rout'"),
        (lambda: table("claims", verdict="true"), "no verdict 'true'; known: misleading"),
        (lambda: table("reviews", note="x", memory_only_fields="x"), "no field 'memory_only"),
    ],
)
def test_what_does_not_exist_is_said_with_what_comes_near(ask, message: str) -> None:
    with pytest.raises(LookupError) as error:
        ask()
    assert message in error.value.args[0]


def test_a_citation_holds_text_and_links() -> None:
    for key, reference in references().items():
        citation = cite(key)
        assert str(citation).startswith(f"{reference.label}. ")
        html = citation._repr_html_()
        for _, address in reference.links:
            assert f"<{address}>" in str(citation)
        assert html.count("<a href=") == len(reference.links)
        assert "from memory" not in str(citation) + html


# --- Tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_every_table_holds_every_record_with_caption_headings_and_sources(name: str) -> None:
    frame = table(name)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.index) == list(library().table(name))
    assert frame.caption == CAPTIONS[name]
    assert set(COLUMNS[name]) & set(frame.columns)
    assert frame.columns[-1] == "sources"
    assert all(
        key in frame.links
        for text in frame.sources
        for key in filter(None, text.split("; "))
        if key in references()
    )


@pytest.mark.parametrize("name", TABLES)
def test_nothing_that_is_withheld_stands_in_any_column(name: str) -> None:
    frame = table(name, columns="all")
    hidden = {
        "memory_only_fields",
        "verification_note",
        "ocr_note",
        "doi_unverified",
        "first_author",
    }
    assert not hidden & set(frame.columns)
    text = frame.to_csv()
    assert "from memory" not in text
    assert "page read" not in text


def test_what_was_only_remembered_is_in_no_table() -> None:
    for name in TABLES:
        shown = table(name, columns="all").to_csv()
        for entry in library().table(name).values():
            for figure in getattr(entry, "memory_only_fields", ()):
                if any(sign.isdigit() for sign in figure):
                    assert figure not in shown


@pytest.mark.parametrize(
    ("name", "conditions", "ids"),
    [
        # A whole word, in either case; the abbreviation finds its long form.
        ("trials", {"condition": "crps"}, ["sigtermans2009", "schwartzman2009", "schilder2013"]),
        ("trials", {"route": "oral"}, ["haines1999", "rigo2017", "fallon2018"]),
        # One or the other; both conditions; a function, which is never asked about nothing.
        (
            "trials",
            {"condition": ["phantom", "fibromyalgia"]},
            ["noppers2011fm", "gravennielsen2000", "eichenberger2008"],
        ),
        ("trials", {"route": "oral", "n_randomised": 42}, ["rigo2017"]),
        ("trials", {"n_randomised": lambda n: n > 200}, ["fallon2018", "gewandter2014"]),
        ("trials", {"n_randomised": None}, ["schwartzman2009"]),
        # The very word: "supported" is not "partly supported", "low" not "very low".
        ("claims", {"verdict": "supported"}, ["1", "12"]),
        ("side_effects", {"certainty": "low"}, ["cochrane25__01", "nma__02", "nma__03"]),
        ("side_effects", {"treatment_n": 6}, ["noppers_dili__01"]),
    ],
)
def test_conditions_choose(name: str, conditions: dict, ids: list[str]) -> None:
    assert list(table(name, **conditions).index) == ids


def test_forms_of_the_drug_are_kept_apart() -> None:
    assert set(table("trials", drug="S-ketamine").drug) == {"S-ketamine"}
    assert "S-ketamine" not in set(table("trials", drug="ketamine").drug)
    assert set(table("side_effects", drug="S-ketamine").drug) == {
        "S-ketamine",
        "racemic or S-ketamine",
    }
    assert "sigtermans2009" in table("trials", pain="complex regional pain syndrome").index


def test_columns_are_chosen_and_the_source_stays() -> None:
    frame = table("trials", columns=["condition"], route="oral")
    assert list(frame.columns) == ["condition", "verified", "sources"]
    assert len(table("trials", columns="all").columns) > len(table("trials").columns)


def test_direct_and_indirect_evidence_are_told_apart() -> None:
    frame = table("side_effects")
    assert set(frame.directness) == {"direct", "partly direct", "indirect"}
    assert set(table("side_effects", directness="direct").directness) == {"direct"}


def test_people_who_overlap_and_general_knowledge_are_said() -> None:
    assert any("never pool" in text for text in table("side_effects").remarks)
    assert not any("never pool" in text for text in table("trials").remarks)
    (remark,) = table("interactions", columns=["severity"]).remarks
    assert remark == "General knowledge, not yet reviewed by a clinician: severity."
    assert table("interactions").remarks == ()


def test_results_take_what_they_do_not_say_from_their_record() -> None:
    row = table("results").loc["sigtermans2009__week1"]
    assert row.drug == "S-ketamine"
    assert row.population == "Complex regional pain syndrome type 1 (CRPS-1)"
    assert row.comparator == "placebo infusion"
    assert row.sources == "sigtermans2009"
    group = table("results").loc["nielsen2019__daily_opioid", "overlap_group"]
    assert group.startswith("nielsen2017")


def test_the_text_form_keeps_the_end_of_an_interval() -> None:
    assert "(CI 2.33 lower to 0.09 higher)" in repr(table("results", time="4 weeks"))
