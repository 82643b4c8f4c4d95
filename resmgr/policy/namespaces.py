# SPDX-License-Identifier: Apache-2.0
"""Patterns of namespaces, as configurations of pools have them."""

from collections.abc import Iterable

from . import globs


def match(patterns: Iterable[str], namespace: str) -> bool:
    """Tell whether a namespace is that of some pattern; one that is malformed is nobody's.

    Patterns are those of `globs`; a namespace has no slash that a `*` would stop at.
    """
    return any(globs.matches(pattern, namespace) for pattern in patterns)
