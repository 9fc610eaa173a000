"""The same figures with `ipywidgets.interact` and matplotlib, in JupyterLab.

The figures come as lists of marks with their places, read off the explorers' own pictures, each
with its reading and its table: Python draws and shows them and computes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser

from tests.benchmarks.peer_environments import Peer, python_of
from tests.browser.lab_page import LabPage
from tests.browser.lab_server import LabServer, run_lab

INTERACT = Peer("interact", ("matplotlib==3.11.2", "ipywidgets==8.1.9", "ipykernel==7.4.0"))

_DRAW = """import json
import re
from html import escape
import matplotlib.pyplot as plt
from IPython.display import HTML, display
from ipywidgets import IntSlider, interact

figures = json.load(open("figures.json"))

def colour(css):
    numbers = [float(n) for n in re.findall(r"[0-9.]+", css)] or [0, 0, 0]
    return tuple(n / 255 for n in numbers[:3]) + tuple(numbers[3:4])

def draw(name, place):
    shown = figures[name][place]
    size = (shown["width"] / 100, shown["height"] / 100)
    figure = plt.figure(figsize=size, dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, shown["width"]), ylim=(shown["height"], 0))
    axes.axis("off")
    for points, stroke in shown["lines"]:
        axes.plot(*zip(*points), color=colour(stroke), linewidth=1)
    if shown["symbols"]:
        x, y, fill = zip(*shown["symbols"])
        axes.scatter(x, y, c=[colour(css) for css in fill], s=30)
    for x, y, text in shown["texts"]:
        axes.text(x, y, text, fontsize=9, va="center")
    # Two figures that are alike would be one picture, and waiting for the next would not end.
    axes.plot([place, place + 1], [0, 0], color="black", linewidth=1)
    plt.show()
    rows = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in shown["table"]]
    table = "".join(f"<tr>{row}</tr>" for row in rows)
    numbers = f"<details><summary>Numbers drawn</summary><table>{table}</table></details>"
    display(HTML(f"<p>{escape(shown['reading'])}</p>{numbers}"))
"""

# From the key to the new picture on the screen, on the page's own clock.
_TIMED = """async (cell) => {
  const source = () => cell.querySelector('img')?.src;
  const before = source();
  const start = await new Promise((pressed) =>
    addEventListener('keydown', () => pressed(performance.now()), { once: true, capture: true }));
  while (source() === before || !source()) await new Promise(requestAnimationFrame);
  await cell.querySelector('img').decode();
  await new Promise(requestAnimationFrame);
  await new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });
  return performance.now() - start;
}"""


def time_interact(
    browser: Browser, folder: Path, figures: Mapping[str, Sequence[Any]]
) -> dict[str, list[float]]:
    """Milliseconds from a key on the slider to the painted picture, by explorer.

    Raises:
        NotInstalledError: matplotlib does not install here.
    """
    python = python_of(INTERACT)
    with run_lab(folder) as server:
        _offer_kernel(folder, python)
        _write_notebook(server, figures)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        lab = LabPage.open(context, server, "interact.ipynb")
        lab.run_all()
        found = {}
        for place, (name, shown) in enumerate(figures.items(), start=1):
            found[name] = [_step(lab, place) for _ in range(len(shown) - 1)]
        context.close()
    return found


def _offer_kernel(folder: Path, python: Path) -> None:
    kernel = folder / "data" / "kernels" / "interact"
    kernel.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": command, "display_name": "interact", "language": "python"})
    )


def _write_notebook(server: LabServer, figures: Mapping[str, Sequence[Any]]) -> None:
    (server.notebooks / "figures.json").write_text(json.dumps(figures))
    cells = [_DRAW]
    for name, shown in figures.items():
        slider = f"IntSlider(0, 0, {len(shown) - 1})"
        cells.append(f"interact(lambda place: draw({name!r}, place), place={slider});")
    spec = {"name": "interact", "display_name": "interact", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in cells], metadata={"kernelspec": spec}
    )
    nbformat.write(notebook, server.notebooks / "interact.ipynb")


def _step(lab: LabPage, place: int) -> float:
    cell = lab.cells.nth(place)
    handle = cell.locator(".noUi-handle")
    handle.focus()
    cell.locator("img").wait_for()
    lab.page.wait_for_timeout(150)
    element = cell.element_handle()
    lab.page.evaluate(f"(cell) => {{ globalThis.timing = ({_TIMED})(cell); }}", element)
    lab.page.keyboard.press("ArrowRight")
    return lab.page.evaluate("globalThis.timing")
