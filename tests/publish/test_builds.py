"""Builds of small projects: nothing twice, nothing half, nothing stale."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest

from ketalab.publish import cli, exports, notebooks
from ketalab.publish.exports import export as export_all
from ketalab.publish.notebooks import build_notebooks, read_executed
from ketalab.publish.pages import deck, exporters
from ketalab.publish.project import Project, PublishError
from tests.publish.conftest import GALLERY, code, lesson_text, remark
from tests.publish.test_staging import tree


@pytest.fixture
def executed(monkeypatch):
    """The names of the lessons that were executed; they are executed as ever."""
    names = []
    really = notebooks.execute

    def execute(notebook, path):
        names.append(path.stem)
        return really(notebook, path)

    monkeypatch.setattr(notebooks, "execute", execute)
    return names


@pytest.fixture(autouse=True)
def one_worker(monkeypatch):
    """What a test puts in the place of a function is not known in other processes."""
    monkeypatch.setattr(notebooks, "cores", lambda: 1)
    monkeypatch.setattr(exports, "cores", lambda: 1)


def quiet(_line: str) -> None:
    pass


def export(project: Project, say) -> None:
    """What needs neither the whole course nor a browser."""
    export_all(project, say, kinds=("html", "slides", "instructor"))


def outputs(project: Project) -> dict[str, bytes]:
    """All that a student or an instructor would open."""
    found = {}
    for folder in (project.notebooks, project.exports):
        if folder.exists():
            found |= {f"{folder.name}/{name}": text for name, text in tree(folder).items()}
    return found


def add_lesson(project: Project, name: str, source: str) -> Path:
    path = project.lessons / f"{name}.md"
    path.write_text(lesson_text(GALLERY, explore=code(source)), encoding="utf-8")
    return path


def test_a_build_executes_and_a_second_one_has_nothing_to_do(project, executed):
    said = []
    build_notebooks(project, said.append)
    (notebook,) = project.notebooks.glob("*.ipynb")
    cells = nbformat.read(notebook, as_version=4).cells
    (output,) = (o for cell in cells for o in cell.get("outputs", []))
    assert output.data["text/plain"] == "42"
    assert executed == ["01-first"]
    before = tree(project.root)
    build_notebooks(project, said.append)
    assert executed == ["01-first"]
    assert said[-1] == "notebooks: 01-first is up to date"
    assert tree(project.root) == before


def test_what_makes_a_build_stale(project, executed):
    build_notebooks(project, quiet)
    done = tree(project.notebooks)
    data = project.root / "content" / "ketalab" / "data.yaml"
    data.write_text("events: 2\n", encoding="utf-8")
    build_notebooks(project, quiet)
    assert len(executed) == 2
    (notebook,) = project.notebooks.glob("*.ipynb")
    notebook.write_text(notebook.read_text() + " ")  # by hand
    build_notebooks(project, quiet)
    assert len(executed) == 3
    assert tree(project.notebooks) == done
    add_lesson(project, "02-second", "'new'")
    build_notebooks(project, quiet)
    assert executed[3:] == ["02-second"]


def test_pages_and_decks_are_made_once_and_again_after_an_edit_by_hand(project, executed):
    said = []
    export(project, said.append)
    made = outputs(project)
    assert {name.rpartition("/")[0] for name in made} == {
        "notebooks",
        "exports/html",
        "exports/instructor",
        "exports/slides",
    }
    export(project, said.append)
    count = len([line for line in said if " of " in line]) - 1
    assert said[-1] == f"exports: {count} of {count} were up to date"
    page = project.exports / "html" / "01-first.html"
    page.write_text("edited")
    (project.exports / "html" / "bibliography.bib").write_text("edited")
    export(project, said.append)
    assert f"exports: {count - 2} of {count} were up to date" in said
    assert outputs(project) == made
    assert executed == ["01-first"]


def test_a_cell_that_fails_names_the_lesson_and_leaves_all_as_it_was(project):
    build_notebooks(project, quiet)
    before = outputs(project)
    add_lesson(project, "01-first", "'changed'")
    add_lesson(project, "02-second", "1 / 0")
    with pytest.raises(PublishError, match=r"(?s)^02-second\.md: a cell failed.*ZeroDivisionError"):
        build_notebooks(project, quiet)
    assert outputs(project) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_interrupted_build_leaves_all_as_it_was_and_the_next_one_ends_it(
    project, monkeypatch, error
):
    build_notebooks(project, quiet)
    before = outputs(project)
    add_lesson(project, "01-first", "'changed'")
    add_lesson(project, "02-second", "'new'")
    really = notebooks.execute

    def execute(notebook, path):
        if path.stem == "02-second":
            raise error
        return really(notebook, path)

    with monkeypatch.context() as patch:
        patch.setattr(notebooks, "execute", execute)
        with pytest.raises(error):
            build_notebooks(project, quiet)
    assert outputs(project) == before
    build_notebooks(project, quiet)
    assert list(outputs(project)) == ["notebooks/01-first.ipynb", "notebooks/02-second.ipynb"]
    assert outputs(project).items().isdisjoint(before.items())


def test_an_interrupted_export_leaves_the_pages_as_they_were(project, monkeypatch):
    export(project, quiet)
    before = tree(project.exports)
    add_lesson(project, "01-first", "'changed'")

    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deck.DeckExporter, "from_notebook_node", interrupt)
        with pytest.raises(KeyboardInterrupt):
            export(project, quiet)
    assert tree(project.exports) == before


KILLED = {
    # A kernel runs the second lesson of a build.
    "build": """
        from ketalab.publish.notebooks import build_notebooks

        def go(project, say):
            build_notebooks(project, say, workers=1)
        """,
    # The second page is being written.
    "export": """
        import pathlib, time
        from ketalab.publish import exports
        from ketalab.publish.exports import export
        from ketalab.publish.pages.exporters import PageExporter

        def go(project, say):
            export(project, say, kinds=("html", "slides", "instructor"), workers=1)

        really = PageExporter.from_notebook_node

        def slow(self, nb, *args, **options):
            if "'new'" in str(nb):
                pathlib.Path(MARK).write_text("0")
                time.sleep(60)
            return really(self, nb, *args, **options)

        PageExporter.from_notebook_node = slow
        """,
}


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
@pytest.mark.parametrize("name", KILLED)
def test_a_killed_build_leaves_all_as_it_was_and_the_next_one_clears_up(project, name, tmp_path):
    export(project, quiet)
    before = outputs(project)
    mark = tmp_path / "reached"
    add_lesson(project, "01-first", "'changed'")
    wait = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\n"
    slow = f"{wait}time.sleep(60)" if name == "build" else "'new'"
    add_lesson(project, "02-second", slow)
    script = f"""
