# SPDX-License-Identifier: Apache-2.0
"""Pods from messages."""

from unit.resmgr.cri import tiny

from resmgr.cri import api_pb2, pods
from resmgr.model import Pod, Qos


def test_pod_of_a_configuration() -> None:
    """A sandbox's configuration gives the whole pod; its class comes from the parent's path."""
    assert pods.configured("p1", tiny.pod_config()) == Pod(
        id="p1",
        uid="uid-1",
        name="web",
        namespace="default",
        labels={"app": "web"},
        cgroup_parent="/kubepods/burstable/poduid-1",
        qos=Qos.BURSTABLE,
    )


def test_listed_pod() -> None:
    """A listed sandbox gives the same, with the parent that is known from elsewhere."""
    listed = api_pb2.PodSandbox(
        id="p1",
        metadata=tiny.pod_config().metadata,
        state=api_pb2.SANDBOX_NOTREADY,
        annotations={"a": "b"},
    )

    pod = pods.listed(listed, "/kubepods/poduid-1")

    assert (pod.uid, pod.ready, pod.qos) == ("uid-1", False, Qos.GUARANTEED)
    assert pod.annotations == {"a": "b"}


def test_nothing_is_needed() -> None:
    """A configuration without anything gives a pod with nothing but its id."""
    assert pods.configured("p1", api_pb2.PodSandboxConfig()) == Pod(
        "p1", "", "", "", qos=Qos.BEST_EFFORT
    )
