# SPDX-License-Identifier: Apache-2.0
"""How busy CPUs are, as somebody has measured it: policies never measure."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from .interface import Step

Load = Mapping[int, int]
"""CPU id -> thousandths of its time in which it was busy; CPUs that are not in it are idle."""


@runtime_checkable
class FollowsLoad(Protocol):
    """A policy that places containers by load, too; most do not."""

    def loaded(self, state: Any, load: Load, /) -> Step[Any]:
        """Follow the load since it was measured before."""
