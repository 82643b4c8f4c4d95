# SPDX-License-Identifier: Apache-2.0
"""A seed whose shoot has real nodes: everything between an Extension and a container's CPUs.

Real: the API servers, our controller as a process with its chart's rights, the shoot's control
plane, its nodes, and the image. Stand-ins: gardenlet and gardener-resource-manager.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from garden import binaries, gardenlet, ground, replica, resource_manager, servers, shoots, stage
from ground import cluster

from controller import kube, names
from controller.kube import paths

from . import images, standing

Object = dict[str, Any]

IMAGES = {
    names.IMAGE_INSTALLATION: images.INSTALLATION,
    names.IMAGE_AGENT: images.AGENT,
}
"""Image that a shoot has -> target that it is built from."""

CONFIG = """\
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1
kind: Configuration
healthCheck:
  syncPeriod: 2s
  rolledBackThreshold: 3s
nodeReport:
  period: 5s
"""
"""Thresholds for who watches; production waits longer."""

TIMEOUT = 300.0
"""Seconds for everything that takes all nodes through an installation or a removal."""


@dataclass(frozen=True, slots=True)
class Chain:
    """All parts at work, and one shoot, which has nothing of ours yet."""

    shoot: cluster.Cluster
    """Control plane and nodes."""

    seed: kube.Client
    """The seed's administrator."""

    gardenlet: gardenlet.Gardenlet
    manager: resource_manager.ResourceManager
    controller: replica.Replica
    name: str
    """Technical id of the shoot in the seed."""

    # -- What a shoot owner does -------------------------------------------------------------

    async def enable(self, provider_config: object = None) -> Object:
        """Enable or change the extension, and wait until gardenlet would be content.

        Nodes are not waited for. Raises `ready.ExtensionFailed`, `mirror.Late`.
        """
        return await self.gardenlet.enable(self.name, provider_config)

    async def disable(self, *, timeout: float = TIMEOUT) -> None:
        """Remove the extension and wait until the Extension has gone: nodes are clean by then.

        Raises `mirror.Late`.
        """
        await self.gardenlet.disable(self.name, timeout=timeout)

    # -- What is to come ---------------------------------------------------------------------

    async def until_active(self, *, timeout: float = TIMEOUT) -> None:
        """Wait until every node has its kubelet on the relay. Raises `cluster.Late`."""
        for node in self.shoot.machines:
            await standing.until_state(self.shoot, node, "active", timeout=timeout)

    async def until_condition(self, status: str, words: str = "", *, timeout: float = 60.0) -> str:
        """Wait for the health condition to be so, with some words in its message; give that.

        Raises `mirror.Late`.
        """

        def holds(obj: Object | None) -> bool:
            return (
                obj is not None
                and stage.status(obj) == status
                and words in stage.condition(obj)["message"]
            )

        found = await self.gardenlet.extensions.until(
            (self.name, names.EXTENSION_TYPE),
            holds,
            timeout=timeout,
            what=f"to have condition {stage.CONDITIONS[0]} {status} {words}",
        )
        return str(stage.condition(found or {})["message"])

    async def left(self) -> list[str]:
        """Name what is left of the extension in the seed's namespace of the shoot."""
        resources = await self.seed.get(paths.managed_resources(self.name))
        extensions = await self.seed.get(paths.extension(self.name, ""))
        return [obj["metadata"]["name"] for obj in (*resources["items"], *extensions["items"])]


def example(name: str) -> Object:
    """Read the providerConfig of an example, such as `shoot-static.yaml`."""
    text = (binaries.PROJECT / "examples" / name).read_text(encoding="utf-8")
    found: Object = yaml.safe_load(text)["spec"]["extensions"][0]["providerConfig"]
    return found


@contextlib.asynccontextmanager
async def opened(
    shoot: cluster.Cluster,
    seed_server: servers.Server,
    kubeconfig: Path,
    archives: Mapping[str, Path],
) -> AsyncIterator[Chain]:
    """Start stand-ins and controller for one more shoot; at the end it is disabled.

    Not so when this is cancelled: whoever interrupts us does not wait for nodes.

    Args:
        shoot: control plane and nodes.
        seed_server: a server that `install.seed` made a seed.
        kubeconfig: what that gave.
        archives: target -> its image, see `built`.
    """
    tag = f"v{secrets.token_hex(4)}"
    override = {"images": [_image(shoot, name, archives[IMAGES[name]], tag) for name in IMAGES]}
    generic = shoot.control.kubeconfig(token_file=ground.GENERIC_TOKEN_FILE)
    async with contextlib.AsyncExitStack() as stack:
        seed = await stack.enter_async_context(seed_server.client())
        client = await stack.enter_async_context(shoot.client())
        manager = await stack.enter_async_context(
            resource_manager.ResourceManager(seed, client, pods=True)
        )
        at_work = await stack.enter_async_context(gardenlet.Gardenlet(seed, kubeconfig=generic))
        controller = await stack.enter_async_context(
            replica.Replica(kubeconfig, config=CONFIG, images=json.dumps(override))
        )
        name = await at_work.prepare(secrets.token_hex(4), _options(shoot))
        made = Chain(shoot, seed, at_work, manager, controller, name)
        try:
            yield made
        except asyncio.CancelledError:
            raise
        except BaseException:
            await made.disable()
            raise
        await made.disable()


def built() -> dict[str, Path]:
    """Give the images that a shoot has, target -> archive. Raises `images.BuildFailed`."""
    return {target: images.built(target) for target in IMAGES.values()}


def _image(shoot: cluster.Cluster, name: str, archive: Path, tag: str) -> dict[str, str]:
    """Give an image out under a tag, and describe that for the controller."""
    repository = images.REPOSITORIES[IMAGES[name]]
    shoot.registry.add(archive, f"{repository}:{tag}")
    return {"name": name, "repository": repository, "tag": tag}


def _options(shoot: cluster.Cluster) -> shoots.Options:
    """Describe the shoot as its nodes are."""
    pools = dict.fromkeys(shoot.pools.values())
    return shoots.Options(
        workers=tuple(shoots.Worker(name=pool) for pool in pools),
        kubernetes_version=cluster.kubernetes_version().removeprefix("v"),
        state="Succeeded",
    )
