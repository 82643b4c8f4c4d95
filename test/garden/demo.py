# SPDX-License-Identifier: Apache-2.0
"""The seed's side at work on this machine: what `make demo` shows where no nodes can run.

Real: two API servers (one as the seed, one as the shoot), our controller as a process with the
rights of its chart, every object and status that is shown. Stand-ins: gardenlet, the
gardener-resource-manager, and Node objects in place of machines.
"""

import asyncio
import sys
from typing import Any

import yaml

from controller import kube, names
from controller.kube import paths

from . import binaries, ground, install, mirror, narration, nodes, ready, replica, screen, servers

CONFIG = """\
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1
kind: Configuration
healthCheck:
  syncPeriod: 2s
  rolledBackThreshold: 3s
  progressingThreshold: 5s
nodeReport:
  period: 5s
"""
"""Thresholds for an audience; production waits longer."""

MISSPELT = {"configs": {"default": "policy:\n  Actve: balloons\n"}}

_KUBE_SYSTEM = f"namespaces/{names.SHOOT_NAMESPACE}"
_CONFIG_MAPS = f"/api/v1/{_KUBE_SYSTEM}/configmaps"
_DAEMON_SET = f"/apis/apps/v1/{_KUBE_SYSTEM}/daemonsets/{names.INSTALLATION_DAEMONSET}"
_CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/adjustments.criresmgr.intel.com"


class Demonstration:
    """The acts, in order; each leaves the shoot as the next one wants it."""

    def __init__(self, stage: ground.Ground, shoot: str, show: screen.Screen) -> None:
        """Keep the parts; `shoot` is the technical id."""
        self._stage = stage
        self._shoot = shoot
        self._show = show

    async def enable(self) -> None:
        """A shoot owner enables the extension."""
        self._show.step("Enable: a shoot owner adds three lines to the Shoot")
        self._quote_example("shoot.yaml")
        await self._stage.gardenlet.enable(self._shoot)
        await self._healthy("True")
        await self._objects()

    async def configure(self) -> None:
        """The owner chooses a policy; the shoot gets it as a ConfigMap."""
        self._show.step("Configure: the owner chooses the balloons policy")
        self._quote_example("shoot-balloons.yaml")
        await self._stage.gardenlet.enable(self._shoot, _provider_config("shoot-balloons.yaml"))
        await self._settled()
        await self._config_map()

    async def mistake(self) -> None:
        """A misspelt key is refused with a suggestion, and nothing changes on the nodes."""
        self._show.step("Mistake: a misspelt key")
        self._show.quote(MISSPELT["configs"]["default"].splitlines())
        try:
            await self._stage.gardenlet.enable(self._shoot, MISSPELT)
        except ready.ExtensionFailed:
            self._show.say("refused; what is in force stays in force:", "good")
        await self._config_map()
        self._show.say("the owner mends it")
        await self._stage.gardenlet.enable(self._shoot, _provider_config("shoot-balloons.yaml"))

    async def break_and_repair(self) -> None:
        """A node gives its kubelet back to containerd, which the condition names, then recovers."""
        self._show.step("Break: a node was given back to containerd")
        await nodes.add(self._stage.shoot, nodes.build("node-1"), nodes.build("node-2"))
        reason = "the relay ended three times within a minute"
        await nodes.publish(self._stage.shoot, "node-1", "active")
        await nodes.publish(self._stage.shoot, "node-2", "rolled-back", reason)
        await self._healthy("False")
        self._show.step("Repair: the node is on the relay again")
        await nodes.publish(self._stage.shoot, "node-2", "active")
        await self._healthy("True")

    async def disable(self) -> None:
        """The owner takes the lines away: first the nodes are cleaned, then the objects go."""
        self._show.step("Disable: the nodes are cleaned first, then everything goes")
        manager = self._stage.resource_manager
        manager.switch(self._shoot, progressing="1 of 2 pods are updated")
        async with asyncio.TaskGroup() as group:
            leaving = group.create_task(self._stage.gardenlet.disable(self._shoot), name="disable")
            await self._cleaning()
            manager.switch(self._shoot, progressing="")
            await leaving
        left = await self._stage.seed.get(paths.managed_resources(self._shoot))
        self._show.say(f"ManagedResources left in the seed: {len(left['items'])}", "good")
        try:
            await self._stage.shoot.get(_DAEMON_SET)
        except kube.NotFound:
            self._show.say("the DaemonSet is gone from the shoot", "good")
        await self._stage.shoot.get(_CRD)
        self._show.say("the CRD adjustments.criresmgr.intel.com stays, with the owner's objects")

    async def _healthy(self, wanted: str) -> None:
        """Wait until the condition of the node part has a status."""

        def check(obj: dict[str, Any] | None) -> bool:
            conditions = ((obj or {}).get("status") or {}).get("conditions") or ()
            return any(
                (one["type"], one["status"]) == ("SystemComponentsHealthy", wanted)
                for one in conditions
            )

        key = (self._shoot, names.EXTENSION_TYPE)
        await self._stage.gardenlet.extensions.until(key, check, timeout=90)

    async def _settled(self) -> None:
        manager = self._stage.resource_manager
        await manager.settled(self._shoot, names.NODE_MANAGED_RESOURCE)

    async def _cleaning(self) -> None:
        """Show the clean-up phase once it is applied."""

        def check(obj: dict[str, Any] | None) -> bool:
            last = ((obj or {}).get("status") or {}).get("lastOperation") or {}
            return "1 of 2 pods" in last.get("description", "")

        key = (self._shoot, names.EXTENSION_TYPE)
        await self._stage.gardenlet.extensions.until(key, check)
        daemon_set = await self._stage.shoot.get(_DAEMON_SET)
        args = daemon_set["spec"]["template"]["spec"]["containers"][0]["args"]
        self._show.say(f"the installation pods run with: {' '.join(args)}")

    async def _objects(self) -> None:
        await self._settled()
        self._show.say("in the shoot now:")
        managed = {"labelSelector": "resources.gardener.cloud/managed-by=gardener"}
        for kind, path in (
            ("DaemonSet", f"/apis/apps/v1/{_KUBE_SYSTEM}/daemonsets"),
            ("ConfigMap", _CONFIG_MAPS),
            ("ServiceAccount", f"/api/v1/{_KUBE_SYSTEM}/serviceaccounts"),
        ):
            listed = await self._stage.shoot.get(path, params=managed)
            self._show.quote(f"{kind} {one['metadata']['name']}" for one in listed["items"])

    async def _config_map(self) -> None:
        path = f"{_CONFIG_MAPS}/{names.CONFIG_MAP_PREFIX}.default"
        found = await self._stage.shoot.get(path)
        self._show.say(f"ConfigMap {names.CONFIG_MAP_PREFIX}.default in the shoot:")
        for module, text in sorted(found["data"].items()):
            self._show.quote([f"{module}:", *(f"  {line}" for line in text.splitlines())])

    def _quote_example(self, name: str) -> None:
        self._show.quote(narration.example_lines(name))