MARK = {str(mark)!r}
{textwrap.dedent(KILLED[name])}
from pathlib import Path
from ketalab.publish.project import Project
go(Project(Path({str(project.root)!r})), print)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL)
    kernel = 0
    try:
        deadline = time.monotonic() + 60
        while not (mark.exists() and mark.read_text()):
            assert process.poll() is None, "the build ended by itself"
            assert time.monotonic() < deadline, "the build never got there"
            time.sleep(0.05)
        kernel = int(mark.read_text())
    finally:
        process.kill()
        process.wait()
        if kernel:
            with suppress(ProcessLookupError):  # it notices by itself that its parent is gone
                os.kill(kernel, signal.SIGKILL)
    after = outputs(project)
    half = {path for path in after if "/.staging-" in path}
    assert half, "nothing was under way"
    visible = {path: text for path, text in after.items() if path not in half}
    if name == "export":  # the notebooks were finished before
        visible = {path: text for path, text in visible.items() if path.startswith("exports/")}
        before = {path: text for path, text in before.items() if path.startswith("exports/")}
    assert visible == before

    add_lesson(project, "02-second", "'new'")
    export(project, quiet)
    final = outputs(project)
    assert not any("/.staging-" in path for path in final)
    # Two lessons as notebook, page and deck, and for instructors as page and notebook.
    own = [path for path in final if "01-first" in path or "02-second" in path]
    assert len(own) == 10
    # What stands there is what a build that nobody killed would have made.
    assert "'changed'" in str(read_executed(project, project.lessons / "01-first.md"))


