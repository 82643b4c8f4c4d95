# SPDX-License-Identifier: Apache-2.0
"""The same data in another order: whatever has no order of its own is turned round by chance."""

import dataclasses
import random
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def of(value: T, order: random.Random) -> T:
    """Give a copy whose mappings have their items in another order, on all levels.

    Lists and tuples stay in their order, as that is part of what they say.
    """
    if isinstance(value, Mapping):
        items = [(key, of(one, order)) for key, one in value.items()]
        order.shuffle(items)
        return dict(items)  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return type(value)(of(one, order) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(
            value, **{name: of(getattr(value, name), order) for name in names}
        )
    return value
