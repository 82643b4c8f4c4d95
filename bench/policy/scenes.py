# SPDX-License-Identifier: Apache-2.0
"""For each policy: a configuration, and pods as a kubelet asks for them. Pure.

There are two kinds of containers. Shared ones request 50m, in burstable pods. Exclusive ones want
two CPUs of their own, however their policy has it: whole CPUs of a guaranteed pod, a list of a pool
or a balloon. What else is in a request (labels, variables, mounts) is as much as in real ones.
"""

import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resmgr import cpuset
from resmgr.cri import api_pb2 as api
from resmgr.sysfs.machine import Machine


class Kind(enum.Enum):
    """What a container wants."""

    SHARED = "shared"
    EXCLUSIVE = "exclusive"


RESERVED = 1
"""CPUs that are reserved for the system."""

_MI = 1 << 20
_LISTS = 16

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """One policy: `config` makes its own data for a machine."""

    policy: str
    config: Callable[[Machine], Config] = lambda _: {}
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Of exclusive pods."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Of exclusive containers."""

    agent: bool = False
    """It does not start without the path of an agent's socket; nobody listens there."""

    def document(self, machine: Machine) -> str:
        """Give a configuration for the daemon; JSON is YAML."""
        given: dict[str, Any] = {"Active": self.policy, self.policy: self.config(machine)}
        if self.policy not in ("none", "static-pools"):
            given["ReservedResources"] = {"CPU": RESERVED}
        return json.dumps({"policy": {key: value for key, value in given.items() if value}})

    def pod(self, kind: Kind, name: str) -> api.PodSandboxConfig:
        """Give a pod; its UID follows from its name."""
        shared = kind is Kind.SHARED
        uid = f"5f0c1c9e-{name}"
        level = "/burstable" if shared else ""
        pod = api.PodSandboxConfig()
        pod.metadata.name, pod.metadata.uid, pod.metadata.namespace = name, uid, kind.value
        pod.linux.cgroup_parent = f"/kubepods{level}/pod{uid}"
        pod.labels.update({f"app.kubernetes.io/label-{n}": f"value-{n}" for n in range(5)})
        pod.annotations.update({"kubernetes.io/config.source": "api"})
        pod.annotations.update({} if shared else self.annotations)
        return pod

    def container(self, kind: Kind) -> api.ContainerConfig:
        """Give the only container of a pod."""
        shared = kind is Kind.SHARED
        config = api.ContainerConfig(command=["/bin/serve"], args=["--port=8080"])
        config.metadata.name, config.image.image = "main", "registry.example/app:1.2.3"
        config.labels.update({f"io.kubernetes.label-{n}": f"value-{n}" for n in range(4)})
        config.annotations.update({f"io.kubernetes.hash-{n}": f"{n:08x}" for n in range(6)})
        for number in range(12):
            config.envs.add(key=f"SERVICE_{number}_HOST", value=f"10.0.0.{number}")
        for key, value in ({} if shared else self.environment).items():
            config.envs.add(key=key, value=value)
        for number in range(4):
            path = f"/var/lib/kubelet/pods/volumes/{number}"
            config.mounts.add(container_path=f"/data/{number}", host_path=path, readonly=True)
        linux = config.linux.resources
        linux.cpu_shares, linux.cpu_period = (51, 0) if shared else (2048, 100_000)
        linux.cpu_quota = 0 if shared else 200_000
        linux.memory_limit_in_bytes = (32 if shared else 64) * _MI
        return config

    def request(self, kind: Kind, name: str, pod_id: str) -> api.CreateContainerRequest:
        """Give the request that creates the container of a pod."""
        return api.CreateContainerRequest(
            pod_sandbox_id=pod_id, config=self.container(kind), sandbox_config=self.pod(kind, name)
        )


def _balloons(machine: Machine) -> Config:
    """Give a balloon of half of the machine for all, and small ones for exclusive pods."""
    half = machine.online.bit_count() // 2
    own = {"Name": "own", "Namespaces": [Kind.EXCLUSIVE.value], "MinCPUs": 2, "MaxCPUs": 2}
    return {"BalloonTypes": [{"Name": "default", "MinCPUs": half}, own]}


def _static_pools(machine: Machine) -> Config:
    """Give lists of two CPUs, and one of all others."""
    ids = list(cpuset.ids(machine.online))
    lists = [f"{ids[2 * n]},{ids[2 * n + 1]}" for n in range(_LISTS)]
    rest = cpuset.show(cpuset.of(ids[2 * _LISTS :]))
    return {
        "pools": {
            "exclusive": {
                "exclusive": True,
                "cpuLists": [{"Socket": 0, "Cpuset": one} for one in lists],
            },
            "shared": {"cpuLists": [{"Socket": 0, "Cpuset": rest}]},
        }
    }


_CMK = json.dumps({"containers": {"main": {"requests": {"cmk.intel.com/exclusive-cores": "1"}}}})

SCENES = (
    Scene("none"),
    Scene("static"),
    Scene("static-plus"),
    Scene(
        "static-pools",
        _static_pools,
        annotations={"intel.com/resources": _CMK},
        environment={"STP_POOL": "exclusive"},
        agent=True,
    ),
    Scene(
        "podpools",
        lambda _: {"Pools": [{"Name": "dual", "CPU": 2, "Instances": "50 %", "MaxPods": 1}]},
        annotations={"pool.podpools.cri-resource-manager.intel.com": "dual"},
    ),
    Scene("balloons", _balloons),
    Scene(
        "dynamic-pools",
        lambda _: {"DynamicPoolTypes": [{"Name": "own", "Namespaces": [Kind.EXCLUSIVE.value]}]},
    ),
    Scene("topology-aware"),
)
"""All policies; memtier is topology-aware by another name."""
