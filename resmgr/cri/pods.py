# SPDX-License-Identifier: Apache-2.0
"""Pod sandboxes: from messages to the model."""

from .. import quantity
from ..model import Pod
from . import api_pb2


def configured(pod_id: str, config: api_pb2.PodSandboxConfig) -> Pod:
    """Give the pod that a sandbox was made for, as its configuration describes it."""
    parent = config.linux.cgroup_parent
    return Pod(
        id=pod_id,
        uid=config.metadata.uid,
        name=config.metadata.name,
        namespace=config.metadata.namespace,
        labels=dict(config.labels),
        annotations=dict(config.annotations),
        cgroup_parent=parent,
        qos=quantity.qos(parent),
    )


def listed(sandbox: api_pb2.PodSandbox, cgroup_parent: str) -> Pod:
    """Give a pod as the runtime lists it; lists do not tell the parent of its cgroup."""
    return Pod(
        id=sandbox.id,
        uid=sandbox.metadata.uid,
        name=sandbox.metadata.name,
        namespace=sandbox.metadata.namespace,
        labels=dict(sandbox.labels),
        annotations=dict(sandbox.annotations),
        cgroup_parent=cgroup_parent,
        qos=quantity.qos(cgroup_parent),
        ready=sandbox.state == api_pb2.SANDBOX_READY,
    )
