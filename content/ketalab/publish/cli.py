"""The command `ketalab`: build, export, lab, evidence, new, reviewed."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ketalab.publish.project import Project, PublishError


def _say(line: str) -> None:
    print(line, flush=True)


def _build(project: Project, options: argparse.Namespace) -> int:
    if options.check:
        from ketalab.publish.in_step import check_in_step

        _say(f"{check_in_step(project)} notebooks are in step with their lessons")
        return 0
    from ketalab.publish.notebooks import build_notebooks

    build_notebooks(project, _say)
    return 0


def _export(project: Project, options: argparse.Namespace) -> int:
    from ketalab.publish.exports import export

    kinds = (_TO[options.to],) if options.to else tuple(_TO.values())
    export(project, _say, lesson=options.lesson, kinds=kinds)
    return 0


def _lab(project: Project, _: argparse.Namespace) -> int:
    """Start JupyterLab on the first lesson; the notebooks are committed and need no build."""
    lessons = project.lesson_files()
    start = project.notebooks / f"{lessons[0].stem}.ipynb"
    if not start.exists():
        raise PublishError(f"{start.relative_to(project.root)} is missing: run `ketalab build`")
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={project.notebooks}",
        # Not a file to open: so the printed address leads there too, where no browser is found.
        f"--LabApp.default_url=/lab/tree/{start.name}",
    ]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        command.append("--allow-root")  # in a container there is often no other user
    if not os.access(project.notebooks, os.W_OK):
        print(
            f"ketalab: {project.notebooks} is closed to writing: what you change there cannot be "
            f"saved. To keep it, copy {project.root} to a place where you may write, such as your "
            "home folder, and start it there.",
            file=sys.stderr,
        )
    with subprocess.Popen(command, cwd=project.root) as lab:
        while True:
            try:
                return lab.wait()
            except KeyboardInterrupt:
                continue  # JupyterLab was sent the same Ctrl-C, and asks what to do
            except BaseException:
                lab.terminate()
                raise


def _evidence(project: Project, options: argparse.Namespace) -> int:
    from ketalab.publish.course_coverage import course_coverage
    from ketalab.publish.review_seals import check_seals

    said = course_coverage(project, options.before).text()
    # After what can be mended without the source: a record that was mended is compared again.
    check_seals(project)
    _say(said)
    return 0


def _new(project: Project, options: argparse.Namespace) -> int:
    from ketalab.publish.new_lesson import MARK, new_lesson, unwritten

    for path in new_lesson(project, options.name, options.title):
        places = len(unwritten(path))
        _say(f"{path.relative_to(project.root).as_posix()}: {places} places say {MARK}")
    return 0


def _reviewed(project: Project, options: argparse.Namespace) -> int:
    from ketalab.publish.review_seals import check_seals, seal

    if options.keys:
        for line in seal(project, options.keys):
            _say(line)
    else:
        number = check_seals(project)
        _say(f"{number:,} records are as they were when they were last compared with their sources")
    return 0


# The word on the command line, and the folder of exports/.
_TO = {
    "html": "html",
    "slides": "slides",
    "pdf": "handouts",
    "instructor": "instructor",
    "questions": "questions",
}
_COMMANDS = {
    "build": (_build, "execute the lessons that changed into notebooks/"),
    "export": (_export, "write pages, slides, handouts and the rest into exports/"),
    "lab": (_lab, "open the course in JupyterLab"),
    "evidence": (_evidence, "check every record and say what the evidence covers"),
    "new": (_new, "begin a lesson: all its rooms and its question bank"),
    "reviewed": (_reviewed, "say that you have compared records with their sources"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors that the reader can mend are one message and exit status 1."""
    parser = argparse.ArgumentParser(prog="ketalab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {
        name: commands.add_parser(name, help=help_text)
        for name, (_, help_text) in _COMMANDS.items()
    }
    parsers["build"].add_argument(
        "--check",
        action="store_true",
        help="execute nothing; say what is unwritten, or not in step with its lesson",
    )
    parsers["evidence"].add_argument(
        "--before",
        type=int,
        default=2015,
        metavar="YEAR",
        help="sources from before this year count as old (default: 2015)",
    )
    parsers["export"].add_argument(
        "lesson", nargs="?", metavar="LESSON", help="one lesson alone, by name or number: 04"
    )
    parsers["export"].add_argument("--to", choices=_TO, help="one kind of file alone")
    parsers["new"].add_argument("name", metavar="NAME", help="number and name: 06-sleep")
    parsers["new"].add_argument("title", metavar="TITLE", help="its title, in quotation marks")
    parsers["reviewed"].add_argument(
        "keys",
        nargs="*",
        metavar="KEY",
        help="a record that you compared: trials/sigtermans2009; without one, say what differs",
    )
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # there is none where it was closed
            stream.reconfigure(errors="replace")  # not every terminal knows every letter
    try:
        with _told_to_stop():
            return _run(Project.find(), options)
    except PublishError as error:
        return _complain(error)
    except _ToldToStopError as stopped:
        print(_STOPPED, file=sys.stderr)
        return 128 + stopped.number
    except KeyboardInterrupt:
        print(_STOPPED, file=sys.stderr)
        return 128 + signal.SIGINT


_STOPPED = "ketalab: stopped; the last finished output is untouched"
_SIGPIPE = 13  # which Windows does not know


class _ToldToStopError(BaseException):
    """The system, or whoever started the command, wants it to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that it closes what it opened."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise _ToldToStopError(number)

    handlers = {}
    if threading.current_thread() is threading.main_thread():
        signals = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
        # What is ignored stays so: nohup works by that.
        wanted = [s for s in signals if s is not None and signal.getsignal(s) is signal.SIG_DFL]
        handlers = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _run(project: Project, options: argparse.Namespace) -> int:
    try:
        return _COMMANDS[options.command][0](project, options)
    except PublishError as error:
        return _complain(error)
    except BrokenPipeError:
        # Whoever read what is said has enough, as `head` has. Python would write the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + _SIGPIPE
    except Exception as error:
        # Imported late: each command starts without the others' libraries.
        from ketalab.activities.bank import BankError
        from ketalab.evidence import EvidenceError
        from ketalab.publish.os_errors import explained

        if isinstance(error, BankError | EvidenceError):
            return _complain(error)
        said = explained(error, project.root) if isinstance(error, OSError) else None
        if said is None:
            raise
        return _complain(said)


def _complain(error: Exception | str) -> int:
    print(f"ketalab: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
