"""What is quoted of a value that a YAML file may not hold."""

from __future__ import annotations

import re

import pytest

from ketalab.evidence.plain_data import PlainDataError, plain_data


@pytest.mark.parametrize(
    ("digits", "quoted"), [(40, "1" * 40), (41, "1" * 37 + "...")], ids=["whole", "cut"]
)
def test_a_value_of_up_to_40_characters_is_quoted_whole(digits: int, quoted: str) -> None:
    with pytest.raises(PlainDataError, match=re.escape(repr(quoted))):
        plain_data("n: " + "1" * digits)