def test_a_notebook_written_twice_is_the_same_bytes(project):
    build_notebooks(project, quiet)
    first = tree(project.notebooks)
    (project.build / "notebooks.json").unlink()
    build_notebooks(project, quiet)
    assert tree(project.notebooks) == first


LIVE = """\
from ketalab.activities import question
from ketalab.explorers import PainBurdenExplorer
from IPython.display import display
display(question("04-speed"))
PainBurdenExplorer()"""


def test_two_builds_of_one_source_are_the_same_bytes(project, tmp_path):
    add_lesson(project, "01-first", LIVE)
    elsewhere = Project(tmp_path / "elsewhere")
    shutil.copytree(project.root, elsewhere.root)
    for each in (project, elsewhere):
        export(each, quiet)
    made = outputs(project)
    assert b"data-model" in made["exports/html/01-first.html"]
    assert outputs(elsewhere) == made


# --- Two editions --------------------------------------------------------------------------------

SOLUTION = 'answer = 100 * row.control.events / row.control.n\ncheck("04-read-row", answer)'
STUB = """\
from ketalab.activities import check
from ketalab.evidence import side_effects
row = side_effects()["{row}"]
answer = ...
check("04-read-row", answer)"""
REMARK = "The usual slip is to read the first arm that is printed, whoever they may be."


def write_exercise(project: Project, row: str = "spravato_trd__18", solution: str = SOLUTION):
    body = code(STUB.format(row=row)) + code(solution, "solution") + remark(REMARK, "instructor")
    path = project.lessons / "01-first.md"
    path.write_text(lesson_text(GALLERY, exercises=body), encoding="utf-8")


@pytest.fixture(scope="module")
def with_exercise(tmp_path_factory):
    """A project with an exercise, its notebooks built once, and the lessons that were executed."""
    project = Project(tmp_path_factory.mktemp("course") / "a project")
    project.lessons.mkdir(parents=True)
    (project.root / "content" / "ketalab").mkdir()
    write_exercise(project)
    names = []
    really = notebooks.execute

    def execute(notebook, path):
        names.append(path.stem)
        return really(notebook, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "execute", execute)
        build_notebooks(project, quiet, workers=1)
    return project, names


@pytest.fixture
def exercise(with_exercise, tmp_path):
    """A copy of the project with an exercise that a test may export and break."""
    copy = Project(tmp_path / "exercise")
    shutil.copytree(with_exercise[0].root, copy.root)
    return copy


def test_instructors_get_what_students_do_not(exercise, with_exercise, executed):
    project = exercise
    assert with_exercise[1] == ["01-first", "01-first"]
    export(project, quiet)
    made = outputs(project)
    for name, text in made.items():
        for secret in (b"row.control.events", b"whoever they may be"):
            assert (secret in text) == (
                name == "exports/instructor/01-first.ipynb"
                or (name == "exports/instructor/01-first.html" and b"whoever" in secret)
            ), name
    page = made["exports/instructor/01-first.html"].decode()
    assert "<summary>Solution</summary>" in page
    assert "<title>A small lesson · instructor edition · " in page
    (notebook,) = (project.exports / "instructor").glob("*.ipynb")
    cells = nbformat.read(notebook, as_version=4).cells
    said = [o.data["text/plain"] for cell in cells for o in cell.get("outputs", [])]
    assert [text[:7] for text in said] == ["Not yet", said[1][:7]]
    assert said[1].startswith("✓ ")
    export(project, quiet)
    assert executed == []


def test_a_solution_that_its_check_does_not_know_stops_the_build(project):
    build_notebooks(project, quiet)
    before = outputs(project)
    write_exercise(project, row="spravato_trd__02")
    with pytest.raises(
        PublishError, match=r"^01-first\.md: exercise '04-read-row': .* its own solution: ✗ "
    ):
        build_notebooks(project, quiet)
    assert outputs(project) == before


def test_a_stub_that_is_no_stub_stops_the_build(project):
    write_exercise(project)
    path = project.lessons / "01-first.md"
    path.write_text(path.read_text().replace("answer = ...", "answer = 3"))
    with pytest.raises(PublishError, match=r"'04-read-row': .* its untouched stub: ✗ "):
        build_notebooks(project, quiet)


