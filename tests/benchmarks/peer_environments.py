"""The environments of the peers: one each, so that what one needs or breaks touches no other.

They stand in ``.venv-bench/`` at the root, which tells git itself that it is not to be kept.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-bench"

# Seconds.
INSTALL_LIMIT = 240


class NotInstalledError(Exception):
    """A peer does not install here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """A package of the package index and the script in ``peers/`` that runs the task with it.

    A script of None: nothing to run, because no way is known to install it for Python 3.11; it is
    tried, so that the table says so for as long as it is true. also: other Pythons to try where it
    does not install for the one that runs this.
    """

    name: str
    requirements: tuple[str, ...]
    script: str | None = None
    also: tuple[str, ...] = field(default=())


# mpmath, which checks the course's own solution, is no peer but needs the same care.
REFERENCE = Peer("mpmath", ("mpmath==1.4.1", "numpy"), "reference.py")

PEERS = (
    Peer("opentiva", ("opentiva==1.1.2", "numpy"), "with_opentiva.py", also=("python3.10",)),
    Peer("diffrax", ("diffrax==0.7.2",), "with_diffrax.py"),
    Peer("chi-drm", ("chi-drm==1.0.3", "setuptools<81"), "with_chi.py"),
    Peer("myokit", ("myokit==1.39.2", "setuptools<81"), "with_myokit.py"),
    Peer("libroadrunner", ("libroadrunner==2.10.0",), "with_roadrunner.py"),
    Peer("pytci", ("pytci==1.2.0",), "with_pytci.py"),
    Peer("anasim-simulator", ("anasim-simulator==1.7",), "with_anasim.py"),
    Peer("pypharm", ("pypharm==1.6.4",)),
    Peer("pkpdsim", ("pkpdsim==0.9.5",)),
)


def python_of(peer: Peer) -> Path:
    """Return the Python of the peer's environment, which is made unless it is there.

    Raises NotInstalledError with the reason of the first Python that was tried.
    """
    place = FOLDER / peer.name
    wanted = " ".join(peer.requirements)
    stamp, python = place / "installed", place / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == wanted and _works(python):
        return python
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    reasons = []
    for base in (sys.executable, *filter(None, map(shutil.which, peer.also))):
        if not _works(Path(base)):
            continue
        try:
            _run([base, "-m", "venv", "--clear", str(place)])
            _run([str(python), "-m", "pip", "install", *_QUIETLY, *peer.requirements])
        except NotInstalledError as error:
            reasons.append(error)
            continue
        stamp.write_text(wanted)
        return python
    raise reasons[0]


_QUIETLY = ("--quiet", "--disable-pip-version-check", "--no-input")


def _works(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_LIMIT)
    except subprocess.TimeoutExpired:
        raise NotInstalledError(f"not done after {INSTALL_LIMIT} s") from None
    if done.returncode:
        raise NotInstalledError(reason(done.stderr))


def reason(said: str) -> str:
    """Pick the line of an error's text that says what went wrong."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # A compiler and CMake name the cause long before pip's and Python's last words.
    for mark in ("fatal error:", "could be found", "Requires-Python", "ERROR:"):
        for line in lines:
            if mark in line:
                return line.partition(";")[0][-160:]
    return lines[-1][-160:] if lines else "it gave no reason"
