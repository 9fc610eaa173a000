"""The benchmarks in small: that they run, measure what they say and cannot rot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.benchmarks import explorers, exports, kinetics, memory, nbval, peer_environments, run
from tests.benchmarks.peer_environments import Peer, python_of, reason
from tests.benchmarks.task import draw_task
from tests.benchmarks.timing import Timing, take_turns
from tests.publish.conftest import GALLERY, code, lesson_text

SMALL = {"patients": 3, "many": 6, "repeats": 1, "peers": (), "reference": False}


def test_the_kinetics_in_small(capfd) -> None:
    found = kinetics.bench(**SMALL)
    assert found.missing == []
    assert found.row(kinetics.OURS).timing.median > 0
    assert found.large.median > 0
    # Two other ways to the same concentrations: the formula as one writes it, and a solver.
    assert found.row(kinetics.PLAIN).relative < 1e-12
    assert found.row(kinetics.SOLVE_IVP).relative < 1e-5
    assert found.row(kinetics.SOLVE_IVP).patients == 3
    said = capfd.readouterr().out
    assert all(row.name in said for row in found.rows)
    assert said.count("goal ") == 3
    assert "goal not judged: nothing to compare with (at least 60 times" in said
    assert "not checked against 50 digits" in said


def test_the_memory_in_small(capfd) -> None:
    peaks = memory.bench(sizes=(600, 1200))
    assert peaks[1] <= memory.FLAT * peaks[0]
    assert "goal met: memory is flat" in capfd.readouterr().out


def test_memory_that_grows_is_told(capfd, monkeypatch) -> None:
    kept = []

    def hoard(simulate, population, patients, seed):
        kept.extend(np.ones(10_000) for _ in range(patients))
        return SimpleNamespace(mean=np.ones(1))

    monkeypatch.setattr(memory, "summarise", hoard)
    memory.bench(sizes=(1, 30))
    assert "goal NOT met: memory is flat" in capfd.readouterr().out


def test_the_explorers_in_small(capfd) -> None:
    found = explorers.bench(
        names=("SideEffectExplorer",),
        moves=4,
        figures=2,
        openings=1,
        interact=False,
        official=False,
    )
    assert len(found.ours["SideEffectExplorer"]) == 4
    assert min(found.ours["SideEffectExplorer"]) > 0
    assert found.our_page.seconds[0] > 0
    assert found.our_page.size > 400_000
    assert "SideEffectExplorer: p95" in capfd.readouterr().out


def test_how_the_explorers_are_judged() -> None:
    slow, fast = [20.0] * 30, [10.0] * 30
    found = explorers.Results(
        ours={"Curve": slow, "DoseToBrainExplorer": slow, "Table": fast},
        interact={"Curve": [199.0], "Table": [100.0]},
        our_page=explorers.Opening([1.0, 1.0], 1_000_000),
        official=explorers.Opening([1.9, 1.9], 3_000_000),
    )
    assert list(explorers._goals(found)) == [
        "goal NOT met: Curve: p95 20.0 ms (at most 16.7)",
        "goal met: DoseToBrainExplorer: p95 20.0 ms (at most 50.0)",
        "goal met: Table: p95 10.0 ms (at most 16.7)",
        "goal NOT met: Curve: 9.9 times as fast as interact (at least 10)",
        "goal met: Table: 10.0 times as fast as interact (at least 10)",
        "goal NOT met: live 1.9 times as soon as with html-manager (at least 2)",
        "goal met: 3.0 times as light as with html-manager (at least 3)",
    ]


def test_a_goal_that_is_not_met_is_told(capfd) -> None:
    slow, fast = Timing((1.0,)), Timing((0.5,))
    found = kinetics.Results(
        rows=[
            kinetics.Row(kinetics.OURS, slow, 1, 1),
            kinetics.Row(kinetics.SOLVE_IVP, fast, 1, 1),
            kinetics.Row("peer", fast, 1, 1, 1e-20, 1e-20, peer=True),
            kinetics.Row(kinetics.EXPONENTIALS, slow.scaled(2), 1, 1),
        ],
        reference=1e-14,
    )
    kinetics._print_goals(found)
    lines = capfd.readouterr().out.split("\n")[1:-1]
    assert [line.partition(":")[0] for line in lines] == [
        "goal NOT met",
        "goal NOT met",
        "goal met",
        "goal NOT met",
    ]
    assert lines[0].startswith("goal NOT met: 0.5 times as fast as solve_ivp")


def test_what_is_no_number_is_not_taken_for_exact() -> None:
    exact = np.ones((2, 3))
    assert kinetics._errors(exact + 0.5, exact) == (0.5, 0.5)
    for wrong in (np.full((2, 3), np.nan), np.ones((2, 2))):
        with pytest.raises(ValueError, match=r"^found "):
            kinetics._errors(wrong, exact)


def test_the_task_is_the_same_each_time_and_its_spread_is_as_said() -> None:
    drawn = draw_task(4000)
    assert (drawn.clearance[:5] == draw_task(4000).clearance[:5]).all()
    assert np.log(drawn.volumes).std(axis=1) == pytest.approx(0.3, rel=0.05)
    assert drawn.times[[1, -1]] == pytest.approx([1 / 60, 24])
    assert drawn.dose == 35


def test_calls_take_turns() -> None:
    order = []
    calls = {name: lambda name=name: order.append(name) for name in "ab"}
    assert {len(timing.seconds) for timing in take_turns(calls, 2).values()} == {2}
    assert "".join(order) == "ababab"  # the first round is not counted


def test_a_peer_that_does_not_install_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(peer_environments, "FOLDER", tmp_path / "peers")
    really = peer_environments._run

    def run_nothing_but_pip(command):
        if "venv" not in command:
            really([sys.executable, "-c", "raise SystemExit('ERROR: it does not build')"])

    monkeypatch.setattr(peer_environments, "_run", run_nothing_but_pip)
    missing = []
    peer = Peer("it", ("it==1",), "with_it.py")
    assert kinetics._rows_of_peer(peer, tmp_path, np.ones((1, 1)), missing) == []
    assert missing == ["it does not install here: ERROR: it does not build"]
    assert (tmp_path / "peers" / ".gitignore").read_text() == "*\n"
    assert not (tmp_path / "peers" / "it" / "installed").exists()


def test_an_environment_that_stands_is_used_again(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(peer_environments, "FOLDER", tmp_path)
    monkeypatch.setattr(peer_environments, "_run", lambda command: pytest.fail("made anew"))
    place = tmp_path / "it"
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(sys.executable)
    (place / "installed").write_text("it==1 numpy")
    assert python_of(Peer("it", ("it==1", "numpy"))) == place / "bin" / "python"


def test_a_script_that_fails_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(kinetics, "SCRIPTS", tmp_path)
    (tmp_path / "with_it.py").write_text("raise RuntimeError('no such thing')")
    missing = []
    assert kinetics._rows_of(sys.executable, "with_it.py", tmp_path, np.ones(1), missing) == []
    assert missing == ["it does not run here: RuntimeError: no such thing"]


@pytest.mark.parametrize(
    ("said", "picked"),
    [
        ("a\nx.c:6: fatal error: y.h: gone\nERROR: z", "x.c:6: fatal error: y.h: gone"),
        ("ERROR: 1.0 Requires-Python >=3.13; 2.0 Requires", "ERROR: 1.0 Requires-Python >=3.13"),
        ("\nfirst\nlast\n", "last"),
        ("", "it gave no reason"),
    ],
)
def test_the_reason_is_the_line_that_says_it(said, picked) -> None:
    assert reason(said) == picked


def test_a_benchmark_that_does_not_exist(repository) -> None:
    command = [sys.executable, "tests/benchmarks/run.py", "nothing"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 2
    assert (
        done.stdout
        == "No such benchmark: nothing. There are: exports, explorers, kinetics, memory, nbval.\n"
    )


def test_each_benchmark_is_found(monkeypatch) -> None:
    for module in run.BENCHES.values():
        assert callable(run.importlib.import_module(module).bench)


def test_the_exports_in_small(capfd, repository, tmp_path) -> None:
    package = tmp_path / "content" / "ketalab"
    shutil.copytree(repository / "content" / "ketalab", package)
    for name in ("CITATION.cff", "LICENSE"):
        shutil.copy(repository / name, tmp_path)
    lesson = tmp_path / "content" / "lessons" / "01-first.md"
    lesson.parent.mkdir()
    text = lesson_text(GALLERY, explore=code("6 * 7"))
    for path in (lesson, lesson.with_stem("02-second")):
        path.write_text(text, encoding="utf-8")
    found = exports.bench(lessons=("01-first",), kinds=("slides",), course=tmp_path)
    assert found.ours > found.again > 0
    assert list(found.stock) == ["slides slides 01-first"]
    said = capfd.readouterr().out
    assert said.count("goal ") == 2
    assert f"{found.ratio:.1f} times as fast as stock" in said


def test_a_course_without_its_package_is_refused(tmp_path) -> None:
    (tmp_path / "content" / "lessons").mkdir(parents=True)
    with pytest.raises(ValueError, match="no package in"):
        exports.bench(course=tmp_path)


def test_nbval_in_small(capfd, tmp_path) -> None:
    notebook = tmp_path / "small.ipynb"
    output = new_output("execute_result", {"text/plain": "42"}, execution_count=1)
    cells = [new_code_cell("6 * 7", outputs=[output], execution_count=1), new_code_cell("")]
    nbformat.write(new_notebook(cells=cells), notebook)
    stock, ours = nbval.bench(notebooks=[notebook], repeats=1).values()
    # Of the outputs' parts, ours compares the kind as well.
    assert (stock.compared, ours.compared) == ((1, 1, 1), (1, 1, 2))
    assert min(*stock.seconds, *ours.seconds) > 0
    assert "goal met: nothing less is compared" in capfd.readouterr().out


def test_how_nbval_is_judged() -> None:
    stock, ours = nbval.Run((14.0, 16.0), (2, 3, 4)), nbval.Run((10.0,), (2, 3, 4))
    assert nbval.goals(stock, ours) == [
        "goal met: 1.5 times as fast as stock nbval (at least 1.5)",
        "goal met: nothing less is compared",
    ]
    assert nbval.goals(stock, nbval.Run((10.1,), (2, 3, 3))) == [
        "goal NOT met: 1.5 times as fast as stock nbval (at least 1.5)",
        "goal NOT met: nothing less is compared",
    ]


def test_nbval_over_a_notebook_that_is_not_as_it_was_built(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(nbval, "_PYTEST", [sys.executable, "-c", "raise SystemExit('one differs')"])
    with pytest.raises(RuntimeError, match="one differs"):
        nbval.bench(notebooks=[], repeats=1)
