# SPDX-License-Identifier: Apache-2.0
"""Leases as objects: what stands in one, and how it is read and written.

Leader election (`leader`) and heartbeat (`heartbeat`) use them; who may write when is decided
there.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from . import kube
from .kube import paths


@dataclass(frozen=True, slots=True)
class Lease:
    """The spec of a Lease.

    The times are micro times as they stand in JSON; they are shown to people and compared for
    being equal, never against our own clock. `version` is the resourceVersion, empty for a Lease
    that is not stored yet.
    """

    holder: str
    duration: int
    acquire_time: str
    renew_time: str
    transitions: int
    version: str = field(default="", compare=False)


class Leases(Protocol):
    """One named Lease on a server; `ApiLease` is the real thing."""

    async def read(self) -> Lease | None:
        """Read it, `None` if it does not exist. Raises `kube.ApiError`."""

    async def create(self, lease: Lease) -> Lease:
        """Create it. Raises `kube.AlreadyExists`, `kube.ApiError`."""

    async def replace(self, lease: Lease) -> Lease:
        """Write it if it still has `lease.version`. Raises `kube.Conflict`, `kube.ApiError`."""


class ApiLease:
    """A Lease on an API server."""

    def __init__(self, client: kube.Client, namespace: str, name: str) -> None:
        self._client = client
        self._namespace = namespace
        self._name = name

    async def read(self) -> Lease | None:
        """Read it, `None` if it does not exist. Raises `kube.ApiError`."""
        try:
            return parse(await self._client.get(paths.lease(self._namespace, self._name)))
        except kube.NotFound:
            return None

    async def create(self, lease: Lease) -> Lease:
        """Create it. Raises `kube.AlreadyExists`, `kube.ApiError`."""
        path = paths.leases(self._namespace)
        return parse(await self._client.create(path, self._manifest(lease)))

    async def replace(self, lease: Lease) -> Lease:
        """Write it if it still has `lease.version`. Raises `kube.Conflict`, `kube.ApiError`."""
        path = paths.lease(self._namespace, self._name)
        return parse(await self._client.replace(path, self._manifest(lease)))

    async def renew(self, holder: str, duration: int, renew_time: str) -> None:
        """Set holder and time, whoever held it; create it if need be. Raises `kube.ApiError`."""
        path = paths.lease(self._namespace, self._name)
        spec = {
            "holderIdentity": holder,
            "leaseDurationSeconds": duration,
            "renewTime": renew_time,
        }
        try:
            await self._client.patch(path, {"spec": spec})
        except kube.NotFound:
            await self.create(Lease(holder, duration, renew_time, renew_time, 0))

    def _manifest(self, lease: Lease) -> dict[str, Any]:
        metadata = {"name": self._name, "namespace": self._namespace}
        if lease.version:
            metadata["resourceVersion"] = lease.version
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {
                "holderIdentity": lease.holder,
                "leaseDurationSeconds": lease.duration,
                "acquireTime": lease.acquire_time,
                "renewTime": lease.renew_time,
                "leaseTransitions": lease.transitions,
            },
        }


def parse(obj: dict[str, Any]) -> Lease:
    """Read a Lease as the API server gives it."""
    spec = obj.get("spec") or {}
    return Lease(
        holder=spec.get("holderIdentity") or "",
        duration=spec.get("leaseDurationSeconds") or 0,
        acquire_time=spec.get("acquireTime") or "",
        renew_time=spec.get("renewTime") or "",
        transitions=spec.get("leaseTransitions") or 0,
        version=obj["metadata"].get("resourceVersion", ""),
    )


def micro_time(moment: datetime) -> str:
    """Write a time as a Lease has it: UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
