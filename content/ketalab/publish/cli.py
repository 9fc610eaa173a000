"""The command `ketalab`: build, export, lab, evidence."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from ketalab.publish.project import Project, PublishError


def _say(line: str) -> None:
    print(line, flush=True)


def _build(project: Project, _: argparse.Namespace) -> int:
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
    return subprocess.call(command, cwd=project.root)


def _evidence(project: Project, options: argparse.Namespace) -> int:
    from ketalab.publish.course_coverage import course_coverage

    _say(course_coverage(project, options.before).text())
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
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors that the reader can mend are one message and exit status 1."""
    parser = argparse.ArgumentParser(prog="ketalab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {
        name: commands.add_parser(name, help=help_text)
        for name, (_, help_text) in _COMMANDS.items()
    }
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
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command][0](Project.find(), options)
    except PublishError as error:
        return _complain(error)
    except KeyboardInterrupt:
        print("ketalab: stopped; the last finished output is untouched", file=sys.stderr)
        return 130
    except Exception as error:
        # Imported late: each command starts without the others' libraries.
        from ketalab.activities.bank import BankError
        from ketalab.evidence import EvidenceError

        if isinstance(error, BankError | EvidenceError):
            return _complain(error)
        raise


def _complain(error: Exception) -> int:
    print(f"ketalab: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
