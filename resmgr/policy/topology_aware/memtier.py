# SPDX-License-Identifier: Apache-2.0
"""The same policy under the name memtier, with the section of its configuration that is so named.

State that one name saved is not shown to the other: changing the name places everything anew.
"""

from collections.abc import Mapping
from typing import Any

from ...sysfs.machine import Machine
from ..interface import Constraints, Policy
from . import policy
from .state import State


def make(machine: Machine, constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy with the data of the module `policy.memtier`. Raises `BadConfiguration`."""
    return policy.make(machine, constraints, config, "memtier")