def test_a_solution_that_students_could_read_stops_the_build(project):
    export(project, quiet)
    before = outputs(project)
    write_exercise(project)
    path = project.lessons / "01-first.md"
    text = path.read_text()
    line = SOLUTION.splitlines()[0]
    path.write_text(text.replace("About: Explain.", f"Try `{line}`."), encoding="utf-8")
    with pytest.raises(PublishError, match=r"row\.control\.n' stands in a student's cell as well"):
        export(project, quiet)
    assert outputs(project) == before


@pytest.mark.parametrize(
    ("kind", "exporter"), [("html", exporters.PageExporter), ("slides", deck.DeckExporter)]
)
def test_a_page_with_a_leak_is_never_written(exercise, monkeypatch, kind, exporter):
    kinds = (kind,)
    export_all(exercise, quiet, kinds=kinds)
    before = tree(exercise.exports)
    page = exercise.exports / kind / "01-first.html"
    page.write_text("edited")  # so that it is made again
    before[f"{kind}/01-first.html"] = page.read_bytes()

    really = exporter.from_notebook_node

    def careless(self, *args, **options):
        body, resources = really(self, *args, **options)
        return f"{body}<!-- {REMARK} -->", resources

    monkeypatch.setattr(exporter, "from_notebook_node", careless)
    with pytest.raises(
        PublishError, match=rf"^{kind}/01-first\.html: students would see .*slip is"
    ):
        export_all(exercise, quiet, kinds=kinds)
    assert tree(exercise.exports) == before


# --- The command line ----------------------------------------------------------------------------


@pytest.fixture
def here(project, monkeypatch):
    monkeypatch.setattr(Project, "find", classmethod(lambda _: project))
    return project


def test_the_command_builds_and_says_so(here, capsys):
    assert cli.main(["build"]) == 0
    assert "notebooks: 01-first, students, executed after" in capsys.readouterr().out


def test_what_the_author_can_mend_is_one_message(here, capsys):
    path = here.lessons / "01-first.md"
    path.write_text(lesson_text(GALLERY, explain="{cote}`x`"), encoding="utf-8")
    assert cli.main(["build"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ketalab: 01-first.md:")
    assert said.count("\n") == 1
    assert "Traceback" not in said


def test_a_broken_bank_is_one_message(here, capsys, monkeypatch, tmp_path):
    from ketalab.activities import bank

    (tmp_path / "01-bad.yaml").write_text("lesson: [", encoding="utf-8")
    monkeypatch.setattr(bank, "_FOLDER", tmp_path)
    bank.banks.cache_clear()
    path = here.lessons / "01-first.md"
    path.write_text(lesson_text(GALLERY, check=code('question("04-speed")')), encoding="utf-8")
    try:
        assert cli.main(["build"]) == 1
    finally:
        bank.banks.cache_clear()
    assert capsys.readouterr().err.startswith("ketalab: 01-bad.yaml: line ")


def test_an_interrupt_is_said_in_one_line(here, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(notebooks, "execute", interrupt)
    assert cli.main(["build"]) == 130
    assert capsys.readouterr().err == ("ketalab: stopped; the last finished output is untouched\n")
    assert outputs(here) == {}


def test_one_lesson_and_one_kind_alone(here, capsys):
    add_lesson(here, "02-second", "'new'")
    assert cli.main(["export", "02", "--to", "slides"]) == 0
    assert [*tree(here.exports)] == ["slides/02-second.html"]
    assert cli.main(["export", "2"]) == 1
    said = capsys.readouterr().err
    assert said == "ketalab: there is no lesson '2'; there are 01-first, 02-second\n"


def test_what_a_removed_lesson_left_goes_with_it(project):
    add_lesson(project, "02-second", "'new'")
    export(project, quiet)
    alone = {path for path in outputs(project) if "02-second" in path}
    assert len(alone) == 5
    (project.lessons / "02-second.md").unlink()
    said = []
    export(project, said.append)
    assert not any("02-second" in path for path in outputs(project))
    assert sum("removed" in line for line in said) == 7  # two notebooks lie in build/
