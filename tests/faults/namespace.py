"""Run a command where the disk is full, where nothing can be written, or where no network is.

Linux lets a process have a view of disks and networks of its own (a namespace). Where it does not
let this user, the tests that need it are skipped and say so.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest


@functools.cache
def _refused() -> str:
    """Why there are no namespaces here; empty where there are."""
    if shutil.which("unshare") is None:
        return "unshare is not installed: Linux alone has it"
    tried = subprocess.run(
        ["unshare", "-rmn", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"no namespaces for this user: {tried.stderr.strip()}" if tried.returncode else ""


needs_namespaces = pytest.mark.skipif(bool(_refused()), reason=_refused() or "there are some")


def _inside(options: str, script: str, *arguments: Path | str) -> tuple[str, ...]:
    """The words to put before a command; `script` prepares, and `"$@"` is the command."""
    names = [str(argument) for argument in arguments]
    shifted = f'{script}; cd "$PWD"; shift {len(names)}; exec "$@"'
    return ("unshare", options, "sh", "-ec", shifted, "sh", *names)


def on_small_disk(folder: Path, size: str) -> tuple[str, ...]:
    """The folder's content on a disk of its own with room for `size` more, such as "8k".

    What the command leaves there is copied back to the folder, whatever its status.
    """
    script = """
mkdir "$1.kept"; cp -a "$1/." "$1.kept"
mount -t tmpfs -o "size=$(( $(du -sk "$1.kept" | cut -f1) * 2 + 4096 ))k,mode=755" tmpfs "$1"
cp -a "$1.kept/." "$1"
dd if=/dev/zero of="$1/filler" bs="$2" count=1 2>/dev/null
cat /dev/zero > "$1/rest" 2>/dev/null || true
rm "$1/filler"
folder="$1"; shift 2; cd "$PWD"
set +e; "$@"; status=$?; set -e
cd /; rm "$folder/rest"
cp -a "$folder" "$folder.result"
umount "$folder"; rm -rf "$folder.kept"
rm -rf "$folder"/* "$folder"/.[!.]* 2>/dev/null || true
cp -a "$folder.result/." "$folder"; rm -rf "$folder.result"
exit $status"""
    return ("unshare", "-rm", "sh", "-ec", script, "sh", str(folder), size)


def on_full_folder(folder: Path, size: str) -> tuple[str, ...]:
    """The folder is an empty disk of its own with room for `size` alone, such as "8k"."""
    script = 'mount -t tmpfs -o "size=$2,mode=755" tmpfs "$1"'
    return _inside("-rm", script, folder, size)


def read_only(folder: Path) -> tuple[str, ...]:
    """Nothing below the folder can be written, not even by root."""
    script = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'
    return _inside("-rm", script, folder)


def without_network() -> tuple[str, ...]:
    """No network but the machine itself, by which kernels are talked to."""
    return _inside("-rn", "ip link set lo up")
