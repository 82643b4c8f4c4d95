# SPDX-License-Identifier: Apache-2.0
"""The kubelet's part: what the daemon would see of a pod."""

import json
from typing import Any

import pytest
from unit.ctl.simulation import made

from ctl import machines
from ctl.simulation import kubelet
from resmgr import quantity
from resmgr.cri import api_pb2, containers
from resmgr.engine import requirements
from resmgr.model import Container, Hint, LinuxResources, Pod, Qos, Requirements

MACHINE = machines.parse(made.SMALL)


def seen(manifest: dict[str, Any], **options: Any) -> tuple[Pod, Container]:
    """Sandbox and last container of a pod."""
    (spec,) = made.specs(manifest)
    asking = kubelet.Kubelet(MACHINE, **options)
    pod = asking.sandbox(spec, 1)
    return pod, asking.container(spec.containers[-1], spec, pod)


@pytest.mark.parametrize("qos", [Qos.GUARANTEED, Qos.BURSTABLE, Qos.BEST_EFFORT])
def test_the_daemon_reads_the_class_from_the_cgroup(qos: Qos) -> None:
    """The path is the systemd driver's."""
    path = kubelet.cgroup_parent(qos, "1-2")

    assert quantity.qos(path) is qos
    assert path.endswith("-pod1_2.slice")


def test_the_pod_is_labelled_as_by_a_kubelet() -> None:
    """With its name, namespace and UID, beside labels of its own."""
    pod, container = seen(made.pod("a", labels={"app": "x"}, uid="u-1"))

    assert pod.labels == {
        "app": "x",
        "io.kubernetes.pod.name": "a",
        "io.kubernetes.pod.namespace": "default",
        "io.kubernetes.pod.uid": "u-1",
    }
    assert container.labels["io.kubernetes.container.name"] == "c"


def test_a_pod_without_a_uid_always_gets_the_same() -> None:
    """Other pods get others."""
    one, again, other = (seen(made.pod(name))[0] for name in ("a", "a", "b"))

    assert one.uid == again.uid
    assert one.uid != other.uid


def test_the_webhook_tells_what_is_requested() -> None:
    """Memory requests and extended resources, which leave no trace in a request to the runtime."""
    resources = {"requests": {"memory": "1Gi", "vendor.com/x": 2}}
    pod, container = seen(made.pod("a", {"name": "c", "resources": resources}))
    told = json.loads(pod.annotations["intel.com/resources"])

    assert told["containers"]["c"]["requests"] == {"memory": "1Gi", "vendor.com/x": "2"}
    assert requirements.of(pod, "c", container.linux) == Requirements(memory_request=2**30)


def test_without_the_webhook_it_is_estimated() -> None:
    """As the daemon does where the annotation is missing."""
    resources = {"requests": {"cpu": "300m", "memory": "1Gi"}}
    pod, container = seen(made.pod("a", {"name": "c", "resources": resources}), webhook=False)

    assert "intel.com/resources" not in pod.annotations
    assert requirements.of(pod, "c", container.linux) == Requirements(cpu_request=300)


def test_variables_are_filled_in() -> None:
    """Later ones and commands may name earlier ones; fields of the pod are known."""
    env = [
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "BOTH", "value": "$(NAME)-$(APP)"},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    ]
    container = made.one("c", env=env, command=["run", "$(BOTH)"], args=["$(LATER)"])
    _, created = seen(made.pod("a", container, labels={"app": "x"}))

    assert created.env == (("NAME", "a"), ("APP", "x"), ("BOTH", "a-x"), ("NODE", ""))
    assert (created.command, created.args) == (("run", "a-x"), ("$(LATER)",))


def test_devices_are_where_it_is_said() -> None:
    """For containers that request them, unless their pod wants no hints."""
    wanted = made.pod("a", {"name": "c", "resources": {"limits": {"vendor.com/nic": 1}}})
    devices = {"vendor.com/nic": 0b10}
    unwanted = {"topologyhints.cri-resource-manager.intel.com": "false"}

    assert seen(wanted, devices=devices)[1].hints == (Hint("vendor.com/nic", "4-7,12-15", "1"),)
    assert seen(made.pod("b"), devices=devices)[1].hints == ()
    wanted["metadata"]["annotations"] = unwanted
    assert seen(wanted, devices=devices)[1].hints == ()


def test_the_daemon_reads_the_same_from_a_request() -> None:
    """A CreateContainer request with the same fields is the same container to the daemon."""
    resources = {"limits": {"cpu": "1500m", "memory": "1Gi"}, "requests": {"cpu": "700m"}}
    env = [{"name": "A", "value": "1"}]
    manifest = made.pod("a", {"name": "c", "resources": resources, "env": env, "image": "i"})
    pod, container = seen(manifest)
    config = api_pb2.ContainerConfig(
        metadata=api_pb2.ContainerMetadata(name="c"),
        image=api_pb2.ImageSpec(image="i"),
        envs=[api_pb2.KeyValue(key="A", value="1")],
        labels=container.labels,
        annotations=container.annotations,
        linux=api_pb2.LinuxContainerConfig(
            resources=api_pb2.LinuxContainerResources(
                cpu_shares=716,
                cpu_quota=150_000,
                cpu_period=100_000,
                memory_limit_in_bytes=2**30,
            )
        ),
    )
    sandbox = api_pb2.PodSandboxConfig(
        metadata=api_pb2.PodSandboxMetadata(name="a", uid=pod.uid, namespace="default"),
        labels=pod.labels,
        annotations=pod.annotations,
        linux=api_pb2.LinuxPodSandboxConfig(cgroup_parent=pod.cgroup_parent),
    )
    request = api_pb2.CreateContainerRequest(
        pod_sandbox_id=pod.id, config=config, sandbox_config=sandbox
    )
    event = containers.creating(request)

    assert event.pod == pod
    assert event.container == container


def test_a_resize_asks_for_the_new_resources() -> None:
    """As the kubelet writes them."""
    (spec,) = made.specs(made.whole("a", "2"))

    assert kubelet.Kubelet(MACHINE).resized(spec.containers[0].resources) == LinuxResources(
        shares=2048, quota=200_000, period=100_000, memory_limit=2**30
    )
