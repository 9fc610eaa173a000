"""Pages to open: the course's own export, and the same widgets by the official html-manager route.

The official route is nbconvert's own page, whose widgets are drawn by require.js, html-manager and
anywidget's bridge. As it is written, that page fetches them from CDNs; here they stand in the page,
so that both pages need no network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from ketalab.publish.notebooks import execute
from ketalab.publish.pages.exporters import PageExporter
from tests.benchmarks.peer_environments import FOLDER, NotInstalledError

# npm's packages, and the file of each that the page needs.
PACKAGES = {
    "requirejs@2.3.8": "require.js",
    "@jupyter-widgets/html-manager@1.0.15": "dist/embed-amd.js",
}

# The scripts of nbconvert's page that fetch them.
_REQUIRE = re.compile(r'<script src="[^"]*require\.min\.js"></script>')
_MANAGER = re.compile(r"<script>(?:(?!</script>).)*html-manager@(?:(?!</script>).)*</script>", re.S)

_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def executed(names: tuple[str, ...]) -> NotebookNode:
    """A notebook that shows these explorers as they open, with the widgets' states."""
    code = ["from ketalab import explorers", *(f"explorers.{name}()" for name in names)]
    cells = [nbformat.v4.new_markdown_cell("# Explorers")]
    cells += [nbformat.v4.new_code_cell(line) for line in code]
    metadata = {"kernelspec": _KERNEL, "title": "Explorers", "ketalab": {"summary": "Explorers."}}
    return execute(nbformat.v4.new_notebook(cells=cells, metadata=metadata), Path("explorers"))


def our_page(notebook: NotebookNode, path: Path) -> Path:
    """Write the page as the course exports it."""
    body, _ = PageExporter().from_notebook_node(notebook)
    path.write_text(body, encoding="utf-8")
    return path


def official_page(notebook: NotebookNode, path: Path) -> Path:
    """Write nbconvert's own page with all that it fetches standing in it.

    Raises:
        NotInstalledError: npm does not fetch a package; the message says why.
    """
    body, _ = HTMLExporter(mathjax_url="").from_notebook_node(notebook)
    require, manager = (_fetched(package, file) for package, file in PACKAGES.items())
    bridge = Path(sys.prefix, "share/jupyter/nbextensions/anywidget/index.js").read_text("utf-8")
    # An AMD module without a name is known by its address: a blob has one.
    blob = f"new Blob([{json.dumps(bridge)}], {{type: 'text/javascript'}})"
    bridge_at_hand = f"requirejs.config({{paths: {{anywidget: URL.createObjectURL({blob})}}}});"
    body = _replaced(_REQUIRE, f"{require}\n{bridge_at_hand}", body)
    body = _replaced(_MANAGER, "", body)
    # Where the page would have put the script that it fetches: at the end of its body.
    body = body.replace("</body>", f"<script>{_in_script(manager)}</script></body>")
    path.write_text(body, encoding="utf-8")
    return path


def _replaced(script: re.Pattern[str], source: str, body: str) -> str:
    body, found = script.subn(lambda _: f"<script>{_in_script(source)}</script>", body, count=1)
    if not found:
        raise NotInstalledError(f"nbconvert's page has no {script.pattern}")
    return body


def _in_script(source: str) -> str:
    """JavaScript that does not end the script element that it stands in."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _fetched(package: str, file: str) -> str:
    folder = FOLDER / "npm" / re.sub(r"[^a-z0-9.]+", "-", package)
    path = folder / "package" / file
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (FOLDER / ".gitignore").write_text("*\n")
        command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotInstalledError(str(error)) from None
        if done.returncode:
            raise NotInstalledError(done.stderr.strip()[-160:])
        with tarfile.open(next(folder.glob("*.tgz"))) as packed:
            packed.extractall(folder, filter="data")
    return path.read_text(encoding="utf-8")
