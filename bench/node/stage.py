# SPDX-License-Identifier: Apache-2.0
"""What is measured: nodes that have nothing of ours yet, and the image that comes to them."""

import asyncio
import contextlib
import io
import tarfile
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from chain import images as built
from daemonset import images, installation
from ground import cluster, tree

from . import results


@dataclass(frozen=True, slots=True)
class Stage:
    """A shoot with nodes, see `opened`."""

    shoot: cluster.Cluster
    bundle: Path
    """The bundle that is in the image."""

    image: str
    configuration: str
    """Fallback configuration of the relay; empty for none."""

    async def install(self, name: str) -> None:
        """Apply the DaemonSet for a node; its pod starts at once."""
        configs = {"fallback": self.configuration} if self.configuration else {}
        ours = installation.Installation(self.shoot, name)
        await ours.apply(self.image, configs=configs)


@contextlib.asynccontextmanager
async def opened(nodes: int, configuration: str = "") -> AsyncIterator[Stage]:
    """Bring up so many nodes; at the end everything has gone.

    Raises `built.BuildFailed` and what `ground` raises.
    """
    specs = [tree.Spec(f"node-{number}") for number in range(1, nodes + 1)]
    archive = await asyncio.to_thread(built.built)
    with tempfile.TemporaryDirectory() as name:
        async with cluster.opened(*specs) as shoot:
            given = images.Images(shoot.registry, archive, Path(name))
            yield Stage(shoot, given.bundle, given.give(), configuration)


def measure_bundle(bundle: Path) -> results.Bundle:
    """Weigh a bundle: its files, and the tar of them as gzip makes it by default."""
    size = sum(
        path.stat().st_size
        for path in bundle.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6) as tar:
        tar.add(bundle, arcname="bundle")
    return results.Bundle(size, len(packed.getvalue()))
