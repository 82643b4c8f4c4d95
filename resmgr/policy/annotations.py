# SPDX-License-Identifier: Apache-2.0
"""Annotations that several policies look at, and how true and false are written in them."""

PREFER_ISOLATED = "cri-resource-manager.intel.com/prefer-isolated-cpus"
"""Whether isolated CPUs are preferred, for all containers of a pod."""

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))


def boolean(text: str) -> bool | None:
    """Read true or false (annotations, section 1.3); None for what is neither."""
    return True if text in _TRUE else False if text in _FALSE else None
