"""Whatever differs from what a person compared with its source is named, by file, record, field."""

from __future__ import annotations

import shutil

import pytest

from ketalab.evidence.tables import EvidenceError
from ketalab.publish import cli
from ketalab.publish.project import Project, PublishError
from ketalab.publish.review_records import review_records
from ketalab.publish.review_seals import (
    check_seals,
    digest,
    seal,
    seal_file,
    seal_problems,
    write_seals,
)

AGAIN = "since it was last compared with its source; compare it again, then run"

# What is compared with no source of medicine, and why.
NOT_SEALED = {
    "glossary.yaml": "words of the course",
    "handouts/summary_sheet.yaml": "which rows stand on a page; the rows are sealed",
    "lint_exceptions.yaml": "what a check lets pass",
    "pages/vega_licences.yaml": "licences of software",
}


# Tables of many records, of which the first few serve here.
LONG = ("effect_profiles", "pk_models", "references", "results_context", "side_effects")


@pytest.fixture(scope="module")
def sealed(repository, tmp_path_factory) -> Project:
    """A project with records of every table of the course, all sealed."""
    project = Project(tmp_path_factory.mktemp("sealed"))
    content = repository / "content"
    others = [content / "ketalab" / "evidence" / "seed.txt", content / "lessons" / "03-benefits.md"]
    for path in [*content.rglob("*.yaml"), *others]:
        text = path.read_text(encoding="utf-8")
        if path.stem in LONG and path.suffix == ".yaml":
            mark = "\n- " if "\n- " in text else "\n"
            text = mark.join(text.split(mark)[:24]) + "\n"
        target = project.root / path.relative_to(repository)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    write_seals(project, {})
    seal(project, review_records(project))
    return project


@pytest.fixture
def copy(sealed, tmp_path) -> Project:
    """The same, to be broken."""
    shutil.copytree(sealed.root, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


def change(project: Project, file: str, before: str, after: str) -> None:
    path = project.root / "content" / "ketalab" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) >= 1, f"{file} has no {before!r} any more"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def messages(project: Project) -> list[str]:
    return [str(problem) for problem in seal_problems(project)]


def test_the_course_is_as_it_was_compared(repository):
    assert messages(Project(repository)) == []


def test_every_table_is_sealed_or_said_to_hold_nothing_to_compare(repository):
    content = repository / "content"
    package = content / "ketalab"
    roots = (package / "evidence", package / "activities", package / "publish", package, content)
    files = {
        path.relative_to(next(r for r in roots if path.is_relative_to(r))).as_posix()
        for path in content.rglob("*.yaml")
    }
    files = {name.removeprefix("lessons/") for name in files}
    records = review_records(Project(repository)).values()
    sealed = {record.file for record in records if record.file.endswith(".yaml")}
    assert files - sealed == set(NOT_SEALED)
    assert sealed <= files


CHANGES = {
    "a count": (
        "evidence/trials.yaml",
        "  n_randomised: 60\n",
        "  n_randomised: 61\n",
        "trials.yaml: record 'sigtermans2009', field 'n_randomised': has changed "
        f"{AGAIN} `ketalab reviewed trials/sigtermans2009`",
    ),
    "a number inside a field": (
        "evidence/side_effects.yaml",
        "    events: 142\n    n: 346\n",
        "    events: 142\n    n: 364\n",
        "side_effects.yaml: record 'spravato_trd__01', field 'treatment': has changed "
        f"{AGAIN} `ketalab reviewed side_effects/spravato_trd__01`",
    ),
    "a field that has gone": (
        "evidence/trials.yaml",
        "  follow_up: 12 weeks\n",
        "",
        "trials.yaml: record 'sigtermans2009', field 'follow_up': has gone "
        f"{AGAIN} `ketalab reviewed trials/sigtermans2009`",
    ),
    "a field that was added": (
        "evidence/trials.yaml",
        "- id: schwartzman2009\n",
        "- id: schwartzman2009\n  pain_kind: new\n",
        "trials.yaml: record 'schwartzman2009', field 'pain_kind': has been added "
        f"{AGAIN} `ketalab reviewed trials/schwartzman2009`",
    ),
    "a result in one line": (
        "evidence/results.yaml",
        "treatment: 2.68",
        "treatment: 2.86",
        "results.yaml: record 'sigtermans2009__week1', field 'treatment': has changed "
        f"{AGAIN} `ketalab reviewed results/sigtermans2009__week1`",
    ),
    "a record made of two fields": (
        "evidence/pharmacology/receptor.yaml",
        "    value: 0.062\n",
        "    value: 0.026\n",
        "pharmacology/receptor.yaml: record 'magnesium_block', field 'slope': has changed "
        f"{AGAIN} `ketalab reviewed receptor/magnesium_block`",
    ),
    "one line of a bibliography": (
        "evidence/pharmacology/references.yaml",
        "2003;90:155",
        "2003;90:156",
        "pharmacology/references.yaml: record 'Hijazi2003', field 'value': has changed "
        f"{AGAIN} `ketalab reviewed pharmacology/references/Hijazi2003`",
    ),
    "the text that is examined": (
        "evidence/seed.txt",
        "Chronic pain is a debilitating",
        "Chronic pain is no debilitating",
        f"seed.txt: record '1.1', field 'text': has changed {AGAIN} `ketalab reviewed seed/1.1`",
    ),
    "a name with spaces": (
        "evidence/comparators.yaml",
        "{text: placebo infusion, kind: placebo}",
        "{text: placebo infusion, kind: active comparator}",
        "comparators.yaml: record 'placebo infusion', field 'kind': has changed "
        f"{AGAIN} `ketalab reviewed 'comparators/placebo infusion'`",
    ),
    "a citation of a lesson": (
        "../lessons/03-benefits.md",
        " {cite}`brinck2018`",
        "",
        "03-benefits.md: record '03-benefits', field 'Opioids: shown where, and in whom?': has "
        f"changed {AGAIN} `ketalab reviewed lessons/03-benefits`",
    ),
    "a caveat of a lesson": (
        "../lessons/03-benefits.md",
        "Certainty for chronic pain: mostly low or very low, or not graded.",
        "",
        f"03-benefits.md: record '03-benefits', field 'The verdict': has changed {AGAIN} "
        "`ketalab reviewed lessons/03-benefits`",
    ),
    "which questions make the test": (
        "activities/questions/00-start-here.yaml",
        "pretest:\n- ",
        "pretest:\n- no-",
        "questions/00-start-here.yaml: record '00-start-here', field 'pretest': has changed "
        f"{AGAIN} `ketalab reviewed banks/00-start-here`",
    ),
}


