"""Other numbers that a hurried hand could have typed in place of one."""

from __future__ import annotations

import itertools
import random
import re

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def another(number: str, chance: random.Random) -> str:
    """A numeral like `number`: one more, one less, two digits changed about, or a digit lost.

    `number` is digits, with a decimal point perhaps; so is the answer, and it is another number.
    """
    return chance.choice(sorted(_others(number)))


def _others(number: str) -> set[str]:
    places = [i for i, sign in enumerate(number) if sign.isdigit()]
    decimals = len(number.partition(".")[2])
    step = 10**-decimals
    found = {f"{float(number) + step:.{decimals}f}", f"{float(number) - step:.{decimals}f}"}
    for one, other in itertools.pairwise(places):
        signs = list(number)
        signs[one], signs[other] = signs[other], signs[one]
        found.add("".join(signs))
    whole = len(number.partition(".")[0])
    found |= {number[:i] + number[i + 1 :] for i in range(whole) if whole > 1}
    return {
        other
        for other in found
        # "06" is no YAML number, and "-1" no count.
        if re.fullmatch(r"0|[1-9]\d*|\d\.\d+|[1-9]\d*\.\d+", other)
        and float(other) != float(number)
    }
