"""Myokit: its CVODES simulation, one patient at a time."""

import myokit
import numpy as np
from worker import run

MODEL = """
[[model]]
pk.a1 = 0
pk.a2 = 0
pk.a3 = 0

[pk]
time = 0 bind time
rate = 0 bind pace
cl = 1
q2 = 1
q3 = 1
v1 = 1
v2 = 1
v3 = 1
c1 = a1 / v1
dot(a1) = rate - cl * c1 - q2 * (c1 - a2 / v2) - q3 * (c1 - a3 / v3)
dot(a2) = q2 * (c1 - a2 / v2)
dot(a3) = q3 * (c1 - a3 / v3)
"""


def make(absolute=None, relative=None):
    def prepare(task):
        protocol = myokit.Protocol()
        protocol.schedule(task.rate, 0, task.infusion)
        simulation = myokit.Simulation(myokit.parse_model(MODEL), protocol)
        if relative:
            simulation.set_tolerance(absolute, relative)
        values = np.concatenate([[task.clearance], task.exchange, task.volumes]).T.tolist()
        names = ("pk.cl", "pk.q2", "pk.q3", "pk.v1", "pk.v2", "pk.v3")
        end = task.times[-1] + 1e-6  # it logs the times before the end

        def simulate(patients):
            found = np.empty((patients, task.times.size))
            for i in range(patients):
                simulation.reset()
                for name, value in zip(names, values[i], strict=True):
                    simulation.set_constant(name, value)
                found[i] = simulation.run(end, log=["pk.c1"], log_times=task.times)["pk.c1"]
            return found

        return simulate

    return prepare


run(
    f"myokit {myokit.__version__}",
    {"its defaults": make(), "1e-10 and 1e-12": make(absolute=1e-12, relative=1e-10)},
)
