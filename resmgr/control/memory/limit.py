# SPDX-License-Identifier: Apache-2.0
"""The limit of top-tier memory that a pod asks for (annotations, section 2.3)."""

from ... import quantity

UNSET = -1
"""What is written where there is no limit."""


class BadLimit(ValueError):
    """The annotation is no amount of memory; the container is refused."""


def read(text: str) -> int:
    """Give the limit that an annotation states, in bytes. Raises `BadLimit`."""
    try:
        limit = quantity.parse(text) // 1_000_000_000
    except ValueError as error:
        raise BadLimit(_wrong(text, str(error))) from error
    if limit < 0:
        raise BadLimit(_wrong(text, "it is below 0"))
    return limit


def _wrong(text: str, why: str) -> str:
    return (
        f"failed to parse top tier limit annotation {text[:60]!r}: {why};"
        " write an amount of bytes such as 512Mi, or leave it out"
    )