def test_each_change_is_named_and_nothing_else(copy):
    for file, before, after, _ in CHANGES.values():
        change(copy, file, before, after)
    assert sorted(messages(copy)) == sorted(message for *_, message in CHANGES.values())


def test_the_key_of_a_question_is_named(copy):
    file = "activities/questions/03-benefits.yaml"
    text = (copy.root / "content" / "ketalab" / file).read_text(encoding="utf-8")
    name = text.partition("\nquestions:\n- id: ")[2].partition("\n")[0]
    head, _, tail = text.partition(f"- id: {name}\n")
    swapped = tail.replace("correct: true", "correct: X", 1).replace(
        "correct: false", "correct: Y", 1
    )
    swapped = swapped.replace("correct: X", "correct: false").replace("correct: Y", "correct: true")
    (copy.root / "content" / "ketalab" / file).write_text(
        f"{head}- id: {name}\n{swapped}", encoding="utf-8"
    )
    assert messages(copy) == [
        f"questions/03-benefits.yaml: record {name!r}, field 'options': has changed {AGAIN} "
        f"`ketalab reviewed questions/{name}`"
    ]


def test_a_new_record_is_to_be_compared_first(copy):
    change(
        copy,
        "evidence/graded.yaml",
        "graded:\n",
        "graded:\n- {record: nma__09, certainty: low, quote: Low certainty}\n",
    )
    assert messages(copy) == [
        "graded.yaml: record 'nma__09': has not been compared with its source; compare it, then "
        "run `ketalab reviewed graded/nma__09`"
    ]
    assert seal(copy, ["graded/nma__09"]) == [
        "graded/nma__09 (graded.yaml)",
        '  certainty: before none → now "low"',
        '  quote: before none → now "Low certainty"',
        '  record: before none → now "nma__09"',
    ]
    assert messages(copy) == []


def test_a_record_that_has_gone_is_said_and_its_seal_can_go(copy):
    line = "- {record: nma__03, certainty: low, quote: Low certainty}\n"
    change(copy, "evidence/graded.yaml", line, "")
    assert messages(copy) == [
        "reviewed.json: record 'graded/nma__03': is sealed and has gone; if it was to go, then "
        "run `ketalab reviewed graded/nma__03`"
    ]
    assert seal(copy, ["graded/nma__03"]) == ["graded/nma__03: has gone, and its seal with it"]
    assert messages(copy) == []


SAME = {
    "a lesson's room that explains nothing": (
        "../lessons/03-benefits.md",
        "Commit yourself before you look.",
        "Commit yourself before looking.",
    ),
    "a comment": ("evidence/trials.yaml", "records:\n", "# A remark.\nrecords:\n"),
    "the order of fields": (
        "evidence/graded.yaml",
        "{record: nma__03, certainty: low,",
        "{certainty: low, record: nma__03,",
    ),
    "the order of records": (
        "evidence/comparators.yaml",
        "- {text: placebo, kind: placebo}\n- {text: placebo infusion, kind: placebo}\n",
        "- {text: placebo infusion, kind: placebo}\n- {text: placebo, kind: placebo}\n",
    ),
    "where a line breaks": (
        "evidence/trials.yaml",
        "the dose reached at the\n    end of the infusion",
        "the dose reached\n    at the end of the infusion",
    ),
}


