# SPDX-License-Identifier: Apache-2.0
"""A health loop in a world of its own: seed, nodes and clocks that a test moves."""

import asyncio
from collections.abc import Mapping
from typing import Any

from unit.controller import api_server, virtual_time
from unit.controller.health import shoots

from controller import extension, node_report, settings, store
from controller.health import loop

PATH = (
    "/apis/extensions.gardener.cloud/v1alpha1/namespaces/{}/extensions/cri-resmgr-extension/status"
)


class Seed:
    """Takes patches of Extensions; `errors` are raised first, one a patch."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.patches: list[tuple[float, str, dict[str, Any]]] = []
        self.errors: list[Exception] = []
        self.slow = 0.0
        self.most_at_once = 0
        self._at_once = 0
        self._version = 100

    async def patch(self, path: str, patch: dict[str, Any]) -> dict[str, Any]:
        """Merge a patch."""
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.slow)
        finally:
            self._at_once -= 1
        self.patches.append((asyncio.get_running_loop().time(), path, patch))
        if self.errors:
            raise self.errors.pop(0)
        self._version += 1
        result = api_server.merge(self.objects[path], patch)
        result["metadata"]["resourceVersion"] = str(self._version)
        return result


class Nodes:
    """What the nodes say; notes whom the loop asks to follow."""

    def __init__(self) -> None:
        self.followed: dict[str, tuple[str, float]] = {}
        self.reports: dict[str, node_report.NodeReport] = {}

    def follow(self, namespace: str, kubeconfig: str, *, rest: float) -> None:
        """Note it."""
        self.followed[namespace] = (kubeconfig, rest)

    def forget(self, namespace: str) -> None:
        """Note it."""
        self.followed.pop(namespace, None)

    def report(self, namespace: str) -> node_report.NodeReport | None:
        """Give what the test has put there."""
        return self.reports.get(namespace)

    def pending(self, namespace: str) -> bool:
        """Expect nothing."""
        del namespace
        return False


class World:
    """A health loop with all that is around it; `add` puts shoots there."""

    def __init__(self, config: settings.Settings | None = None) -> None:
        self.known = store.Store()
        self.seed = Seed()
        self.nodes = Nodes()
        self.statuses: dict[str, Mapping[str, str]] = {}
        self.ready = True
        self.loop = loop.HealthLoop(
            self.seed,
            self.known,
            self.nodes,
            config or settings.Settings(),
            synced=lambda: self.ready,
            clocks=virtual_time.clocks(),
            observer=self,
        )

    def health(self, namespace: str, statuses: Mapping[str, str]) -> None:
        """Note what metrics are told."""
        self.statuses[namespace] = statuses

    def gone(self, namespace: str) -> None:
        """Note what metrics are told."""
        self.statuses.pop(namespace, None)

    def add(self, namespace: str = shoots.NAMESPACE, **more: Any) -> None:
        """Put a healthy shoot there and tell the loop."""
        raw = shoots.raw_extension(namespace=namespace, **more)
        self.seed.objects[PATH.format(namespace)] = raw
        self.known.put_extension(extension.parse(raw))
        self.known.put_cluster(shoots.make_cluster(namespace=namespace))
        for name in (shoots.NODE, shoots.MONITORING):
            self.known.put_managed(shoots.make_resource(name, namespace=namespace))
        self.loop.notify(namespace)

    def break_node_part(self, namespace: str = shoots.NAMESPACE, version: str = "21") -> None:
        """Let the resource manager find the node part unhealthy, without telling the loop."""
        bad = shoots.make_resource(namespace=namespace, version=version, ResourcesHealthy="False")
        self.known.put_managed(bad)

    async def run(self, seconds: float) -> None:
        """Let time pass."""
        await virtual_time.run_for(seconds, self.loop.run())

    @property
    def written(self) -> list[dict[str, str]]:
        """What was written, in order: status by condition type."""
        return [
            {item["type"]: item["status"] for item in patch["status"]["conditions"]}
            for _, _, patch in self.seed.patches
        ]


FINE = {shoots.SYSTEM: "True", shoots.OBSERVABILITY: "True"}
BROKEN = FINE | {shoots.SYSTEM: "False"}
BOTH_TRUE = [shoots.condition(shoots.SYSTEM), shoots.condition(shoots.OBSERVABILITY)]
