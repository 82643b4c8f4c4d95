# SPDX-License-Identifier: Apache-2.0
"""Nodes of the shoot, as far as the seed sees them: Node objects with labels and our state.

They stand for what the installation pods publish; no kubelet is behind them.
"""

from collections.abc import Mapping
from typing import Any

from controller import kube, names
from controller.kube import paths

Object = dict[str, Any]

POOL_LABEL = "worker.gardener.cloud/pool"
CRI_LABEL = "worker.gardener.cloud/cri-name"


def build(
    name: str,
    *,
    pool: str = "worker",
    cri: str = "containerd",
    architecture: str = "amd64",
    version: str = "1.34.4",
    labels: Mapping[str, str] | None = None,
) -> Object:
    """Build a Node with the labels that Gardener gives to the nodes of a pool."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                POOL_LABEL: pool,
                CRI_LABEL: cri,
                "worker.gardener.cloud/kubernetes-version": version,
                "kubernetes.io/arch": architecture,
                "kubernetes.io/hostname": name,
                **(labels or {}),
            },
        },
    }


async def add(shoot: kube.Client, *nodes: Object, ready: bool = True) -> None:
    """Create nodes that are Ready, or not."""
    condition = {"type": "Ready", "status": "True" if ready else "False", "reason": "Test"}
    for node in nodes:
        await shoot.create(paths.NODES, node)
        path = f"{paths.NODES}/{node['metadata']['name']}/status"
        await shoot.patch(path, {"status": {"conditions": [condition]}})


async def publish(shoot: kube.Client, name: str, state: str | None, reason: str = "") -> None:
    """Publish a node's state as its installation pod does; `None` removes it."""
    metadata = {
        "labels": {names.NODE_STATE_LABEL: state},
        "annotations": {names.NODE_REASON_ANNOTATION: reason if state and reason else None},
    }
    await shoot.patch(f"{paths.NODES}/{name}", {"metadata": metadata})


async def remove(shoot: kube.Client, *node_names: str) -> None:
    """Delete nodes, all if none is named."""
    if not node_names:
        listed = await shoot.get(paths.NODES)
        node_names = tuple(node["metadata"]["name"] for node in listed["items"])
    for name in node_names:
        await shoot.delete(f"{paths.NODES}/{name}")
