# SPDX-License-Identifier: Apache-2.0
"""Our DaemonSet in a shoot, as the controller writes it, without the seed.

Several can be there side by side, each on nodes of its own: everything of one has a suffix in its
name. So tests need not wait for each other's roll-outs.
"""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any

import yaml
from daemonset import look, waiting
from garden import binaries
from ground import cluster

from controller import kube, names
from controller.component import node, rendering
from resmgr.config import rollout

Object = dict[str, Any]

FREELY = rollout.Rollout(max_unavailable="100%", max_rolled_back=100)
"""No node waits for another."""

_PREFIXES = {
    "ServiceAccount": "/api/v1/namespaces/kube-system/serviceaccounts",
    "ConfigMap": "/api/v1/namespaces/kube-system/configmaps",
    "DaemonSet": "/apis/apps/v1/namespaces/kube-system/daemonsets",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}
_PODS = "/api/v1/namespaces/kube-system/pods"


class Installation:
    """The DaemonSet on some nodes of a shoot; nothing is there until `apply`."""

    def __init__(self, shoot: cluster.Cluster, *nodes: str) -> None:
        """Name the nodes that may have its pods."""
        self.shoot = shoot
        self.nodes = nodes
        self.name = f"{names.INSTALLATION_DAEMONSET}-{'-'.join(nodes)}"
        self._values = node.NodeValues(phase=node.Phase.INSTALL, images={}, rollout=FREELY)
        self._objects: dict[str, Object] = {}

    async def apply(self, image: str = "", **changes: Any) -> None:
        """Make the objects what `NodeValues` with these changes say; what they do not name goes.

        An image is kept until another one is named.
        """
        if image:
            changes["images"] = {names.IMAGE_INSTALLATION: image}
        self._values = dataclasses.replace(self._values, **changes)
        wanted = {_path(each): each for each in self._render()}
        async with self.shoot.client() as client:
            for path, each in wanted.items():
                await client.apply(path, each, field_manager="ground")
            for path in self._objects.keys() - wanted.keys():
                await client.delete(path)
        self._objects = wanted

    async def clean_up(self, *, timeout: float = 180.0) -> None:
        """Roll the pods that take everything away, and wait until they are done.

        A kubelet that is restarted takes a pod for Ready until it has asked the pod, so the word
        of the node counts as well.
        """
        await self.apply(phase=node.Phase.CLEANUP)
        for name in self.nodes:
            await look.until_told(self.shoot, name, "", timeout=timeout)
            await self.until_pod(name, cluster.is_ready, what="to be done", timeout=timeout)

    async def delete(self) -> None:
        """Delete all objects and wait until the pods have gone; nodes stay as they are."""
        async with self.shoot.client() as client:
            for path in self._objects:
                with contextlib.suppress(kube.NotFound):
                    await client.delete(path, propagation="Foreground")
        for name in self.nodes:
            for pod in await self.pods(name):
                await self.shoot.delete_pod(pod["metadata"]["name"], namespace="kube-system")
        self._objects = {}

    async def pods(self, node_name: str) -> list[Object]:
        """Give its pods on a node, in the order of their age."""
        async with self.shoot.client() as client:
            selector = f"app.kubernetes.io/name={self.name}"
            found = await client.get(_PODS, params={"labelSelector": selector})
        on_node = [pod for pod in found["items"] if pod["spec"].get("nodeName") == node_name]
        return sorted(on_node, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))

    async def until_pod(
        self, node_name: str, holds: Callable[[Object], bool], *, what: str, timeout: float = 180.0
    ) -> Object:
        """Wait until something holds of the only pod on a node, which is of the newest template.

        Raises `cluster.Late`.
        """
        daemon_set = f"{_PREFIXES['DaemonSet']}/{self.name}"
        async with self.shoot.client() as client:
            generation = (await client.get(daemon_set))["metadata"]["generation"]
        async for _ in waiting.tries(timeout):
            pods = await self.pods(node_name)
            of = {pod["metadata"]["labels"].get("pod-template-generation") for pod in pods}
            if of == {str(generation)} and len(pods) == 1 and holds(pods[0]):
                return pods[0]
        seen = [pod.get("status") for pod in await self.pods(node_name)]
        raise cluster.Late(f"waited {timeout:.0f} s for a pod on {node_name} {what}; seen: {seen}")

    def _render(self) -> list[Object]:
        renderer = rendering.Renderer(binaries.PROJECT / "charts/internal")
        suffix = self.name.removeprefix(names.INSTALLATION_DAEMONSET)
        found = []
        for name, text in node.build(self._values, renderer).items():
            written = text
            if "installation" in name or name.startswith("configmap-"):
                for old in (
                    names.INSTALLATION_DAEMONSET,
                    node.ROLLOUT_CONFIG_MAP,
                    *(f"{names.CONFIG_MAP_PREFIX}.{kind}" for kind in ("fallback", "force")),
                    f"{names.CONFIG_MAP_PREFIX}.extra-options",
                ):
                    written = written.replace(f'"{old}"'.encode(), f'"{old}{suffix}"'.encode())
                found += [each for each in yaml.safe_load_all(written) if each]
        for each in found:
            if each["kind"] == "DaemonSet":
                self._only_on_nodes(each)
        return found

    def _only_on_nodes(self, daemon_set: Object) -> None:
        affinity = daemon_set["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
        (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        term["matchExpressions"].append(
            {"key": "kubernetes.io/hostname", "operator": "In", "values": list(self.nodes)}
        )


def _path(each: Object) -> str:
    return f"{_PREFIXES[each['kind']]}/{each['metadata']['name']}"


@contextlib.asynccontextmanager
async def brought(
    shoot: cluster.Cluster, image: str, *nodes: str, **changes: Any
) -> AsyncIterator[Installation]:
    """The DaemonSet on some nodes; at the end they are clean and it has gone."""
    made = Installation(shoot, *nodes)
    try:
        await made.apply(image, **changes)
        yield made
    except BaseException:
        # Whoever comes next on these nodes shall find them clean, if that is possible.
        with contextlib.suppress(Exception):
            await made.clean_up()
        raise
    else:
        await made.clean_up()
    finally:
        await made.delete()
