"""The exact concentrations in 50 digits, by a way of their own.

Laplace transform and partial fractions: after an infusion of the rate R that lasts T,
    C(s) = R (1 - exp(-s T)) / s * (s + k21) (s + k31) / (V1 D(s))
with D the characteristic polynomial of the rates; its roots are found as a polynomial's roots. The
course's own solution takes eigenvalues and eigenvectors of a matrix.

    python reference.py TASK.npz RESULT.npy: every 17th patient up to 20, every 24th time
"""

import sys

import mpmath
import numpy as np

mpmath.mp.dps = 50
PATIENTS, TIMES = slice(0, None, 17), slice(0, None, 24)


def concentrations(clearance, exchange, volumes, dose, infusion, times):
    """Return the concentrations of one patient, mg/L."""
    cl, q2, q3, v1, v2, v3, dose, infusion = (
        mpmath.mpf(float(x)) for x in (clearance, *exchange, *volumes, dose, infusion)
    )
    k10, k12, k13, k21, k31 = cl / v1, q2 / v1, q3 / v1, q2 / v2, q3 / v3
    polynomial = [
        mpmath.mpf(1),
        k10 + k12 + k13 + k21 + k31,
        k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31,
        k10 * k21 * k31,
    ]
    roots = [-mpmath.re(root) for root in mpmath.polyroots(polynomial, maxsteps=500, extraprec=200)]
    weights = [
        (k21 - a) * (k31 - a) / (v1 * mpmath.fprod(b - a for b in roots if b is not a))
        for a in roots
    ]
    found = []
    for time in times:
        t = mpmath.mpf(float(time))
        fed, after = min(t, infusion), max(t - infusion, mpmath.mpf(0))
        parts = (
            w / a * (1 - mpmath.exp(-a * fed)) * mpmath.exp(-a * after)
            for a, w in zip(roots, weights, strict=True)
        )
        found.append(float(dose / infusion * mpmath.fsum(parts)))
    return found


task = np.load(sys.argv[1])
np.save(
    sys.argv[2],
    [
        concentrations(
            task["clearance"][i],
            task["exchange"][:, i],
            task["volumes"][:, i],
            task["dose"],
            task["infusion"],
            task["times"][TIMES],
        )
        for i in range(task["clearance"].size)[PATIENTS][:20]
    ],
)
