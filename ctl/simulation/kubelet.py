# SPDX-License-Identifier: Apache-2.0
"""What a kubelet would ask a runtime for, in the daemon's own words.

CPU shares, quotas, cgroup parents, labels and annotations are those of a kubelet with the systemd
cgroup driver, and the annotation of requests that of the webhook. Not emulated, since nothing here
can know it: variables from Secrets, ConfigMaps and services, and what device plugins add, apart
from where a device is (`Kubelet.devices`).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from resmgr import cpuset, quantity
from resmgr.daemon.serving import located
from resmgr.engine import requirements
from resmgr.model import Container, ContainerState, Hint, LinuxResources, Pod, Qos
from resmgr.sysfs.machine import Machine

from . import amounts, expansion
from .podspecs import ContainerSpec, PodSpec

_LEVELS = {Qos.BEST_EFFORT: "-besteffort", Qos.BURSTABLE: "-burstable"}
_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


@dataclass(frozen=True, slots=True)
class Kubelet:
    """A kubelet on a machine; with `webhook` pods carry what their containers request.

    `devices` has extended resources and the NUMA nodes (a mask) that their devices are near to.
    """

    machine: Machine
    webhook: bool = True
    devices: Mapping[str, int] = field(default_factory=dict)

    def sandbox(self, spec: PodSpec, number: int) -> Pod:
        """Give the sandbox of a pod; `number` tells sandboxes apart."""
        uid = spec.uid or made_uid(spec)
        parent = cgroup_parent(spec.qos, uid)
        annotations = {**spec.annotations, "kubernetes.io/config.source": "api"}
        if self.webhook:
            annotations[requirements.ANNOTATION] = annotation(spec)
        return Pod(
            id=f"pod-{number}",
            uid=uid,
            name=spec.name,
            namespace=spec.namespace,
            labels={**spec.labels, **_labels(spec, uid)},
            annotations=annotations,
            cgroup_parent=parent,
            qos=quantity.qos(parent),
        )

    def container(self, one: ContainerSpec, spec: PodSpec, pod: Pod) -> Container:
        """Give a container of a pod as it is about to be created."""
        variables: dict[str, str] = {}
        for variable in one.env:
            value = _field(variable.field, spec, pod) if variable.field else variable.value
            variables[variable.name] = expansion.expand(value, variables)
        return Container(
            cache_id="",
            pod_id=pod.id,
            name=one.name,
            namespace=pod.namespace,
            state=ContainerState.CREATING,
            image=one.image,
            command=tuple(expansion.expand(word, variables) for word in one.command),
            args=tuple(expansion.expand(word, variables) for word in one.args),
            env=tuple(variables.items()),
            labels={"io.kubernetes.container.name": one.name, **_labels(spec, pod.uid)},
            annotations={"io.kubernetes.container.restartCount": "0"},
            linux=amounts.linux(one.resources),
            hints=self._hints(one, pod),
        )

    def resized(self, resources: amounts.Resources) -> LinuxResources:
        """Give what is in the request that changes a container that runs."""
        return amounts.linux(resources)

    def _hints(self, one: ContainerSpec, pod: Pod) -> tuple[Hint, ...]:
        if not self.devices or not located.wanted(pod, one.name):
            return ()
        found = []
        for resource, nodes in sorted(self.devices.items()):
            if one.resources.requests.get(resource):
                known = [self.machine.nodes[id_] for id_ in cpuset.ids(nodes)]
                cpus = sum(node.cpus for node in known)
                found.append(Hint(resource, cpuset.show(cpus), cpuset.show_ids(nodes)))
        return tuple(found)


def cgroup_parent(qos: Qos, uid: str) -> str:
    """Give the cgroup of a pod as the systemd driver names it."""
    level = _LEVELS.get(qos, "")
    below = f"kubepods{level}.slice/" if level else ""
    return f"/kubepods.slice/{below}kubepods{level}-pod{uid.replace('-', '_')}.slice"


def annotation(spec: PodSpec) -> str:
    """Give what the webhook writes: requests and limits of all containers."""
    whole = {
        key: {one.name: one.resources.texts for one in spec.containers if one.init is init}
        for key, init in (("initContainers", True), ("containers", False))
    }
    return json.dumps(whole, separators=(",", ":"))


def made_uid(spec: PodSpec) -> str:
    """Make a UID for a pod that has none yet: always the same for the same name."""
    text = hashlib.sha256(spec.full_name.encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


def _labels(spec: PodSpec, uid: str) -> dict[str, str]:
    return {
        "io.kubernetes.pod.name": spec.name,
        "io.kubernetes.pod.namespace": spec.namespace,
        "io.kubernetes.pod.uid": uid,
    }


def _field(path: str, spec: PodSpec, pod: Pod) -> str:
    known = {
        "metadata.name": spec.name,
        "metadata.namespace": spec.namespace,
        "metadata.uid": pod.uid,
    }
    if match := _SUBSCRIPT.fullmatch(path):
        return (spec.labels if match[1] == "labels" else spec.annotations).get(match[2], "")
    return known.get(path, "")
