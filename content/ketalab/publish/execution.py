"""Run the cells of a notebook in a kernel that is gone afterwards, whatever happens."""

from __future__ import annotations

import atexit
import os
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor, wait
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from ketalab.publish.process_tree import end_tree
from ketalab.publish.project import PublishError

# What one cell may take and put out: seconds, and characters of all that it shows.
_SECONDS = 120
_CHARACTERS = 20_000_000

_LINES = 10  # of a cell that is shown in a message


def execute(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Run all cells in a fresh kernel and keep the widgets' states.

    An interrupt ends the kernel at once and is raised. Nothing of the user's own set-up of IPython
    takes part.

    Args:
        notebook: is not changed.
        path: the lesson that a message names.

    Raises:
        PublishError: names the lesson and shows the cell that failed, ran too long, showed too
            much or in which the kernel died; or says that the kernel did not start.
    """
    try:
        return _run_all(notebook, path)
    except _KernelNotStartedError:
        # Two kernels that start at one moment may be given the same port: one of them dies.
        return _run_all(notebook, path)


class _KernelNotStartedError(PublishError):
    """No cell has run."""


class _Client(NotebookClient):
    """Knows which cell runs, and ends the kernel of one that does not stop talking."""

    def __init__(self, notebook: NotebookNode, folder: Path) -> None:
        super().__init__(
            notebook,
            timeout=_SECONDS,
            kernel_name="python3",
            store_widget_state=True,
            record_timing=False,
            # The kernel would warn of unencrypted TCP; it talks to this machine alone.
            extra_arguments=["--log-level=ERROR"],
            on_cell_execute=self._begin,
        )
        self._folder = folder
        self._shown = 0
        self.source = ""

    @property
    def talked_too_much(self) -> bool:
        """Whether the kernel was ended for what the cell has shown."""
        return self._shown > _CHARACTERS

    def end_kernel(self) -> None:
        """Kill the kernel, if there is one; whoever waits for it is told that it died."""
        pid = getattr(getattr(self.km, "provisioner", None), "pid", None)
        if pid is not None:
            end_tree(pid)

    def create_kernel_manager(self) -> Any:
        manager = super().create_kernel_manager()
        # Not in the home folder, which may be missing or closed to us.
        manager.connection_file = str(self._folder / "kernel.json")
        return manager

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        if self.talked_too_much:
            return None
        content = msg["content"]
        if msg["msg_type"] == "stream":
            self._shown += len(content["text"])
        elif "data" in content and not msg["msg_type"].startswith("comm"):
            self._shown += sum(len(str(shown)) for shown in content["data"].values())
        if self.talked_too_much:
            self.end_kernel()
            return None
        return super().process_message(msg, cell, cell_index)

    def _begin(self, cell: NotebookNode, **_: Any) -> None:
        self._shown = 0
        self.source = cell.source


def _run_all(notebook: NotebookNode, path: Path) -> NotebookNode:
    with tempfile.TemporaryDirectory(prefix="ketalab-", ignore_cleanup_errors=True) as folder:
        client = _Client(deepcopy(notebook), Path(folder))
        said = Path(folder) / "said"
        try:
            with said.open("wb") as stream:
                return _run(
                    client,
                    env=os.environ | {"IPYTHONDIR": str(Path(folder) / "ipython")},
                    # What it says as it ends is nothing for who builds, unless it fails.
                    stdout=stream,
                    stderr=stream,
                )
        except CellExecutionError as error:
            raise PublishError(f"{path.name}: a cell failed\n{error}") from error
        except CellTimeoutError as error:
            what = f"a cell did not end within {_SECONDS} s"
            raise PublishError(f"{path.name}: {what}{_shown(client.source)}") from error
        except DeadKernelError as error:
            what = "the kernel died in the middle of a cell"
            if client.talked_too_much:
                what = f"a cell put out more than {_CHARACTERS:,} characters"
            message = f"{path.name}: {what}{_shown(client.source)}{_last_words(said)}"
            raise PublishError(message) from error
        except RuntimeError as error:
            if "before replying" not in str(error):
                raise
            message = f"{path.name}: the kernel did not start: {error}{_last_words(said)}"
            raise _KernelNotStartedError(message) from error


def _run(client: _Client, **start: Any) -> NotebookNode:
    """Run the client in a thread: in the main thread it would take signals for its own."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(client.execute, **start)
        try:
            while not running.done():
                # With a limit, because on Windows Ctrl-C does not end a wait without one.
                wait([running], timeout=1)
        except BaseException:
            while not running.done():
                client.end_kernel()
                wait([running], timeout=0.1)
            raise
        finally:
            # It would clean up once more at exit, and complain, where no kernel had started.
            atexit.unregister(client._cleanup_kernel)
        return running.result()


def _last_words(said: Path) -> str:
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(["\nThe kernel said:", *lines[-_LINES:]]) if lines else ""


def _shown(source: str) -> str:
    lines = source.splitlines()
    rest = ["…"] if len(lines) > _LINES else []
    return textwrap.indent("\n".join(["", *lines[:_LINES], *rest]), "    ")
