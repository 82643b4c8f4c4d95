# SPDX-License-Identifier: Apache-2.0
"""Content that is kept for later, in pieces as it came."""

from collections.abc import MutableSequence
from typing import Final

_SMALL: Final = 1024
"""Bytes up to which two pieces become one: each costs hundreds of bytes besides what it holds."""


def add(pieces: MutableSequence[memoryview], data: memoryview) -> None:
    """Append content, so that what is kept costs little more than its length, however cut."""
    if pieces and len(pieces[-1]) + len(data) <= _SMALL:
        pieces[-1] = memoryview(b"".join((pieces[-1], data)))
    else:
        pieces.append(data)
