# SPDX-License-Identifier: Apache-2.0
"""What is seen of balloons: on the introspection page, and as a metric."""

from collections.abc import Mapping
from typing import Any

from ... import cpuset, quantity
from ...samples import Metric, Samples
from ...sysfs.machine import Machine
from .. import nearby
from .state import Balloon, State
from .tree import Level, Node
from .types import Type

METRIC = Metric(
    "balloons",
    "gauge",
    "CPUs of a balloon.",
    (
        "balloon_type",
        "cpu_class",
        "cpus_min",
        "cpus_max",
        "balloon",
        "cpus",
        "cpus_count",
        "numas",
        "numas_count",
        "dies",
        "dies_count",
        "packages",
        "packages_count",
        "sharedidlecpus",
        "sharedidlecpus_count",
        "cpus_allowed",
        "cpus_allowed_count",
        "mems",
        "tot_req_millicpu",
    ),
)

_PARTS = (Level.NUMA, Level.DIE, Level.PACKAGE)


def parts(root: Node) -> tuple[tuple[Node, ...], ...]:
    """Give the NUMA nodes, dies and packages of a tree."""
    return tuple(root.at(level) for level in _PARTS)


def metric(
    machine: Machine, among: tuple[tuple[Node, ...], ...], types: Mapping[str, Type], state: State
) -> Samples:
    """Give the size of each balloon, and what there is to say of it."""
    values = []
    for balloon in state.balloons.values():
        type_, allowed = types[balloon.type], state.allowed(balloon)
        labels = [type_.name, type_.cpu_class, str(type_.min_cpus), str(type_.max_cpus)]
        labels += [balloon.name, *_set(balloon.cpus)]
        for nodes in among:
            names = [node.name for node in nodes if node.cpus & balloon.cpus]
            labels += [",".join(names), str(len(names))]
        labels += [*_set(allowed & ~balloon.cpus), *_set(allowed)]
        labels += [cpuset.show_ids(nearby.nodes(machine, allowed)), str(balloon.requested)]
        values.append((tuple(labels), float(balloon.cpus.bit_count())))
    return Samples(METRIC, values)


def _set(cpus: int) -> tuple[str, str]:
    return cpuset.show(cpus), str(cpus.bit_count())


def balloons(machine: Machine, state: State) -> dict[str, Any]:
    """Give balloons and assignments for the introspection page."""
    pools, assignments = {}, {}
    for balloon in state.balloons.values():
        pools[balloon.name] = _pool(machine, state, balloon)
        for cache_id, member in balloon.members.items():
            assignments[cache_id] = {
                "SharedCPUs": cpuset.show(state.allowed(balloon)),
                "CPUShare": quantity.shares(member.request),
                "ExclusiveCPUs": "",
                "Memory": pools[balloon.name]["Memory"],
                "Pool": balloon.name,
            }
    return {"Pools": pools, "Assignments": dict(sorted(assignments.items()))}


def _pool(machine: Machine, state: State, balloon: Balloon) -> dict[str, Any]:
    return {
        "Name": balloon.name,
        "CPUs": cpuset.show(balloon.cpus),
        "Memory": cpuset.show_ids(nearby.nodes(machine, state.allowed(balloon))),
        "Parent": "",
        "Children": [],
    }
