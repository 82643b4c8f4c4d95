# SPDX-License-Identifier: Apache-2.0
"""Pools, containers and policies for tests of single modules."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.model import Container, Hint, Pod, Qos, Requirements
from resmgr.policy.interface import Constraints, Subject
from resmgr.policy.topology_aware import policy, tree
from resmgr.policy.topology_aware.policy import TopologyAware
from resmgr.policy.topology_aware.tree import Pool

DOMAIN = "cri-resource-manager.intel.com"


def aware(
    machine: trees.Tree = trees.EXAMPLE, reserved: str = "0", **config: object
) -> TopologyAware:
    """The policy on a machine."""
    constraints = Constraints(reserved=cpuset.parse(reserved))
    made = policy.make(machine.machine(), constraints, config)
    assert isinstance(made, TopologyAware)
    return made


def pools(machine: trees.Tree = trees.EXAMPLE, reserved: str = "0") -> tuple[Pool, ...]:
    """The pools of a machine on which all CPUs are available."""
    made = machine.machine()
    cpus = tree.Cpus(made.online, cpuset.parse(reserved), made.isolated)
    return tree.build(made, cpus)[0]


def subject(
    name: str = "c",
    milli: int = 0,
    qos: Qos = Qos.GUARANTEED,
    *,
    said: Mapping[str, str] | None = None,
    memory: int | None = None,
    namespace: str = "default",
    pod: str = "",
    tags: Mapping[str, str] | None = None,
    hints: tuple[Hint, ...] = (),
    **more: Any,
) -> Subject:
    """A container that is also the name of its pod, if that has no other."""
    owner = Pod(f"pod-{name}", name, pod or name, namespace, annotations=said or {}, qos=qos)
    wants = Requirements(milli, milli, memory, memory)
    return Subject(
        Container(
            name,
            owner.id,
            name,
            namespace=namespace,
            requirements=wants,
            tags=tags or {},
            hints=hints,
            **more,
        ),
        owner,
    )


def hinted(of: Subject, hints: tuple[Hint, ...]) -> Subject:
    """The same container with devices."""
    return dataclasses.replace(of, container=dataclasses.replace(of.container, hints=hints))
