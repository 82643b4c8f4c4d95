# SPDX-License-Identifier: Apache-2.0
"""Reading the JSON texts that a policy remembered: whatever is wrong with them is a `BadState`.

A file of state may have been written by another version, or by hand: nothing in it is trusted.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from .interface import BadState

_PROBLEMS = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a JSON text of another shape, or one that is none, comes to."""


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """Read inside it; what goes wrong is raised as `BadState`: cannot read `what`, and why."""
    try:
        yield
    except _PROBLEMS as error:
        why = f"there is no {error}" if isinstance(error, KeyError) else error
        raise BadState(f"cannot read {what}: {why}") from error


def text(value: Any) -> str:
    """Give a text. Raises `TypeError` for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {str(value)[:40]!r}")
    return value


def number(value: Any) -> int:
    """Give a whole number from 0 on. Raises `TypeError` for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"expected a number, got {str(value)[:40]!r}")
    return value
