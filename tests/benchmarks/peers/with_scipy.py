"""scipy.integrate.solve_ivp, one patient at a time, stopped and started at the infusion's end."""

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from worker import run


def make(**options):
    def prepare(task):
        during = task.times <= task.infusion
        times = task.times[during], task.times[~during]

        def simulate(patients):
            found = np.empty((patients, task.times.size))
            for i in range(patients):
                matrix = np.array(
                    [
                        [-task.k10[i] - task.k12[i] - task.k13[i], task.k21[i], task.k31[i]],
                        [task.k12[i], -task.k21[i], 0.0],
                        [task.k13[i], 0.0, -task.k31[i]],
                    ]
                )
                fed = np.array([task.rate, 0.0, 0.0])
                first = solve_ivp(
                    lambda t, y, a=matrix, b=fed: a @ y + b,
                    (0.0, task.infusion),
                    np.zeros(3),
                    t_eval=times[0],
                    **options,
                )
                # The last time asked for is the end of the infusion itself.
                second = solve_ivp(
                    lambda t, y, a=matrix: a @ y,
                    (task.infusion, task.times[-1]),
                    first.y[:, -1],
                    t_eval=times[1],
                    **options,
                )
                found[i] = np.concatenate([first.y[0], second.y[0]]) / task.volumes[0, i]
            return found

        return simulate

    return prepare


run(
    f"scipy {scipy.__version__}",
    {
        "solve_ivp LSODA, 1e-8 and 1e-10": make(method="LSODA", rtol=1e-8, atol=1e-10),
        "solve_ivp LSODA, its defaults": make(method="LSODA"),
    },
)
