# SPDX-License-Identifier: Apache-2.0
"""The whole test ground for one test or demonstration: clients and stand-ins on two servers."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from controller import kube
from controller.kube import paths

from . import gardenlet, install, nodes, resource_manager, servers

GENERIC_TOKEN_FILE = "/var/run/secrets/gardener.cloud/shoot/generic-kubeconfig/token"
"""Where pods find the token that the generic kubeconfig names."""

_MANAGED = {"labelSelector": f"{resource_manager.MANAGED_BY}=gardener"}
_SHOOT_KINDS = (
    "/apis/apps/v1/namespaces/kube-system/daemonsets",
    "/api/v1/namespaces/kube-system/configmaps",
    "/api/v1/namespaces/kube-system/serviceaccounts",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/rolebindings",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Clients of the administrator, and the stand-ins at work.

    `kubeconfig` is the file for the controller: the rights of its chart, nothing else.
    """

    seed_server: servers.Server
    shoot_server: servers.Server
    seed: kube.Client
    shoot: kube.Client
    gardenlet: gardenlet.Gardenlet
    resource_manager: resource_manager.ResourceManager
    kubeconfig: Path

    def name(self) -> str:
        """Make up a shoot name that no other test has."""
        return secrets.token_hex(4)


@asynccontextmanager
async def opened(
    seed_server: servers.Server, shoot_server: servers.Server, kubeconfig: Path
) -> AsyncIterator[Ground]:
    """Open clients and start the stand-ins on servers that run; scrub both at the end."""
    generic = shoot_server.kubeconfig(token_file=GENERIC_TOKEN_FILE)
    async with (
        seed_server.client() as seed,
        shoot_server.client() as shoot,
        gardenlet.Gardenlet(seed, kubeconfig=generic) as at_work,
        resource_manager.ResourceManager(seed, shoot) as manager,
    ):
        try:
            yield Ground(seed_server, shoot_server, seed, shoot, at_work, manager, kubeconfig)
        finally:
            manager.reset()
            await scrub_seed(seed)
            await scrub_shoot(shoot)


async def scrub_seed(seed: kube.Client, *, leases: bool = True) -> None:
    """Remove all Extensions, ManagedResources and Clusters, whoever holds them, and our Leases.

    What a failed test leaves must not keep the next one's controller busy, nor may the Lease of
    a controller that was killed keep it waiting. `leases` stay while a controller runs on.
    """
    for path in (paths.EXTENSIONS, paths.MANAGED_RESOURCES, paths.CLUSTERS):
        await _remove_all(seed, path, {})
    if leases:
        await _remove_all(seed, paths.leases(install.NAMESPACE), {})


async def scrub_shoot(shoot: kube.Client) -> None:
    """Remove what resource managers have applied, and all nodes."""
    for path in _SHOOT_KINDS:
        await _remove_all(shoot, path, _MANAGED)
    await nodes.remove(shoot)


async def _remove_all(client: kube.Client, path: str, params: dict[str, str]) -> None:
    group, _, plural = path.rpartition("/")
    for obj in (await client.get(path, params=params))["items"]:
        metadata = obj["metadata"]
        namespace = metadata.get("namespace")
        prefix = (
            group if "/namespaces/" in group or not namespace else f"{group}/namespaces/{namespace}"
        )
        one = f"{prefix}/{plural}/{metadata['name']}"
        try:
            if metadata.get("finalizers"):
                await client.patch(one, {"metadata": {"finalizers": None}})
            await client.delete(one)
        except kube.NotFound:
            continue
