# SPDX-License-Identifier: Apache-2.0
"""Real policies in engines behind NRI, on a machine of 16 CPUs with two pods."""

from collections.abc import Mapping
from typing import Any

from unit.resmgr.engine import nri, nri_runtime
from unit.resmgr.sysfs import trees

from resmgr import cpuset, model
from resmgr.engine.engine import Engine
from resmgr.policy import interface, registry
from resmgr.policy.interface import Policy
from resmgr.state.changes import Saved

GUARANTEED, BURSTABLE = "/kubepods/pod1", "/kubepods/burstable/pod2"
PODS = {
    "g": nri.PodSandbox("g", "g", "uid-g", cgroup_parent=GUARANTEED),
    "b": nri.PodSandbox("b", "b", "uid-b", cgroup_parent=BURSTABLE),
}
CONFIGS: Mapping[str, Mapping[str, Any]] = {
    "balloons": {"BalloonTypes": [{"Name": "own", "Namespaces": ["default"], "MaxCPUs": 2}]},
    "dynamic-pools": {},
    "none": {},
    "podpools": {"Pools": [{"Name": "default", "CPU": 2}]},
    "static": {},
    "static-plus": {},
    "static-pools": {
        "pools": {
            "shared": {"cpuLists": [{"Socket": 0, "Cpuset": "1,2"}, {"Socket": 0, "Cpuset": "3"}]}
        }
    },
    "topology-aware": {},
}


MACHINE = trees.EXAMPLE.machine()
FREE = model.LinuxResources(cpuset_cpus=MACHINE.online, cpuset_mems=cpuset.of(MACHINE.nodes))
"""What a container has that nobody pins."""


def policy(name: str) -> Policy[Any]:
    """A policy on the machine, which reserves CPU 0."""
    return registry.load(name)(MACHINE, interface.Constraints(reserved=1), CONFIGS[name])


def engine(name: str, saved: Saved | None = None) -> Engine:
    """An engine with a policy."""
    return Engine(policy(name), saved or Saved(), unpinned=FREE)


def connected(plugin: nri.FrontEnd) -> nri_runtime.Runtime:
    """A runtime with both pods and a plugin."""
    made = nri_runtime.Runtime()
    made.connect(plugin)
    for pod in PODS.values():
        made.run_pod(pod)
    return made


def container(name: str, pod: str = "g", *, shares: int = 1024, number: int = 0) -> nri.Container:
    """A container that asks for CPU."""
    resources = nri.Resources(shares=shares)
    return nri.Container(f"{name}{number}", pod, name, ("run",), resources=resources)


def run(runtime: nri_runtime.Runtime, one: nri.Container) -> bool:
    """Create and start a container, unless it is refused."""
    if not runtime.create(one):
        return False
    runtime.store(one.id)
    runtime.start(one.id)
    return True


def cpus(runtime: nri_runtime.Runtime, container_id: str) -> str:
    """Give the CPUs of a container, as the runtime has them."""
    return runtime.containers[container_id].container.resources.cpus


def differing(runtime: nri_runtime.Runtime) -> list[str]:
    """Give the containers that do not have at the runtime what they are meant to have."""
    assert runtime.plugin is not None
    return [
        one.id
        for one in runtime.plugin.engine.ledger.alive()
        if nri.resources(one.linux) != runtime.containers[one.id].container.resources
    ]
