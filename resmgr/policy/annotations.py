# SPDX-License-Identifier: Apache-2.0
"""Annotations that several policies look at."""

from .. import booleans

PREFER_ISOLATED = "cri-resource-manager.intel.com/prefer-isolated-cpus"
"""Whether isolated CPUs are preferred, for all containers of a pod."""


def boolean(text: str) -> bool | None:
    """Read true or false (annotations, section 1.3); None for what is neither."""
    return booleans.read(text)
