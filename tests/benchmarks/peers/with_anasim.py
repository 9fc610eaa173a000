"""AnaSim: its mammillary model, stepped from minute to minute (it takes steps of a second)."""

from importlib.metadata import version

import numpy as np
from anasim.patient.pk_models import MammillaryPK
from worker import run


def prepare(task):
    infused = np.rint(task.infusion * 60).astype(int)
    per_second = task.rate / 3600

    def simulate(patients):
        found = np.zeros((patients, task.times.size))
        for i in range(patients):
            v1, v2, v3 = task.volumes[:, i].tolist()
            cl2, cl3 = (task.exchange[:, i] / 60).tolist()
            model = MammillaryPK(
                v1, float(task.clearance[i] / 60), 0.0, v2=v2, cl2=cl2, v3=v3, cl3=cl3
            )
            for minute in range(1, task.times.size):
                state = model.step(60.0, per_second if minute <= infused else 0.0)
                found[i, minute] = state.c1
        return found

    return simulate


run(f"anasim-simulator {version('anasim-simulator')}", {"MammillaryPK": prepare})
