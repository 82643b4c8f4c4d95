# SPDX-License-Identifier: Apache-2.0
"""What is seen of dynamic pools: on the introspection page, and as a metric."""

from typing import Any

from ... import cpuset, quantity
from ...samples import Metric, Samples
from ...sysfs.machine import Machine
from .. import nearby
from .state import State
from .types import Options

METRIC = Metric(
    "DynamicPools",
    "gauge",
    "CPUs of a dynamic pool.",
    (
        "dynamicPool_type",
        "cpu_class",
        "dynamicPool",
        "cpus",
        "mems",
        "containers",
        "tot_req_millicpu",
        "tot_limit_millicpu",
    ),
)


def metric(machine: Machine, options: Options, state: State) -> Samples:
    """Give the size of each pool; containers are counted, since their names have no bound."""
    values = []
    for type_, pool in zip(options.types, state.pools, strict=True):
        labels = (
            type_.name,
            type_.cpu_class,
            type_.name,
            cpuset.show(pool.cpus),
            cpuset.show_ids(nearby.nodes(machine, pool.cpus)),
            str(pool.count),
            str(pool.request),
            str(pool.limit),
        )
        values.append((labels, float(pool.cpus.bit_count())))
    return Samples(METRIC, values)


def page(machine: Machine, options: Options, state: State) -> dict[str, Any]:
    """Give pools and assignments."""
    pools = {
        type_.name: {
            "Name": type_.name,
            "CPUs": cpuset.show(pool.cpus),
            "Memory": cpuset.show_ids(nearby.nodes(machine, pool.cpus)),
        }
        for type_, pool in zip(options.types, state.pools, strict=True)
    }
    assignments = {
        key: {
            "SharedCPUs": pools[options.types[member.pool].name]["CPUs"],
            "CPUShare": quantity.shares(member.request),
            "ExclusiveCPUs": "",
            "Memory": pools[options.types[member.pool].name]["Memory"],
            "Pool": options.types[member.pool].name,
        }
        for key, member in sorted(state.members.items())
    }
    return {"Pools": pools, "Assignments": assignments}
