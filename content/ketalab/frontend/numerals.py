"""Numbers as text, alike in Python and in the browser.

A reading is computed twice: in Python, and for a live picture by a Vega expression. Both must
print the same digits. Vega prints with d3-format, which rounds halves away from zero, writes a
true minus sign, and gives zero no sign.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"


def fixed(value: float, decimals: int = 0) -> str:
    """Return ``value`` with this many decimals.

    >>> fixed(-0.25, 1), fixed(2.5), fixed(-0.01, 1)
    ('−0.3', '3', '0.0')

    Raises ValueError for a value that is not finite.
    """
    number = Decimal(float(value))
    if not number.is_finite():
        raise ValueError(f"expected a finite number, got {value}")
    rounded = abs(number).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{MINUS if number < 0 and rounded else ''}{rounded:f}"


def fixed_expression(expression: str, decimals: int = 0) -> str:
    """Return a Vega expression that prints what `fixed` prints.

    >>> fixed_expression("dose / 2", 1)
    "format(dose / 2, '.1f')"
    """
    return f"format({expression}, '.{decimals}f')"
