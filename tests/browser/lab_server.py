"""A JupyterLab of its own for the tests: its settings, kernels and notebooks are all temporary."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Seconds. A server that is not up by then will not come.
PATIENCE = 60

# The question whether JupyterLab may show news waits in front of every first visit; `make` answers
# it in the environment that it makes, and these tests may run in another.
_PAGE_CONFIG = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@dataclass(frozen=True)
class LabServer:
    """Where the server answers, and the folder of its notebooks."""

    port: int
    token: str
    notebooks: Path

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    def url_of(self, notebook: str) -> str:
        """The address that opens a notebook in JupyterLab."""
        return f"{self.origin}/lab/tree/{notebook}?token={self.token}&reset"

    def owns(self, url: str) -> bool:
        """Whether a page of JupyterLab may request this: the server, or what the page holds."""
        own = (f"{self.origin}/", self.origin.replace("http", "ws") + "/", "blob:", "data:")
        return url.startswith(own)

    def ask(self, path: str, method: str = "GET") -> Any:
        """An answer of the server's API, as JSON."""
        request = urllib.request.Request(
            f"{self.origin}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


@contextmanager
def run_lab(folder: Path) -> Iterator[LabServer]:
    """Start JupyterLab in a new folder, and stop it and its kernels afterwards.

    Raises:
        RuntimeError: it did not answer; the message ends with what it logged.
    """
    notebooks = folder / "notebooks"
    notebooks.mkdir(parents=True)
    server = LabServer(_free_port(), secrets.token_hex(16), notebooks)
    log = folder / "log.txt"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={server.port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={notebooks}",
        f"--IdentityProvider.token={server.token}",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(folder), stdout=output, stderr=output
        )
    try:
        _wait_for(server, process, log)
        yield server
    finally:
        _stop(server, process)


def _environment(folder: Path) -> dict[str, str]:
    """The environment with every folder that Jupyter writes to inside `folder`."""
    config = folder / "config"
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(json.dumps(_PAGE_CONFIG))
    places = {
        "HOME": folder,
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    return os.environ | {name: str(place) for name, place in places.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(server: LabServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.ask("status")
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _stop(server: LabServer, process: subprocess.Popen[bytes]) -> None:
    try:
        server.ask("shutdown", "POST")
        process.wait(timeout=20)
    except (urllib.error.URLError, ConnectionError, TimeoutError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
