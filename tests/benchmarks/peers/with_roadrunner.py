"""libRoadRunner: its CVODE integrator on SBML, in two parts, with and after the infusion."""

import numpy as np
import roadrunner
from sbml import sbml
from worker import run


def make(relative=None, absolute=None):
    def prepare(task):
        simulator = roadrunner.RoadRunner(sbml(infusion=True))
        simulator.timeCourseSelections = ["[drug]"]
        if relative:
            simulator.integrator.relative_tolerance = relative
            simulator.integrator.absolute_tolerance = absolute
        infused = int(np.searchsorted(task.times, task.infusion))
        values = {
            "central": task.volumes[0],
            "near": task.volumes[1],
            "far": task.volumes[2],
            "cl": task.clearance,
            "q2": task.exchange[0],
            "q3": task.exchange[1],
        }

        def simulate(patients):
            found = np.empty((patients, task.times.size))
            for i in range(patients):
                simulator.reset()
                for name, value in values.items():
                    simulator[name] = float(value[i])
                simulator["rate"] = task.rate
                first = simulator.simulate(0, task.infusion, infused + 1)
                found[i, : infused + 1] = first[:, 0]
                simulator["rate"] = 0.0
                rest = task.times.size - infused
                second = simulator.simulate(task.infusion, float(task.times[-1]), rest)
                found[i, infused:] = second[:, 0]
            return found

        return simulate

    return prepare


run(
    f"libroadrunner {roadrunner.__version__}",
    {"its defaults": make(), "1e-10 and 1e-14": make(relative=1e-10, absolute=1e-14)},
)
