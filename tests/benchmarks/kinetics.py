"""How fast and how exact the course's kinetics are, beside everything that does the same.

The course's own solution, NumPy's bare exponentials and the writing of the result take turns in
this process, before and after the others. Each of the others runs in an environment and a process
of its own on the same core. Every ratio is of the medians of one run, in processor
time (`timing`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ketalab.models.kinetics import concentration, modes
from tests.benchmarks.peer_environments import (
    PEERS,
    REFERENCE,
    NotInstalledError,
    Peer,
    python_of,
    reason,
)
from tests.benchmarks.task import Task, draw_task
from tests.benchmarks.timing import Timing, take_turns

SCRIPTS = Path(__file__).resolve().parent / "peers"

# Seconds for one peer with all its settings.
PEER_LIMIT = 150

# Patients simulated in one call where there are very many.
PORTION = 1000

# Below this concentration, ng/mL, a relative error says nothing about a patient.
FAINT = 0.1

OURS = "this course: concentration()"
SOLVE_IVP = "solve_ivp LSODA, 1e-8 and 1e-10"
EXPONENTIALS = "np.exp alone, arguments ready"
EXPONENTIALS_READY = "np.exp alone, arguments and memory ready"
EXPONENTIALS_WRITTEN = "np.exp(-rate * time), as one writes it"
PLAIN = "exact, each exponential evaluated"
WRITING = "writing the result, the floor"
WRITING_READY = "writing the result, memory ready"


@dataclass(frozen=True)
class Row:
    """A line of the table. The timing is for ``of`` patients; the errors are ng/mL and relative."""

    name: str
    timing: Timing
    patients: int
    of: int
    absolute: float | None = None
    relative: float | None = None
    note: str = ""
    peer: bool = False


@dataclass
class Results:
    """What a run found. ``large``: the course's own solution for very many patients."""

    rows: list[Row] = field(default_factory=list)
    large: Timing | None = None
    many: int = 0
    reference: float | None = None
    missing: list[str] = field(default_factory=list)

    def row(self, name: str) -> Row | None:
        """Return the line of that name."""
        return next((row for row in self.rows if row.name == name), None)


def bench(
    patients: int = 1000,
    many: int = 100_000,
    repeats: int = 9,
    peers: Sequence[Peer] = PEERS,
    reference: bool = True,
) -> Results:
    """Run everything, print the table and the goals, and return what was found."""
    task = draw_task(patients)
    exact = concentration(task.model, task.regimen, task.times) * 1000
    results = Results(many=many)
    calls = _calls(task)
    _say(f"{len(calls)} ways in this process, {repeats} times in turn")
    turns = take_turns(calls, repeats)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "task.npz"
        task.save(saved)
        if reference:
            results.reference = _check_ours(saved, exact, results.missing)
        rows = _rows_of(sys.executable, "with_scipy.py", saved, exact, results.missing)
        for peer in peers:
            rows += _rows_of_peer(peer, saved, exact, results.missing)
    _say("the ways in this process once more")
    again = take_turns(calls, repeats)
    _say(f"{many:,} patients, {PORTION:,} at a time")
    results.large = _time_many(many, min(repeats, 3))

    for name in calls:
        error = _errors(_plain(task) * 1000, exact) if name == PLAIN else (None, None)
        results.rows.append(Row(name, turns[name] + again[name], patients, patients, *error))
    results.rows += sorted(rows, key=lambda row: row.timing.median)
    _print_table(results)
    _print_goals(results)
    return results


def _calls(task: Task) -> dict[str, Any]:
    rates = modes(task.model).rates_per_h[:, :, None]
    arguments = -rates * task.times
    ready = np.zeros_like(arguments)
    shape = (task.patients, task.times.size)
    written = np.zeros(shape)
    return {
        OURS: lambda: concentration(task.model, task.regimen, task.times),
        EXPONENTIALS_READY: lambda: np.exp(arguments, out=ready),
        EXPONENTIALS: lambda: np.exp(arguments),
        EXPONENTIALS_WRITTEN: lambda: np.exp(-rates * task.times),
        PLAIN: lambda: _plain(task),
        WRITING_READY: lambda: written.fill(1.0),
        WRITING: lambda: np.full(shape, 1.0),
    }


def _plain(task: Task) -> NDArray[np.float64]:
    """Return the exact concentrations, mg/L, as one would write them down: the formula alone."""
    rates, fractions = modes(task.model)
    fed = np.minimum(task.times, task.infusion)
    rates = rates[:, :, None]
    decay = np.exp(-rates * (task.times - fed)) - np.exp(-rates * task.times)
    weights = task.dose / task.infusion * fractions[:, :, None] / task.volumes[0][:, None, None]
    return (weights / rates * decay).sum(axis=1)


def _time_many(many: int, repeats: int) -> Timing:
    # Everyone is another patient; the seed differs from portion to portion.
    portions = [draw_task(min(PORTION, many - i), seed=i) for i in range(0, many, PORTION)]

    def simulate_all() -> None:
        for portion in portions:
            concentration(portion.model, portion.regimen, portion.times)

    return take_turns({"all": simulate_all}, repeats)["all"]


def _check_ours(saved: Path, exact: NDArray[np.float64], missing: list[str]) -> float | None:
    """Return the largest relative error of ``exact`` against 50 digits, where it can be had."""
    _say("the exact solution in 50 digits (mpmath)")
    target = saved.with_name("reference.npy")
    try:
        python = python_of(REFERENCE)
    except NotInstalledError as error:
        missing.append(f"mpmath does not install here: {error}")
        return None
    done = subprocess.run(
        [python, SCRIPTS / "reference.py", saved, target], capture_output=True, text=True
    )
    if done.returncode:
        missing.append(f"mpmath does not run here: {reason(done.stderr)}")
        return None
    found = np.load(target) * 1000
    ours = exact[::17, ::24][: len(found)]
    return _errors(ours, found)[1]


