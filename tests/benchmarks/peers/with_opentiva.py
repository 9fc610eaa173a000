"""opentiva: its compiled exact solution, asked for each minute."""

from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
from opentiva.pkpd import PkPdModel
from worker import run


def prepare(task):
    seconds = np.rint(task.times * 3600).astype(int).tolist()
    lasts = round(task.infusion * 3600)
    infusions = np.array([[0.0, task.dose / lasts, lasts, lasts]])

    def simulate(patients):
        found = np.empty((patients, task.times.size))
        for i in range(patients):
            per_minute = {
                name: float(getattr(task, name)[i] / 60)
                for name in ("k10", "k12", "k13", "k21", "k31")
            }
            v1 = float(task.volumes[0, i])
            model = PkPdModel(SimpleNamespace(compartments=3, v1=v1, ke0=0.0, **per_minute))
            found[i] = [model.calculate_cp(infusions, second) for second in seconds]
        return found

    return simulate


run(f"opentiva {version('opentiva')}", {"calculate_cp": prepare})
