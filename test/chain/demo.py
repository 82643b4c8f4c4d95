# SPDX-License-Identifier: Apache-2.0
"""`make demo`: from a few lines in a Shoot to a container with a CPU of its own, and back.

Real: two API servers, our controller with the rights of its chart, a node with systemd, containerd
and a kubelet in Gardener's shape, the image, and every CPU set, which is read from the kernel.
Stand-ins: gardenlet and gardener-resource-manager. Where no node can run, the seed's side is shown
(`garden.demo`).
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from garden import binaries, demo, install, interrupts, mirror, narration, ready, screen, servers
from ground import cluster, kubelet, machine, places, record, runtime, tree

from controller import kube
from installer import names

from . import chain, configured, images, installer_log, standing

NODE = tree.Spec("node-1", pool="worker")
EXAMPLE = "shoot-static.yaml"
MISSPELT = {"configs": {"fallback": "policy:\n  Actve: static\n"}}
WANTS_ONE = "wants-one-cpu"
OWN = f"node.{NODE.name}"
"""TYPE of the configuration that only the node has."""

NO_POLICY = "policy:\n  Active: none\n"
INSTALLER = "/opt/cri-resmgr/current/cri-resmgr-installer"

PATIENCE = 60.0
"""Seconds for the node to give its kubelet back."""


class Demonstration:
    """The acts, in order; each leaves the node as the next one wants it."""

    def __init__(self, chained: chain.Chain, show: screen.Screen) -> None:
        """Keep the parts."""
        self._chain = chained
        self._shoot = chained.shoot
        self._node = chained.shoot.machines[NODE.name]
        self._show = show
        self._files = record.take(self._node.disk)
        self._pods: list[str] = []
        self._before: list[runtime.Container] = []

    async def play(self) -> None:
        """All acts."""
        await self.before()
        await self.enable()
        await self.pinned()
        await self.switch()
        await self.mistake()
        await self.give_back()
        await self.disable()

    async def before(self) -> None:
        """Pods run on plain containerd, wherever the kernel likes."""
        self._show.step("Before: a node on plain containerd, and two pods on it")
        whole = {"cpu": "1", "memory": "64Mi"}
        await self._run(WANTS_ONE, whole)
        await self._run("neighbour", None)
        self._before = await self._containers()
        await self._table(self._before)
        self._show.say("cpuset.cpus is the kernel's: every container may run everywhere")

    async def enable(self) -> None:
        """A shoot owner enables the extension; the node is taken to the relay."""
        self._show.step("Enable: a shoot owner adds these lines to the Shoot")
        self._show.quote(narration.example_lines(EXAMPLE))
        await self._chain.enable(chain.example(EXAMPLE))
        async with installer_log.followed(self._node, self._show):
            self._show.say("Extension -> controller -> ManagedResource -> DaemonSet -> installer")
            self._show.say("when the kubelet is on the relay, it is watched for a minute")
            active = await standing.until_state(self._shoot, NODE.name, "active")
        self._show.say(f"Node: state {active.state}: {active.reason}", "good")
        self._show.say(f"on the node: {Path(INSTALLER).name} status")
        told = await self._node.run(INSTALLER, "status")
        self._show.quote(told.output.splitlines())

    async def pinned(self) -> None:
        """The kernel has other CPU sets for the same containers."""
        self._show.step("Pinned: policy static gives the pod that asked for it a CPU of its own")
        await self._run("newcomer", None)
        now = await self._containers()
        await self._table(now)
        same = _identities(now) >= _identities(self._before)
        self._show.say(
            "the containers from before are the same ones: no restart"
            if same
            else "containers have been restarted, which must not be",
            "good" if same else "bad",
        )
        cpus = {each.pod: each.cpus for each in now}
        own = cpus.pop(WANTS_ONE)
        self._show.say(f"CPU {own} belongs to {WANTS_ONE}; all others are on the rest", "good")

    async def switch(self) -> None:
        """A ConfigMap changes the policy of the node, and changes it back when it goes."""
        self._show.step("Switch: another policy by a ConfigMap, while everything runs")
        self._show.say(f"kubectl apply: ConfigMap cri-resmgr-config.{OWN}")
        self._show.quote(NO_POLICY.splitlines())
        pinned = {each.pod: each.cpus for each in await self._containers()}
        before = {each.pod: each.cpus for each in self._before}
        await configured.write(self._shoot, OWN, NO_POLICY)
        told = await configured.until_applied(self._shoot, NODE.name, OWN, "none")
        self._show.say("kubectl get nrm", "good")
        self._show.quote(_report(told))
        await configured.until_cpus(self._node, WANTS_ONE, before[WANTS_ONE])
        await self._table(await self._containers())
        await configured.write(self._shoot, OWN, None)
        await configured.until_applied(self._shoot, NODE.name, "", "static")
        await configured.until_cpus(self._node, WANTS_ONE, pinned[WANTS_ONE])
        self._show.say(f"kubectl delete: CPU {pinned[WANTS_ONE]} is {WANTS_ONE}'s again", "good")

    async def mistake(self) -> None:
        """A misspelt key is refused with a suggestion, and nothing changes on the node."""
        self._show.step("Mistake: a misspelt key never reaches the node")
        self._show.quote(MISSPELT["configs"]["fallback"].splitlines())
        try:
            await self._chain.enable(MISSPELT)
        except ready.ExtensionFailed:
            self._show.say("refused; what is in force stays in force; the owner mends it", "good")
        await self._chain.enable(chain.example(EXAMPLE))

    async def give_back(self) -> None:
        """The relay dies for good: the node gives its kubelet back by itself."""
        self._show.step("Break: the relay is killed as often as systemd starts it")
        async with asyncio.timeout(PATIENCE):
            while await kubelet.endpoint(self._node) == f"unix://{names.RELAY_SOCKET}":
                await self._node.systemctl("kill", "--signal=KILL", names.RELAY_UNIT, check=False)
                await asyncio.sleep(0.3)
        self._show.say(f"the kubelet is on {await kubelet.endpoint(self._node)} again", "good")
        await kubelet.until_healthy(self._node)
        await self._chain.until_condition("False", NODE.name)
        same = _identities(await self._containers()) >= _identities(self._before)
        self._show.say(f"containers run on: {'yes' if same else 'no'}", "good" if same else "bad")

    async def disable(self) -> None:
        """The owner takes the lines away: first the node is cleaned, then the objects go."""
        self._show.step("Disable: the node is cleaned first, then everything goes")
        async with installer_log.followed(self._node, self._show):
            await self._chain.disable()
        now = await self._containers()
        await self._table(now)
        changed = record.differences(self._files, record.take(self._node.disk))
        for line in changed:
            self._show.say(line, "bad")
        self._show.say(f"files of others that are not byte for byte as before: {len(changed)}")
        for name in self._pods:
            await self._shoot.delete_pod(name)

    async def _run(self, name: str, resources: dict[str, str] | None) -> None:
        await self._shoot.run_pod(cluster.pod(name, node=NODE.name, resources=resources))
        self._pods.append(name)

    async def _containers(self) -> list[runtime.Container]:
        """Give the containers of our pods."""
        found = await runtime.containers(self._node)
        return [each for each in found if each.name and each.pod in self._pods]

    async def _table(self, containers: list[runtime.Container]) -> None:
        self._show.quote(
            [
                f"{'pod':<16}{'container':<16}{'pid':<10}cpuset.cpus",
                *(
                    f"{each.pod:<16}{each.id[:12]:<16}{each.pid:<10}{each.cpus}"
                    for each in containers
                ),
            ]
        )


def _report(told: configured.Report) -> list[str]:
    """Write the state of the node as a table."""
    config = f"cri-resmgr-config.{told.config}"
    rows = (
        ("NAME", "POLICY", "CONFIG", "GENERATION", "APPLIED", "REASON"),
        (NODE.name, told.policy, config, told.generation, told.applied, told.reason),
    )
    return ["{:<8}{:<8}{:<34}{:<12}{:<9}{}".format(*row) for row in rows]


def _identities(containers: list[runtime.Container]) -> set[tuple[str, int, int]]:
    return {(each.id, each.pid, each.started) for each in containers}


def why_not() -> str:
    """Why no node can be shown here; empty where it can."""
    if (os.cpu_count() or 1) < 2:
        return "a CPU can only be given away where there are two"
    return cluster.why_not() or images.why_not()


async def _play(
    shoot: cluster.Cluster, seed: servers.Server, archives: Mapping[str, Path], show: screen.Screen
) -> None:
    kubeconfig = await install.seed(seed)
    show.say("seed: API server, CRDs; the controller gets the rights of its chart")
    async with chain.opened(shoot, seed, kubeconfig, archives) as chained:
        show.say("the controller is ready and leads", "good")
        async with narration.narrated(chained.seed, chained.name, show):
            await Demonstration(chained, show).play()


def main() -> int:
    """Play; give the exit status."""
    interrupts.take()
    show = screen.Screen(sys.stdout)
    if reason := why_not():
        return _without_nodes(reason, show)
    show.step("Start: image, seed, and a shoot with one node (systemd, containerd, kubelet)")
    try:
        try:
            archives = chain.built()
            for name, archive in archives.items():
                show.say(f"image {name}: {archive.stat().st_size / 1e6:.0f} MB")
            shoot = cluster.running(NODE)
            started = shoot.__enter__()
        except (
            binaries.ProgramMissing,
            images.BuildFailed,
            machine.MachineProblem,
            places.NoPlace,
            subprocess.CalledProcessError,
        ) as error:
            return _without_nodes(str(error), show)
        try:
            show.say(f"shoot: control plane, and {NODE.name}, which is Ready", "good")
            with servers.running("seed") as (seed,):
                asyncio.run(_play(started, seed, archives, show))
        finally:
            shoot.__exit__(None, None, None)
    except (
        cluster.Late,
        kube.ApiError,
        machine.MachineProblem,
        mirror.Late,
        servers.NotReady,
    ) as error:
        show.say(f"the demonstration failed: {error}", "bad")
        return 1
    except KeyboardInterrupt:
        show.say("interrupted; everything was stopped and removed", "bad")
        return 130
    show.say("done; nothing of this is left on the machine but the cache", "good")
    return 0


def _without_nodes(reason: str, show: screen.Screen) -> int:
    """Say in one line what is missing, and show the rest."""
    first = reason.splitlines()[0]
    show.say(f"no node can be shown here ({first}); the seed's side is, with Nodes as objects")
    return demo.main(show)


if __name__ == "__main__":
    sys.exit(main())