def test_what_says_the_same_breaks_no_seal(copy):
    for file, before, after in SAME.values():
        change(copy, file, before, after)
    assert messages(copy) == []


def test_only_what_is_named_is_sealed_and_each_field_is_said(copy):
    change(copy, "evidence/trials.yaml", "  n_randomised: 60\n", "  n_randomised: 61\n")
    change(copy, "evidence/trials.yaml", "  follow_up: 12 weeks\n", "")
    change(copy, "evidence/results.yaml", "treatment: 2.68", "treatment: 2.86")
    assert seal(copy, ["trials/sigtermans2009"]) == [
        "trials/sigtermans2009 (trials.yaml)",
        "  follow_up: before unknown → now gone",
        "  n_randomised: before unknown → now 61",
    ]
    assert [problem.record for problem in seal_problems(copy)] == ["sigtermans2009__week1"]


def test_to_seal_what_has_not_changed_changes_nothing(copy):
    before = seal_file(copy).read_bytes()
    said = seal(copy, ["trials/sigtermans2009"])
    assert said == ["trials/sigtermans2009: nothing has changed since it was last compared"]
    assert seal_file(copy).read_bytes() == before
    assert [path.name for path in seal_file(copy).parent.glob(".*")] == []


def test_a_key_that_does_not_exist_seals_nothing(copy):
    change(copy, "evidence/trials.yaml", "  n_randomised: 60\n", "  n_randomised: 61\n")
    with pytest.raises(PublishError) as caught:
        seal(copy, ["trials/sigtermans2009", "trials/sigterman2009"])
    assert str(caught.value).startswith(
        "reviewed: there is no record 'trials/sigterman2009'; did you mean trials/sigtermans2009"
    )
    assert len(messages(copy)) == 1


BROKEN = {
    "a record twice, as after a merge": (
        lambda text: text.replace('"seals": {\n', '"seals": {\n"seed/1.1": {},\n'),
        "expected each name once, got 'seed/1.1' a second time",
    ),
    "a conflict": (lambda text: "<<<<<<< HEAD\n" + text, "expected JSON"),
    "no digest": (
        lambda text: text.replace('"seals": {\n', '"seals": {\n"trials/x": {"id": 1},\n'),
        "reviewed.json: record 'trials/x': expected a digest for each field",
    ),
    "another file": (lambda text: "[]", "reviewed.json: expected 'seals', a line for each record"),
    "nothing": (lambda text: "", "reviewed.json: expected JSON"),
}


@pytest.mark.parametrize(("damage", "message"), BROKEN.values(), ids=BROKEN)
def test_seals_that_cannot_be_read_are_said(copy, damage, message):
    path = seal_file(copy)
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(EvidenceError, match=message):
        seal_problems(copy)


def test_no_seals_are_an_error_and_not_a_pass(copy):
    seal_file(copy).unlink()
    with pytest.raises(
        EvidenceError, match=r"reviewed\.json: expected the seals, got no such file"
    ):
        check_seals(copy)


def test_an_entry_without_a_name_is_said(copy):
    change(copy, "evidence/graded.yaml", "- {record: nma__03, ", "- {")
    with pytest.raises(EvidenceError, match=r"graded\.yaml: entry 4 of 'graded': expected a map"):
        seal_problems(copy)


def test_two_records_of_one_name_are_said(copy):
    change(copy, "evidence/graded.yaml", "record: nma__03", "record: nma__02")
    with pytest.raises(EvidenceError, match=r"graded\.yaml: record 'nma__02': .* second time"):
        seal_problems(copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (41, 41.0),
        (1, True),
        ("1", 1),
        (None, "null"),
        ([1, 2], [2, 1]),
        ([["a", 1]], {"a": 1}),
        ({"a": 1}, {"b": 1}),
        ({-80: 1}, {"-80": 1}),
    ],
)
def test_what_differs_has_another_digest(one, other):
    assert digest(one) != digest(other)


def test_the_command_checks_and_seals(copy, monkeypatch, capsys):
    monkeypatch.setattr(Project, "find", classmethod(lambda cls: copy))
    assert cli.main(["reviewed"]) == 0
    assert "records are as they were when they were last compared" in capsys.readouterr().out
    change(copy, "evidence/trials.yaml", "  n_randomised: 60\n", "  n_randomised: 61\n")
    for command in ("reviewed", "evidence"):
        assert cli.main([command]) == 1
        said = capsys.readouterr()
        assert said.err == f"ketalab: {CHANGES['a count'][-1]}\n"
        assert said.out == ""
    assert cli.main(["reviewed", "trials/sigtermans2009"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  n_randomised: before unknown → now 61"
    assert cli.main(["reviewed"]) == 0
