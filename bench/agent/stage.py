# SPDX-License-Identifier: Apache-2.0
"""What stands around agents: an API server as a shoot has it, with the rights of the chart."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from garden import binaries, servers, target

from controller import kube, names
from controller.component import node as manifests
from controller.component import rendering

NAMESPACE: Final = "kube-system"
ACCOUNT: Final = f"system:serviceaccount:{NAMESPACE}:{names.AGENT_DAEMONSET}"
REPORTS: Final = "/apis/criresmgr.intel.com/v1alpha1/noderesourcemanagers"
_CONFIG_MAP: Final = "cri-resmgr-config.default"
_AT_ONCE: Final = 16
_KINDS: Final = {
    "CustomResourceDefinition",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
}


class Shoot:
    """The API server, and an administrator at it."""

    def __init__(self, server: servers.Server, api: kube.Client) -> None:
        """Take what runs."""
        self.server = server
        self.api = api
        self._numbers = itertools.count()

    async def kubeconfig(self) -> Path:
        """Give a kubeconfig file of the agent's account."""
        token = await self.server.service_account_token(NAMESPACE, names.AGENT_DAEMONSET)
        return self.server.kubeconfig_file("agent", token)

    async def nodes(self, wanted: Iterable[str]) -> None:
        """Make Nodes, some at a time."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def make(name: str) -> None:
            body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
            async with slots:
                await self.api.create("/api/v1/nodes", body)

        await asyncio.gather(*(make(name) for name in wanted))

    async def configure(self, data: Mapping[str, str]) -> str:
        """Write the ConfigMap of all nodes, never the same twice; give its version."""
        metadata = {
            "name": _CONFIG_MAP,
            "namespace": NAMESPACE,
            "annotations": {"number": f"{next(self._numbers)}"},
        }
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/{_CONFIG_MAP}"
        made = await self.api.apply(path, body, field_manager="bench")
        return str(made["metadata"]["resourceVersion"])


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Shoot]:
    """Start it with what the controller brings to a shoot, but for the workloads."""
    server = servers.Server("bench-agent", audit=True)
    try:
        await server.start()
        async with server.client() as api:
            brought = target.Target(api)
            for obj in _objects():
                await brought.apply(obj)
            yield Shoot(server, api)
    finally:
        server.stop()


def _objects() -> list[dict[str, Any]]:
    values = manifests.NodeValues(
        phase=manifests.Phase.INSTALL,
        images={names.IMAGE_INSTALLATION: "i:1", names.IMAGE_AGENT: "a:1"},
        agent_enabled=True,
    )
    texts = manifests.build(values, rendering.Renderer(binaries.PROJECT / "charts/internal"))
    found = [obj for text in texts.values() for obj in yaml.safe_load_all(text)]
    wanted = [obj for obj in found if obj["kind"] in _KINDS]
    return sorted(wanted, key=lambda obj: obj["kind"] != "CustomResourceDefinition")


def reported(obj: Mapping[str, Any] | None, version: str) -> bool:
    """Tell whether a NodeResourceManager says that a version of the ConfigMap is in force."""
    status = (obj or {}).get("status") or {}
    if (status.get("configuration") or {}).get("generation") != version:
        return False
    conditions = {one["type"]: one["status"] for one in status.get("conditions") or ()}
    return conditions.get("ConfigurationApplied") == "True"
