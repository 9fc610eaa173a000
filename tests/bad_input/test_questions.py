"""Each broken question bank is refused with file, question and field."""

from __future__ import annotations

import shutil

import pytest

from ketalab.activities.bank import BankError, load_bank
from tests.bad_input.conftest import TRACES, fixtures, message_beside


@pytest.mark.parametrize("broken", fixtures("questions", "yaml"))
def test_a_broken_bank(broken, tmp_path):
    path = tmp_path / "99-small.yaml"
    shutil.copyfile(broken, path)
    with pytest.raises(BankError) as caught:
        load_bank(path)
    said = f"{caught.value}\n"
    assert said == message_beside(broken)
    assert not any(trace in said for trace in TRACES)


def test_a_bank_that_is_missing(tmp_path):
    with pytest.raises(BankError, match=r"^99-small\.yaml: expected a table, got no such file$"):
        load_bank(tmp_path / "99-small.yaml")
