"""A notebook in JupyterLab, driven as a student drives it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page, WebSocket, expect

from tests.browser.lab_server import LabServer

_NUMBERED = re.compile(r"\[\d+\]:")

# Milliseconds. A first kernel imports pandas and statsmodels, and compiles them.
PATIENCE = 60_000


@dataclass
class LabPage:
    """One notebook, open. `frames` are the messages that came from its kernel."""

    page: Page
    frames: list[bytes] = field(default_factory=list)

    @classmethod
    def open(cls, context: BrowserContext, server: LabServer, notebook: str) -> LabPage:
        """Open the notebook, and wait until all of it is there and its kernel is idle."""
        lab = cls(context.new_page())
        lab.page.on("websocket", lab._listen)
        lab.page.goto(server.url_of(notebook))
        cells = json.loads((server.notebooks / notebook).read_text(encoding="utf-8"))["cells"]
        expect(lab.cells).to_have_count(len(cells), timeout=PATIENCE)
        lab._wait_until_idle()
        return lab

    def run_all(self) -> None:
        """Forget the saved outputs, run all cells, and wait until the last has run."""
        self.menu("Edit", "Clear Outputs of All Cells")
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        numbered = prompts.filter(has_text=_NUMBERED)
        expect(numbered).to_have_count(0)
        self.menu("Run", "Run All Cells")
        expect(numbered).to_have_count(prompts.count(), timeout=PATIENCE)

    def run_new_cell(self, code: str) -> Locator:
        """Type code into a new last cell, run it, and give back the cell."""
        before = self.cells.count()
        self.page.locator(".jp-Notebook-footer").click()
        expect(self.cells).to_have_count(before + 1)
        cell = self.cells.last
        self.page.keyboard.press("Enter")
        expect(cell.locator(".cm-content")).to_be_focused()
        # In one piece, so that no bracket is closed and no name completed on the way.
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text(_NUMBERED, timeout=PATIENCE)
        return cell

    def menu(self, *path: str) -> None:
        """Choose an entry of the menu bar."""
        self.page.get_by_role("menuitem", name=path[0], exact=True).click()
        for entry in path[1:]:
            self.page.locator(".lm-Menu-item", has_text=entry).first.click()

    @property
    def cells(self) -> Locator:
        """All cells of the notebook."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    @property
    def active_cell(self) -> int:
        """The place of the cell that JupyterLab has selected."""
        return self.page.evaluate(
            """[...document.querySelectorAll('.jp-Notebook .jp-Cell')]
              .findIndex(e => e.classList.contains('jp-mod-active'))"""
        )

    def errors(self) -> list[str]:
        """What cells printed as errors."""
        shown = self.page.locator(
            ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr'], "
            ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']"
        )
        return shown.all_text_contents()

    def _listen(self, socket: WebSocket) -> None:
        def keep(payload: str | bytes) -> None:
            self.frames.append(payload.encode() if isinstance(payload, str) else payload)

        socket.on("framereceived", keep)

    def _wait_until_idle(self) -> None:
        status = self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        status.wait_for(state="attached", timeout=PATIENCE)
