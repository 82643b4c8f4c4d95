# SPDX-License-Identifier: Apache-2.0
"""The admission webhook in a shoot: its chart as it is shipped, its image from the Dockerfile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from daemonset import waiting
from garden import binaries, install, target
from ground import cluster

from controller import kube

from . import images

NAMESPACE = "cri-resmgr"
NAME = "cri-resmgr-webhook"
DEPLOYMENT = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}"
TAG = "built"


@contextlib.asynccontextmanager
async def admitting(shoot: cluster.Cluster, archive: Path) -> AsyncIterator[None]:
    """The webhook at work: every pod that is created meanwhile has been shown to it.

    At the end its objects go, and the namespace with its pods is left to the shoot.
    """
    repository = images.REPOSITORIES[images.WEBHOOK]
    shoot.registry.add(archive, f"{repository}:{TAG}")
    values = {"image": {"repository": repository, "tag": TAG}, "replicaCount": 1}
    folder = binaries.PROJECT / "charts" / NAME
    objects = await asyncio.to_thread(install.rendered, folder, NAME, NAMESPACE, values)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    async with shoot.client() as client:
        brought = target.Target(client)
        try:
            for each in (space, *objects):
                await brought.apply(each)
            await shoot.until(DEPLOYMENT, _available, what="to be available")
            await _until_asked(client)
            yield
        finally:
            for each in (*reversed(objects), space):
                await brought.delete(each)


def _available(obj: cluster.Object | None) -> bool:
    return bool(obj and obj.get("status", {}).get("availableReplicas"))


async def _until_asked(client: kube.Client, *, timeout: float = 60.0) -> None:
    """Wait until the API server asks the webhook, which fails open before. Raises `waiting.Late`.

    A pod that is only tried shows it.
    """
    pods = "/api/v1/namespaces/default/pods?dryRun=All"
    tried = cluster.pod("tried")
    async for _ in waiting.tries(timeout):
        made = await client.create(pods, tried)
        if "intel.com/resources" in (made["metadata"].get("annotations") or {}):
            return
    raise waiting.Late(f"the API server does not ask the webhook in {timeout:.0f} s")
