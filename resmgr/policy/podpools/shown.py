# SPDX-License-Identifier: Apache-2.0
"""What is seen of the pools: on the introspection page, as metrics, and as what is kept of them."""

import json
from collections.abc import Sequence
from typing import Any

from ... import cpuset, quantity
from ...samples import Metric, Samples
from .layout import Layout
from .state import State

_LABELS = ("policy", "pretty_name", "def_name", "CPUs", "memory", "pool_size")
SIZE = Metric("podpools_pool_cpus", "gauge", "CPUs of a pod pool.", _LABELS)
PODS = Metric("podpools_pool_pods", "gauge", "Pods in a pod pool.", ("pretty_name",))
REQUESTED = Metric(
    "podpools_pool_requested_millicpus",
    "gauge",
    "Milli-CPUs that containers in a pod pool request together.",
    ("pretty_name",),
)


def kept(layout: Layout) -> str:
    """Write what has to be the same for every pod to be where it was."""
    pools = [[one.name, cpuset.show(one.cpus), one.max_pods] for one in layout.pools]
    return json.dumps(pools)


def pools(layout: Layout, state: State) -> dict[str, Any]:
    """Give pools and assignments for the introspection page."""
    assignments = {}
    for cache_id, member in sorted(state.members.items()):
        pool = layout.pools[state.pods[member.pod].pool]
        assignments[cache_id] = {
            "SharedCPUs": cpuset.show(pool.cpus),
            "CPUShare": quantity.shares(member.request),
            "ExclusiveCPUs": "",
            "Memory": cpuset.show_ids(pool.nodes),
            "Pool": pool.name,
        }
    return {
        "Pools": {
            pool.name: {
                "Name": pool.name,
                "CPUs": cpuset.show(pool.cpus),
                "Memory": cpuset.show_ids(pool.nodes),
                "Parent": "",
                "Children": [],
            }
            for pool in layout.pools
        },
        "Assignments": assignments,
    }


def metrics(layout: Layout, state: State) -> Sequence[Samples]:
    """Give sizes of all pools, and what is in them."""
    sizes = [
        (
            (
                "podpools",
                pool.name,
                pool.definition,
                cpuset.show(pool.cpus),
                cpuset.show_ids(pool.nodes),
                str(pool.milli),
            ),
            float(pool.cpus.bit_count()),
        )
        for pool in layout.pools
    ]
    loads = [(pool.name, state.load(at)) for at, pool in enumerate(layout.pools)]
    return (
        Samples(SIZE, sizes),
        Samples(PODS, [((name,), float(load.pods)) for name, load in loads]),
        Samples(REQUESTED, [((name,), float(load.requested)) for name, load in loads]),
    )
