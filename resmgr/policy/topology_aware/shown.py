# SPDX-License-Identifier: Apache-2.0
"""What containers and people may see of pools and grants (section 7.13).

Unlike the original, a container on reserved CPUs is shown those, and one with HBM is shown that.
"""

from collections.abc import Mapping
from typing import Any

from ... import cpuset
from . import memory
from .apply import Applier
from .grants import Grant
from .state import State
from .tree import Pool


def names(pools: tuple[Pool, ...]) -> dict[int, str]:
    """Give the names of pools by id."""
    return {pool.id: pool.name for pool in pools}


def exported(applier: Applier, state: State, grant: Grant) -> Mapping[str, str]:
    """Give what a container may know about itself; nothing that is empty."""
    pool, applied = applier.pools[grant.pool], applier.of(state, grant)
    place = applier.pools[-1]
    cpus = {
        "SHARED_CPUS": applied.cpus & ~grant.exclusive if grant.part else 0,
        "ISOLATED_CPUS": grant.exclusive & pool.isolated,
        "EXCLUSIVE_CPUS": grant.exclusive & ~pool.isolated,
    }
    mems = {
        "ALL_MEMS": applied.nodes,
        "DRAM_MEMS": applied.nodes & place.nodes(memory.DRAM),
        "PMEM_MEMS": applied.nodes & place.nodes(memory.PMEM),
        "HBM_MEMS": applied.nodes & place.nodes(memory.HBM),
    }
    return {key: cpuset.show(mask) for key, mask in cpus.items() if mask} | {
        key: cpuset.show_ids(mask) for key, mask in mems.items() if mask
    }


def introspected(applier: Applier, state: State) -> dict[str, Any]:
    """Give the tree of pools and the grants, as the introspection page has them."""
    pools = applier.pools
    return {
        "Pools": {
            pool.name: {
                "Name": pool.name,
                "CPUs": cpuset.show(pool.sharable | pool.isolated),
                "Memory": cpuset.show_ids(pool.nodes(memory.ALL)),
                "Parent": pools[pool.ancestors[0]].name if pool.ancestors else "",
                "Children": [pools[child].name for child in pool.children],
            }
            for pool in pools
        },
        "Assignments": {
            key: _assignment(applier, state, key, grant)
            for key, grant in sorted(state.grants.items())
        },
    }


def _assignment(applier: Applier, state: State, key: str, grant: Grant) -> dict[str, Any]:
    applied = applier.of(state, grant)
    return {
        "ContainerID": grant.subject.container.id or key,
        "SharedCPUs": cpuset.show(applied.cpus & ~grant.exclusive),
        "CPUShare": grant.part,
        "ExclusiveCPUs": cpuset.show(grant.exclusive),
        "Memory": cpuset.show_ids(applied.nodes),
        "Pool": applier.pools[grant.pool].name,
    }
