# SPDX-License-Identifier: Apache-2.0
"""A real kube-apiserver with our definitions, a real daemon, and the agent with its chart's rights.

Each test has a node of its own; the server is shared.
"""

import asyncio
import contextlib
import dataclasses
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from garden import audit, servers, target
from node import daemons, node_agents

from controller import kube, names
from controller.component import node as manifests
from controller.component import rendering

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = "kube-system"
REPORTS = "/apis/criresmgr.intel.com/v1alpha1/noderesourcemanagers"
ADJUSTMENTS = f"/apis/criresmgr.intel.com/v1alpha1/namespaces/{NAMESPACE}/adjustments"
CONFIG_MAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
GROUP = "cri-resource-manager.intel.com/group"
PATIENCE = 60.0
STATIC = {"policy": "Active: static\nReservedResources: {CPU: 'cpuset:0'}\n"}
NONE = {"policy": "Active: none\n"}
KINDS = {
    "CustomResourceDefinition",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
}

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    """A shoot's API server with what the internal chart brings, but for the workloads."""
    with servers.running("agents", audit=True) as (made,):

        async def prepare() -> None:
            async with made.client() as client:
                brought = target.Target(client)
                for obj in objects():
                    await brought.apply(obj)

        asyncio.run(prepare())
        yield made


def objects() -> list[dict[str, Any]]:
    """What is brought to a shoot, definitions first."""
    values = manifests.NodeValues(
        phase=manifests.Phase.INSTALL,
        images={names.IMAGE_INSTALLATION: "i:1", names.IMAGE_AGENT: "a:1"},
        agent_enabled=True,
    )
    texts = manifests.build(values, rendering.Renderer(ROOT / "charts/internal"))
    found = [obj for text in texts.values() for obj in yaml.safe_load_all(text)]
    wanted = [obj for obj in found if obj["kind"] in KINDS]
    return sorted(wanted, key=lambda obj: obj["kind"] != "CustomResourceDefinition")


@dataclasses.dataclass
class Node:
    """A Node object, the daemon and the agent of it."""

    name: str
    api: kube.Client
    server: servers.Server
    daemon: daemons.Daemon
    agent: node_agents.Agent
    restarted: bool = False
    """Whether the API server was restarted: it knows no rights in its first moments."""

    async def config(self, level: str, data: Mapping[str, str] | None) -> str:
        """Write the ConfigMap of a level (None: delete it); give its resourceVersion."""
        name = f"cri-resmgr-config.{level}"
        if data is None:
            await self.api.delete(f"{CONFIG_MAPS}/{name}")
            return ""
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "data": dict(data),
        }
        made = await self.api.apply(f"{CONFIG_MAPS}/{name}", body, field_manager="test")
        return str(made["metadata"]["resourceVersion"])

    async def own(self, data: Mapping[str, str] | None) -> str:
        """Write the node's own ConfigMap."""
        return await self.config(f"node.{self.name}", data)

    async def label(self, group: str | None) -> None:
        """Put the node into a group, or into none."""
        await self.api.patch(f"/api/v1/nodes/{self.name}", {"metadata": {"labels": {GROUP: group}}})

    async def until(
        self, right: Callable[[dict[str, Any]], object], path: str = ""
    ) -> dict[str, Any]:
        """Wait until the node's report (or another object) is right; give it."""
        last: dict[str, Any] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    with contextlib.suppress(kube.NotFound, kube.Unavailable):
                        last = await self.api.get(path or f"{REPORTS}/{self.name}")
                        if right(last):
                            return last
                    await asyncio.sleep(0.05)
        except TimeoutError:
            log = self.agent.log.read_text(encoding="utf-8")[-3000:]
            raise AssertionError(f"{json.dumps(last, indent=1)}\n{log}") from None

    async def applied(self, version: str) -> dict[str, Any]:
        """Wait until the daemon has taken a version of a ConfigMap."""
        return await self.until(lambda one: condition(one)["status"] == "True" and at(one, version))

    async def refused(self, version: str) -> str:
        """Wait until the daemon has refused a version; give why."""
        found = await self.until(
            lambda one: condition(one)["reason"] == "Refused" and at(one, version)
        )
        return str(condition(found)["message"])

    async def events(self) -> list[dict[str, Any]]:
        """Give the Events about this node."""
        selector = {"fieldSelector": f"involvedObject.name={self.name}"}
        found = await self.api.get("/api/v1/namespaces/default/events", params=selector)
        return list(found["items"])


def condition(report: Mapping[str, Any], kind: str = "ConfigurationApplied") -> dict[str, Any]:
    """Give a condition of a report, an empty one where it is not there."""
    conditions = report.get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), {"status": "", "reason": ""})


def at(report: Mapping[str, Any], version: str) -> bool:
    """Tell whether a report is about a version of a ConfigMap."""
    given = report["status"]["configuration"].get("generation", "")
    return bool(given == version)


@pytest.fixture
async def node(server: servers.Server, tmp_path: Path) -> AsyncIterator[Node]:
    """A node whose daemon and agent have not been started."""
    name = f"node-{next(_numbers)}.example.com"
    token = await server.service_account_token(NAMESPACE, names.AGENT_DAEMONSET)
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(server.kubeconfig(token), encoding="utf-8")
    # Nobody serves there: no container is run, and policies decide all the same.
    daemon = daemons.Daemon(tmp_path, Path("-"), None)
    agent = node_agents.Agent(tmp_path, kubeconfig, daemon.config_socket, name)
    daemon.more = [f"--image-socket={tmp_path / 'none.sock'}", f"--agent-socket={agent.socket}"]
    offset = audit.size(server.audit_log)
    async with server.client() as api:
        await api.create(
            "/api/v1/nodes",
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}},
        )
        made = Node(name, api, server, daemon, agent)
        try:
            yield made
        finally:
            for child in (agent, daemon):
                if child.child is not None:
                    await child.end()
            for level in (f"node.{name}", "group.a", "group.b", "default"):
                with contextlib.suppress(kube.NotFound):
                    await made.config(level, None)
            left = await api.get(ADJUSTMENTS)
            for one in left["items"]:
                await api.delete(f"{ADJUSTMENTS}/{one['metadata']['name']}")
    account = f"system:serviceaccount:{NAMESPACE}:{names.AGENT_DAEMONSET}"
    asked = audit.by_user(audit.read(server.audit_log, offset=offset), account)

    assert made.restarted or [one for one in asked if one.code == 403] == []
    for log in (agent.log, daemon.log):
        assert "Traceback" not in (log.read_text("utf-8") if log.exists() else "")


@pytest.fixture
async def running(node: Node) -> Node:
    """A node with a daemon and an agent at work, and no configuration."""
    await node.daemon.start()
    await node.agent.start()
    await node.until(lambda one: condition(one, "DaemonConnected")["status"] == "True")
    return node


@pytest.fixture
async def alone(node: Node) -> Node:
    """A node with an agent at work and no daemon."""
    await node.agent.start()
    return node
