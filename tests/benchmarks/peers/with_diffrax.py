"""diffrax on JAX: compiled, all patients in one call, in double precision on the processor."""

from importlib.metadata import version

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from worker import run

jax.config.update("jax_enable_x64", True)


def make(solver, relative, absolute):
    def prepare(task):
        times = jnp.asarray(task.times)

        def rates(t, y, k):
            fed = jnp.where(t < task.infusion, task.rate, 0.0)
            k10, k12, k13, k21, k31 = k
            return jnp.stack(
                [
                    fed - (k10 + k12 + k13) * y[0] + k21 * y[1] + k31 * y[2],
                    k12 * y[0] - k21 * y[1],
                    k13 * y[0] - k31 * y[2],
                ]
            )

        # The infusion's end is a step of its own: no step runs over it.
        steps = diffrax.PIDController(relative, absolute)
        steps = diffrax.ClipStepSizeController(steps, jump_ts=jnp.array([task.infusion]))

        def one(k):
            solved = diffrax.diffeqsolve(
                diffrax.ODETerm(rates),
                solver(),
                t0=0.0,
                t1=times[-1],
                dt0=None,
                y0=jnp.zeros(3),
                args=k,
                saveat=diffrax.SaveAt(ts=times),
                stepsize_controller=steps,
                max_steps=100_000,
            )
            return solved.ys[:, 0]

        every = jax.jit(jax.vmap(one))
        k = jnp.asarray(np.array([task.k10, task.k12, task.k13, task.k21, task.k31]).T)

        def simulate(patients):
            return np.asarray(every(k[:patients])) / task.volumes[0, :patients, None]

        simulate.whole = True
        return simulate

    return prepare


run(
    f"diffrax {version('diffrax')}",
    {
        "Kvaerno5, 1e-8 and 1e-10": make(diffrax.Kvaerno5, 1e-8, 1e-10),
        "Tsit5, 1e-6 and 1e-9": make(diffrax.Tsit5, 1e-6, 1e-9),
    },
)