def _rows_of_peer(
    peer: Peer, saved: Path, exact: NDArray[np.float64], missing: list[str]
) -> list[Row]:
    _say(f"{peer.name}: its environment")
    try:
        python = python_of(peer)
    except NotInstalledError as error:
        missing.append(f"{peer.name} does not install here: {error}")
        return []
    if not peer.script:
        missing.append(f"{peer.name} installs here, but no script runs the task with it yet")
        return []
    return _rows_of(str(python), peer.script, saved, exact, missing, peer=True)


def _rows_of(
    python: str,
    script: str,
    saved: Path,
    exact: NDArray[np.float64],
    missing: list[str],
    *,
    peer: bool = False,
) -> list[Row]:
    """Run one script and return a line for each of its settings, those before a failure too."""
    name = script.removeprefix("with_").removesuffix(".py")
    _say(f"{name}: the task")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        command = [python, str(SCRIPTS / script), str(saved), folder, "3"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PEER_LIMIT)
            if done.returncode:
                missing.append(f"{name} does not run here: {reason(done.stderr)}")
        except subprocess.TimeoutExpired:
            missing.append(f"{name} was stopped after {PEER_LIMIT} s")
        for told in sorted(Path(folder).glob("*.json")):
            rows.append(_row(told, exact, peer=peer))
    return rows


def _row(told: Path, exact: NDArray[np.float64], *, peer: bool) -> Row:
    said = json.loads(told.read_text())
    found = np.load(told.with_suffix(".npy")) * 1000
    notes = []
    if said["prepared"] > 1:
        notes.append(f"{said['prepared']:.1f} s to prepare")
    if said["python"] != f"{sys.version_info.major}.{sys.version_info.minor}":
        notes.append(f"on Python {said['python']}")
    return Row(
        # The version of scipy stands in the head of the run already.
        f"{said['version']}, {said['setting']}" if peer else said["setting"],
        Timing(tuple(said["seconds"])).scaled(len(exact) / len(found)),
        len(found),
        len(exact),
        *_errors(found, exact[: len(found)]),
        note="; ".join(notes),
        peer=peer,
    )


def _errors(found: NDArray[np.float64], exact: NDArray[np.float64]) -> tuple[float, float]:
    """Return the largest error, ng/mL, and the largest relative one where it means something.

    Raises ValueError for what is not a number: a simulator that failed must not look exact.
    """
    if found.shape != exact.shape or not np.isfinite(found).all():
        raise ValueError(f"found must be {exact.shape} finite numbers, got shape {found.shape}")
    error = np.abs(found - exact)
    counts = exact > FAINT
    return float(error.max()), float((error[counts] / exact[counts]).max())


def _print_table(results: Results) -> None:
    ours = results.row(OURS)
    head = f"{'':46}{'ms for ' + format(ours.of, ','):^28}{'s for':>10}{'times':>10}"
    print(f"\n{head}{'largest error':>19}")
    print(f"{'':46}{'median':>10}{'min to max':>18}{results.many:>10,}{'ours':>10}", end="")
    print(f"{'ng/mL':>10}{'relative':>9}  patients run")
    for row in results.rows:
        times = row.timing
        spread = f"{_digits(min(times.seconds) * 1e3)} to {_digits(max(times.seconds) * 1e3)}"
        if row is ours:
            large = _digits(results.large.median)
        else:
            large = "~" + _digits(times.median * results.many / row.of)
        ratio = _digits(times.median / ours.timing.median)
        errors = "".join(
            f"{'' if error is None else format(error, '.1e'):>{width}}"
            for error, width in ((row.absolute, 10), (row.relative, 9))
        )
        scaled = f"{row.patients:,}" + ("" if row.patients == row.of else ", scaled")
        print(
            f"{row.name:46}{_digits(times.median * 1e3):>10}{spread:>18}{large:>10}{ratio:>10}"
            f"{errors}  {'; '.join(filter(None, (scaled, row.note)))}"
        )
    print(f"~ scaled from {ours.of:,} patients. Errors of the others are against our solution,")
    if results.reference is not None:
        print(f"which is within {results.reference:.1e} relative of the solution in 50 digits.")
    else:
        print("which was not checked against 50 digits in this run.")
    for line in results.missing:
        print(f"- {line}")


def _digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _print_goals(results: Results) -> None:
    print()
    ours = results.row(OURS).timing.median
    peers = [row for row in results.rows if row.peer]
    fastest = min(peers, key=lambda row: row.timing.median, default=None)
    for row, least in (
        (results.row(SOLVE_IVP), 1000),
        (fastest, 60),
        (results.row(EXPONENTIALS), 2),
    ):
        if row is None:
            print(f"goal not judged: nothing to compare with (at least {least:,} times as fast)")
            continue
        times = row.timing.median / ours
        said = "met" if times >= least else "NOT met"
        print(f"goal {said}: {times:,.1f} times as fast as {row.name} (at least {least:,})")
    better = [row for row in peers if results.reference and row.relative < results.reference]
    if results.reference is not None:
        said = "NOT met" if better else "met"
        beside = ", ".join(row.name for row in better) or "no peer is more exact"
        print(f"goal {said}: equal or better accuracy than every peer ({beside})")


def _say(what: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {what}", flush=True)
