"""Mappings inside records that, like the records, cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    Discriminator,
    SerializerFunctionWrapHandler,
    Tag,
    WrapSerializer,
)

from ketalab.evidence.tables import Text

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


def _as_dict(mapping: Mapping[Any, Any], serialise: SerializerFunctionWrapHandler) -> Any:
    return serialise(dict(mapping))


# ``FrozenMapping[Text, float]`` is checked entry by entry and read-only afterwards.
FrozenMapping = Annotated[
    Mapping[KeyT, ValueT], AfterValidator(MappingProxyType), WrapSerializer(_as_dict)
]


def _form(value: object) -> str:
    return "<group>" if isinstance(value, Mapping) else "<text>"


# Texts by name, where a name may hold a group of texts. Told apart by what stands there, so that
# a wrong value is one problem and not one for each form.
TextTree = FrozenMapping[
    Text,
    Annotated[
        Annotated[Text, Tag("<text>")] | Annotated[FrozenMapping[Text, Text], Tag("<group>")],
        Discriminator(_form),
    ],
]
