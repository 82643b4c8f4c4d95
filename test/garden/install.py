# SPDX-License-Identifier: Apache-2.0
"""Make an API server a seed: our CRDs, and the rights of our chart's ServiceAccount."""

import asyncio
import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from controller import kube, names

from . import binaries, manifests
from .servers import Server
from .target import Target

CRDS = Path(__file__).with_name("crds")
SEED_CRDS = ("clusters", "extensions", "managedresources", "foreign")
"""Files in `crds/` that every seed has."""

CHART = binaries.PROJECT / "charts" / names.EXTENSION_NAME
NAMESPACE = "extension-cri-resmgr"
"""Namespace of the extension in the seed: `extension-<ControllerInstallation>`."""

RIGHTS = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
"""Kinds of the chart that decide what the controller may do."""


async def crds(client: kube.Client, files: Iterable[str] = SEED_CRDS) -> None:
    """Apply the CRDs of these files and wait until they are served."""
    target = Target(client)
    definitions = [
        definition
        for file in files
        for definition in yaml.safe_load_all(CRDS.joinpath(f"{file}.yaml").read_text("utf-8"))
    ]
    await asyncio.gather(*(target.apply(definition) for definition in definitions))


def chart(values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Render the seed chart as gardenlet does. Raises as `rendered`."""
    return rendered(CHART, names.EXTENSION_NAME, NAMESPACE, values)


def rendered(
    folder: Path, release: str, namespace: str, values: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Render a chart with Helm, in the order of application.

    Raises `binaries.ProgramMissing` without Helm, `ValueError` with Helm's words.
    """
    helm = str(binaries.find("helm")["helm"])
    command = [helm, "template", release, str(folder), f"--namespace={namespace}"]
    done = subprocess.run(
        [*command, "--values=-"],
        input=json.dumps(values or {}),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        message = f"cannot render {folder.name}: {done.stderr.strip()}"
        raise ValueError(message)
    objects = [obj for obj in yaml.safe_load_all(done.stdout) if obj is not None]
    order = {kind: number for number, kind in enumerate(manifests.ORDER)}
    return sorted(objects, key=lambda obj: order.get(obj["kind"], len(order)))


async def rights(
    server: Server, *, values: Mapping[str, Any] | None = None, kinds: Iterable[str] = RIGHTS
) -> Path:
    """Apply the chart's ServiceAccount and rules; give a kubeconfig file of that account.

    A controller that runs with it may do exactly what it may do in production.
    """
    wanted = set(kinds)
    objects = [obj for obj in chart(values) if obj["kind"] in wanted]
    async with server.client() as client:
        target = Target(client)
        await target.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        )
        for obj in objects:
            await target.apply(obj)
    account = next(obj for obj in objects if obj["kind"] == "ServiceAccount")
    metadata = account["metadata"]
    token = await server.service_account_token(
        metadata.get("namespace", NAMESPACE), metadata["name"]
    )
    return server.kubeconfig_file("controller", token)


async def seed(server: Server, *, values: Mapping[str, Any] | None = None) -> Path:
    """Make a server a seed: CRDs, namespace `garden`, rights; give the controller's kubeconfig."""
    async with server.client() as client:
        await crds(client)
        await Target(client).apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "garden"}}
        )
    return await rights(server, values=values)
