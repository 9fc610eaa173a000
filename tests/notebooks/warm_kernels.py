"""Kernels for nbval that need not import the course's libraries anew for each notebook.

On Linux a kernel is forked from a process that holds them (`warm_kernel_server.py`). Each notebook
still has a process, a namespace and a start of its own. That a lesson runs in a kernel that has
imported nothing is shown by the build, which executes it in one. Elsewhere, and for a kernel of
another name, it is nbval's own kernel.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbval.kernel import RunningKernel

_SERVER = Path(__file__).with_name("warm_kernel_server.py")


class WarmKernels:
    """Starts kernels. The process to fork from is started with the first."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None

    def start(self, name: str, cwd: str, startup_timeout: float) -> RunningKernel:
        """A kernel that runs in the folder `cwd`, ready for the first cell."""
        if sys.platform != "linux" or name != "python3":
            return RunningKernel(name, cwd=cwd, startup_timeout=startup_timeout)
        return _Forked(self, cwd, startup_timeout)

    def fork(self, file: Path, cwd: str) -> int:
        """Fork a kernel for this connection file, and return its process id.

        Raises:
            RuntimeError: the process to fork from has ended.
        """
        if self._server is None:
            # -P: as for a kernel, the folder of the script is not where modules are looked for.
            self._server = subprocess.Popen(
                [sys.executable, "-P", _SERVER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        try:
            self._server.stdin.write(json.dumps({"file": str(file), "cwd": cwd}) + "\n")
            self._server.stdin.flush()
            return int(self._server.stdout.readline())
        except (BrokenPipeError, ValueError):
            raise RuntimeError("no kernel can be forked: see the error above") from None

    def close(self) -> None:
        """End the process to fork from, and with it all kernels."""
        if self._server is not None:
            self._server.communicate()


class _Forked(RunningKernel):
    """nbval's kernel, over sockets in a folder of its own instead of ports."""

    def __init__(self, kernels: WarmKernels, cwd: str, startup_timeout: float) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kernel-"))
        file, _ = write_connection_file(
            str(self._folder / "connection.json"), transport="ipc", ip=str(self._folder / "socket")
        )
        self._pid = kernels.fork(Path(file), cwd)
        self.kc = BlockingKernelClient(connection_file=file)
        self.kc.load_connection_file()
        self.kc.start_channels()
        try:
            self.kc.wait_for_ready(timeout=startup_timeout)
            self._ensure_iopub_up()
        except BaseException:
            self.stop()
            raise

    def is_alive(self) -> bool:
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def interrupt(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGINT)

    def restart(self) -> None:
        raise NotImplementedError("nbval starts a kernel for each notebook")

    def stop(self) -> None:
        self.kc.stop_channels()
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def language(self) -> str:
        return "python"
