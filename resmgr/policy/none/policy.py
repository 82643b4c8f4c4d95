# SPDX-License-Identifier: Apache-2.0
"""Nothing is allocated, nothing is remembered, nothing is exported (policies, section 3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...sysfs.machine import Machine
from .. import explain as common
from ..explain import Explanation
from ..interface import Constraints, Policy, Step, Subject
from . import explain

_NOTHING: Step[None] = Step(None)


class NonePolicy:
    """Answers everything with an empty step; its state is None."""

    name = "none"

    def start(self, _saved: Mapping[str, str] | None, _running: Sequence[Subject]) -> Step[None]:
        """Begin; a saved state of whatever form is not looked at."""
        return _NOTHING

    def allocate(self, _state: None, _subject: Subject) -> Step[None]:
        """Let the container be created as it is asked for."""
        return _NOTHING

    def release(self, _state: None, _cache_id: str) -> Step[None]:
        """There is nothing to take back."""
        return _NOTHING

    def update(self, _state: None, _subject: Subject) -> Step[None]:
        """Let the container be resized as it is asked for."""
        return _NOTHING

    def rebalance(self, _state: None) -> Step[None]:
        """There is nothing to improve."""
        return _NOTHING

    def export(self, _state: None, _cache_id: str) -> Mapping[str, str]:
        """No data."""
        return {}

    def dump(self, _state: None) -> dict[str, str]:
        """Nothing to keep."""
        return {}

    def explain(self, state: None, subject: Subject) -> Explanation:
        """Say that there is nothing to choose."""
        return explain.explained(common.attempt(self, state, subject))

    def introspect(self, _state: None) -> dict[str, Any]:
        """No pools and no assignments."""
        return {}


def make(_machine: Machine, _constraints: Constraints, _config: Mapping[str, Any]) -> Policy[None]:
    """Make the policy; machine and constraints do not matter to it, and it has no configuration."""
    return NonePolicy()
