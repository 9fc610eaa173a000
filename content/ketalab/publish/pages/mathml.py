"""TeX formulas as MathML Core, which browsers draw by themselves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ketalab.publish.project import PublishError

if TYPE_CHECKING:
    from math_core import LatexToMathML


def mathml(tex: str, *, display: bool = False) -> str:
    """Return one `math` element; the TeX stays in it as an annotation.

    Args:
        tex: the formula without its dollar signs.
        display: whether it stands in a line of its own.

    Raises:
        PublishError: the formula does not parse (commands that are not known are refused too), or
            the package that reads it is not installed.
    """
    converter = _converter()
    from math_core import LatexError

    try:
        return converter.convert_with_local_state(tex.strip(), displaystyle=display)
    except LatexError as error:
        raise PublishError(f"the formula {tex.strip()!r} cannot be read: {error}") from None


@cache
def _converter() -> LatexToMathML:
    try:
        from math_core import LatexToMathML
    except ModuleNotFoundError as error:
        raise PublishError(
            "formulas need math-core, which is not installed: pip install -e '.[publish]'"
        ) from error
    return LatexToMathML(annotation=True, fancy_error=False)
