# SPDX-License-Identifier: Apache-2.0
"""What containers that ask for it are told of their CPUs (sections 4.12 and 7.13).

Only those whose pod asks for it are told; the original mounted a file into each container. Beside
what the policy says, each is told what it may use, whichever policy is at work.
"""

from collections.abc import Iterable
from typing import Any

from .. import cpuset
from ..config import annotation_keys
from ..intents import AddEnvironment, ExportData, Intent
from ..model import Container
from ..policy.interface import Policy
from .ledger import Ledger

ALLOWED_CPUS = "ALLOWED_CPUS"
ALLOWED_MEMS = "ALLOWED_MEMS"


def values(policy: Policy[Any], state: Any, container: Container) -> tuple[tuple[str, str], ...]:
    """Give keys and values, sorted; sets as the kernel writes them, nothing that is empty."""
    linux = container.linux
    found = dict(policy.export(state, container.cache_id))
    if linux.cpuset_cpus:
        found[ALLOWED_CPUS] = cpuset.show(linux.cpuset_cpus)
    if linux.cpuset_mems:
        found[ALLOWED_MEMS] = cpuset.show_ids(linux.cpuset_mems)
    return tuple(sorted(found.items()))


def changed(
    policy: Policy[Any], state: Any, ledger: Ledger, cache_ids: Iterable[str]
) -> tuple[Intent, ...]:
    """Tell these containers what has changed, those of them that have a file."""
    if not ledger.asked:
        return ()
    return tuple(
        ExportData(cache_id, values(policy, state, ledger.containers[cache_id]))
        for cache_id in cache_ids
        if (asked := ledger.asked.get(cache_id)) and annotation_keys.FILE in asked.exports
    )


def first(policy: Policy[Any], state: Any, ledger: Ledger, cache_id: str) -> tuple[Intent, ...]:
    """Tell a container that is being created."""
    asked, container = ledger.asked.get(cache_id), ledger.containers.get(cache_id)
    if asked is None or container is None or not asked.exports:
        return ()
    told = values(policy, state, container)
    found: list[Intent] = []
    if annotation_keys.FILE in asked.exports:
        found.append(ExportData(cache_id, told))
    if annotation_keys.ENVIRONMENT in asked.exports and told:
        found.append(AddEnvironment(cache_id, told))
    return tuple(found)
