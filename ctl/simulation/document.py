# SPDX-License-Identifier: Apache-2.0
"""Placements as plain data, for JSON and YAML; members are added, never changed.

CPUs in milli-CPU or as lists of the kernel's form, memory in bytes; an empty list of CPUs or nodes
means that nothing was told, so that all may be used.
"""

from typing import Any

from resmgr import cpuset
from resmgr.sysfs.machine import Machine

from . import summary
from .compare import Comparison
from .placements import Placement, Placements
from .play import Told
from .summary import Use


def placements(placed: Placements) -> dict[str, Any]:
    """Give everything on the node at one moment."""
    quality = summary.quality(placed)
    return {
        "policy": placed.policy,
        "machine": machine(placed.machine),
        "containers": [container(one) for one in placed.containers],
        "pools": [use(one) for one in summary.pools(placed)],
        "whole": use(summary.whole(placed)),
        "quality": {
            "containers": quality.containers,
            "refused": quality.refused,
            "overbooked": quality.overbooked,
            "pinned": quality.pinned,
            "exclusiveCpus": quality.exclusive,
            "onOneNode": quality.on_one_node,
            "nodesMean": round(quality.spread, 3),
            "localMemory": quality.local,
            "distanceMean": round(quality.distance, 3),
            "updates": quality.updates,
        },
        "notes": list(placed.notes),
        "cpuClasses": {name: cpuset.show(cpus) for name, cpus in placed.cpu_classes.items()},
    }


def machine(made: Machine) -> dict[str, Any]:
    """Give the machine in short."""
    return {
        "cpus": cpuset.show(made.online),
        "isolated": cpuset.show(made.isolated),
        "packages": len(made.packages),
        "nodes": {
            str(node.id): {
                "cpus": cpuset.show(node.cpus),
                "memory": node.memory.value,
                "bytes": node.memory_total,
            }
            for node in made.nodes.values()
        },
    }


def container(one: Placement) -> dict[str, Any]:
    """Give one container."""
    wants = one.requirements
    return {
        "namespace": one.namespace,
        "pod": one.pod,
        "container": one.container,
        "init": one.init,
        "state": one.state.value,
        "qos": one.qos.value,
        "cpuRequest": wants.cpu_request,
        "cpuLimit": wants.cpu_limit,
        "memoryRequest": wants.memory_request,
        "memoryLimit": wants.memory_limit,
        "pool": one.pool,
        "cpus": cpuset.show(one.cpus),
        "exclusive": cpuset.show(one.exclusive),
        "mems": cpuset.show_ids(one.mems),
        "why": list(one.why),
        "environment": dict(one.environment),
        "command": None if one.command is None else list(one.command),
        "refusal": one.refusal,
        "failure": one.failure,
    }


def use(one: Use) -> dict[str, Any]:
    """Give what of some CPUs is used."""
    return {
        "name": one.name,
        "cpus": cpuset.show(one.cpus),
        "containers": one.containers,
        "exclusive": cpuset.show(one.exclusive),
        "requested": one.requested,
        "free": one.free,
    }


def told(one: Told) -> dict[str, Any]:
    """Give one step: what it was, what came of it, and how everything lies after it."""
    return {
        "step": one.title,
        "problem": one.problem,
        "came": [container(each) for each in one.came],
        "went": [each.name for each in one.went],
        "moved": [
            {"from": container(each.first), "to": container(each.second), "what": list(each.what)}
            for each in one.moved
        ],
        "updates": one.updates,
        "whole": use(summary.whole(one.after)),
    }


def comparison(found: Comparison) -> dict[str, Any]:
    """Give what two configurations made of the same pods."""
    return {
        "figures": [
            {
                "name": one.name,
                "first": round(one.first, 3),
                "second": round(one.second, 3),
                "better": {-1: "first", 0: "", 1: "second"}[one.better],
            }
            for one in found.figures
        ],
        "same": found.same,
        "differences": [
            {
                "first": container(one.first),
                "second": container(one.second),
                "what": list(one.what),
            }
            for one in found.differences
        ],
    }
