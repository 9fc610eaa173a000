"""PyTCI: its three-compartment base class, stepped from minute to minute."""

from importlib.metadata import version

import numpy as np
from PyTCI.models.base import Three
from worker import run


def make(integrator):
    def prepare(task):
        infused = np.rint(task.infusion * 60).astype(int)
        per_second = task.rate / 3600

        def simulate(patients):
            found = np.zeros((patients, task.times.size))
            for i in range(patients):
                model = Three()
                model.v1, model.keo = float(task.volumes[0, i]), 0.0
                for name in ("k10", "k12", "k13", "k21", "k31"):
                    setattr(model, name, float(getattr(task, name)[i] / 60))
                model.setup()
                model.set_integrator(integrator)
                for minute in range(1, task.times.size):
                    if minute <= infused:
                        model.giveoverseconds(per_second, 60)
                    else:
                        model.wait_time(60)
                    found[i, minute] = model.x1
            return found

        return simulate

    return prepare


run(f"pytci {version('pytci')}", {"exact": make("exact"), "Euler, its default": make("euler")})
