# SPDX-License-Identifier: Apache-2.0
"""How true and false are written in annotations (annotations, section 1.3)."""

TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))


def read(text: str) -> bool | None:
    """Read true or false; None for what is neither."""
    return True if text in TRUE else False if text in FALSE else None