def _example(name: str) -> dict[str, Any]:
    document = yaml.safe_load((binaries.PROJECT / "examples" / name).read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def _provider_config(name: str) -> object:
    return _example(name)["spec"]["extensions"][0].get("providerConfig")


async def _play(seed: servers.Server, shoot: servers.Server, show: screen.Screen) -> None:
    kubeconfig = await install.seed(seed)
    show.say("API servers and CRDs are ready; the controller gets the rights of its chart")
    async with (
        ground.opened(seed, shoot, kubeconfig) as stage,
        replica.Replica(kubeconfig, config=CONFIG),
    ):
        show.say("the controller is ready and leads", "good")
        technical_id = await stage.gardenlet.prepare("demo")
        acts = Demonstration(stage, technical_id, show)
        async with narration.narrated(stage.seed, technical_id, show):
            await acts.enable()
            await acts.configure()
            await acts.mistake()
            await acts.break_and_repair()
            await acts.disable()
    show.say("done; nothing of this is left on the machine but the cache", "good")


def main(show: screen.Screen) -> int:
    """Play; give the exit status."""
    show.step("Start: two API servers (seed and shoot), the stand-ins, our controller")
    try:
        with servers.running("seed", "shoot") as (seed, shoot):
            asyncio.run(_play(seed, shoot, show))
    except binaries.ProgramMissing as error:
        show.say(f"cannot play: {error}", "bad")
        return 1
    except (mirror.Late, kube.ApiError, servers.NotReady) as error:
        show.say(f"the demonstration failed: {error}", "bad")
        return 1
    except KeyboardInterrupt:
        show.say("interrupted; everything was stopped", "bad")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(screen.Screen(sys.stdout)))
