"""Executed notebooks -> the files that instructors and students without an installation open."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing

from ketalab.publish.built_notebooks import all_built
from ketalab.publish.fingerprint import Ledger
from ketalab.publish.products import KINDS, Product, all_products, handed_out
from ketalab.publish.project import Project, PublishError
from ketalab.publish.staging import staged
from ketalab.publish.turn import turn
from ketalab.publish.workers import Job, cores, run_jobs


def export(
    project: Project,
    say: Callable[[str], None],
    *,
    lesson: str | None = None,
    kinds: Sequence[str] = KINDS,
    workers: int | None = None,
) -> None:
    """Build the notebooks where needed, then everything in exports/ that is out of date.

    `lesson` is the name of one lesson, or its number ("04"): then only its files are made. `kinds`
    names folders of exports/. Files are made beside each other on all cores (or by `workers`
    processes). They replace their predecessors only when all of them are written. Where another
    build or export is at work in the checkout, this one waits for its turn.

    Raises:
        PublishError: a lesson that does not exist or does not build, a package or a browser that
            is missing, or a file for students that would hold a solution or a remark.
    """
    chosen = lesson and _chosen_lesson(project, lesson)
    with turn(project, say):
        _export(project, say, chosen, kinds, workers or cores())


def _export(
    project: Project,
    say: Callable[[str], None],
    chosen: str | None,
    kinds: Sequence[str],
    workers: int,
) -> None:
    if not all_built(project):
        from ketalab.publish.notebooks import build_notebooks

        build_notebooks(project, say, workers=workers)
    ledger = Ledger(project.build / "exports.json", project.exports)
    outputs = []
    for find in (all_products, handed_out):  # the second look at what the first have made
        products = find(project)
        outputs += [ledger.root / name for product in products for name in product.outputs]
        wanted = [p for p in products if p.kind in kinds and (not chosen or p.lesson == chosen)]
        stale = [product for product in wanted if not _is_current(product, ledger)]
        if stale:
            _make(stale, ledger, say, workers)
        if len(stale) < len(wanted):
            say(f"exports: {len(wanted) - len(stale)} of {len(wanted)} were up to date")
    gone = ledger.others(outputs)
    for path in gone:
        path.unlink(missing_ok=True)
        say(f"exports: {path.relative_to(project.exports)} removed: nothing makes it any more")
    ledger.forget(gone)


def _chosen_lesson(project: Project, lesson: str) -> str:
    names = [path.stem for path in project.lesson_files()]
    found = [name for name in names if lesson in (name, name.partition("-")[0])]
    if not found:
        raise PublishError(f"there is no lesson {lesson!r}; there are {', '.join(names)}")
    return found[0]


def _is_current(product: Product, ledger: Ledger) -> bool:
    return all(ledger.is_current(ledger.root / name, product.inputs) for name in product.outputs)


def _make(
    stale: Sequence[Product], ledger: Ledger, say: Callable[[str], None], workers: int
) -> None:
    started = time.monotonic()
    say(f"exports: making {len(stale)} …")
    with staged(ledger.root) as stage:
        jobs = [Job(product.name, product.write, (stage,)) for product in stale]
        with closing(run_jobs(jobs, workers)) as ended:
            for done, (job, size) in enumerate(ended, start=1):
                seconds = time.monotonic() - started
                made = f"{job.name}, {size / 1e6:.2f} MB, {seconds:.0f} s"
                say(f"exports: {done} of {len(jobs)}, {made}")
    ledger.record(
        (ledger.root / name, product.inputs) for product in stale for name in product.outputs
    )
