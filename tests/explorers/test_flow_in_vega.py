"""The expressions of every explorer give what Python computes: the same Vega, without a browser."""

from __future__ import annotations

import pytest

from ketalab import explorers as all_explorers
from ketalab.frontend import Explorer
from tests.explorers.grid import grid
from tests.explorers.vega_flow import CAPTION, said_by_vega

CLASSES = [getattr(all_explorers, name) for name in all_explorers.__all__]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_vega_says_what_python_says(cls: type[Explorer]):
    python = cls()
    names = cls.control_names()
    settings = [dict(zip(names, setting, strict=True)) for setting in grid(cls, least=20)]
    for setting, shown in zip(settings, said_by_vega(cls, settings), strict=True):
        for name, value in setting.items():
            setattr(python, name, value)
        assert python.setting() == tuple(setting.values())
        assert shown["reading"] == python.reading, setting
        table = [
            ["" if row.get(field) is None else str(row[field]) for field in cls.columns]
            for row in python.tabulate()
        ]
        assert shown["table"] == table, setting
        captions = [{key: row[key] for key in CAPTION} for row in python.captions()]
        assert shown["captions"] == captions, setting
