# SPDX-License-Identifier: Apache-2.0
"""Pods, policies and simulations for tests, in as few words as possible."""

from typing import Any

import yaml

from ctl import machines
from ctl.simulation import kubelet, podspecs, run, workloads
from resmgr import cpuset
from resmgr.config import problem
from resmgr.policy import registry
from resmgr.policy.interface import Constraints, Policy

SMALL = "2x1x4x2"
"""Two packages of four cores: CPUs 0-3,8-11 are node 0, 4-7,12-15 node 1."""


def pod(
    name: str,
    *containers: dict[str, Any],
    namespace: str = "default",
    init: tuple[dict[str, Any], ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """A manifest of a pod; without containers it has one called c."""
    spec = {"initContainers": list(init), "containers": list(containers) or [one("c")]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **more},
        "spec": spec,
    }


def one(name: str, cpu: str = "", memory: str = "", **more: Any) -> dict[str, Any]:
    """A container whose limits are its requests."""
    limits = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    return {"name": name, "resources": {"limits": limits}, **more}


def whole(name: str, cpu: str, namespace: str = "default") -> dict[str, Any]:
    """A guaranteed pod of one container."""
    return pod(name, one("c", cpu, "1Gi"), namespace=namespace)


def specs(*objects: Any) -> tuple[podspecs.PodSpec, ...]:
    """The pods of manifests, which have to be right; texts are YAML."""
    findings = problem.Findings()
    read = [
        each
        for given in objects
        for each in (yaml.safe_load_all(given) if isinstance(given, str) else [given])
    ]
    found = workloads.read(read, "pods.yaml", findings)

    assert findings.problems() == []
    return found.pods


def policy(name: str, machine: str = SMALL, reserved: str = "0", **config: Any) -> Policy[Any]:
    """A policy on a machine."""
    limits = Constraints(reserved=cpuset.parse(reserved))
    return registry.load(name)(machines.parse(machine), limits, config)


def simulation(
    name: str = "static", *objects: Any, machine: str = SMALL, **config: Any
) -> run.Simulation:
    """A node on which these pods have come."""
    made = run.Simulation(
        kubelet.Kubelet(machines.parse(machine)),
        policy(name, machine, **config),
        watch=lambda _: True,
    )
    for spec in specs(*objects):
        made.add(spec)
    return made
