"""chi: its own model class on Myokit, with its defaults."""

import tempfile
from importlib.metadata import version
from pathlib import Path

import chi
import numpy as np
from sbml import sbml
from worker import run


def prepare(task):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.xml"
        path.write_text(sbml(infusion=False))
        model = chi.PKPDModel(str(path))
    model.set_administration("central", direct=True)
    model.set_outputs(["central.drug_concentration"])
    model.set_dosing_regimen(task.dose, start=0, duration=task.infusion)
    values = {
        "central.size": task.volumes[0],
        "near.size": task.volumes[1],
        "far.size": task.volumes[2],
        "global.cl": task.clearance,
        "global.q2": task.exchange[0],
        "global.q3": task.exchange[1],
    }
    # Those it has besides are the amounts at the start.
    nothing = np.zeros(task.patients)
    ordered = np.array([values.pop(name, nothing) for name in model.parameters()]).T
    if values:
        raise RuntimeError(f"chi does not know {list(values)}; it has {model.parameters()}")

    def simulate(patients):
        return np.array([model.simulate(ordered[i], task.times)[0] for i in range(patients)])

    return simulate


run(f"chi-drm {version('chi-drm')}", {"its defaults": prepare})
