# SPDX-License-Identifier: Apache-2.0
"""Any object of any kind in one API server: applied, read, deleted.

Plurals and scopes come from the server's discovery, read once for each group and version and
again for a kind that it did not have.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from controller import kube

from . import mirror

Object = dict[str, Any]

FIELD_MANAGER = "gardener-resource-manager"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class UnknownKind(Exception):
    """The API server has no such kind."""


class Target:
    """One API server that objects are brought to."""

    def __init__(self, client: kube.Client) -> None:
        """Read nothing yet."""
        self._client = client
        self._kinds: dict[str, dict[str, tuple[str, bool]]] = {}

    async def path(self, obj: Mapping[str, Any]) -> str:
        """Give the path of an object or of an entry of `status.resources`.

        A namespaced object without a namespace is in `default`. Raises `UnknownKind`.
        """
        metadata = obj.get("metadata", obj)
        collection = await self.collection(
            obj["apiVersion"], obj["kind"], metadata.get("namespace") or "default"
        )
        return f"{collection}/{metadata['name']}"

    async def collection(self, version: str, kind: str, namespace: str) -> str:
        """Give the path of a kind's collection. Raises `UnknownKind`."""
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if kind not in self._kinds.get(version, {}):
            await self._discover(version, root)
        try:
            plural, namespaced = self._kinds[version][kind]
        except KeyError:
            message = f'no matches for kind "{kind}" in version "{version}"'
            raise UnknownKind(message) from None
        return f"{root}/namespaces/{namespace}/{plural}" if namespaced else f"{root}/{plural}"

    async def apply(self, obj: Object) -> Object:
        """Create or change an object by server-side apply; a CRD is there when it is served.

        Raises `UnknownKind`, `kube.ApiError`.
        """
        path = await self.path(obj)
        applied = await self._client.apply(path, obj, field_manager=FIELD_MANAGER)
        if obj["kind"] == "CustomResourceDefinition":
            await established(self._client, obj["metadata"]["name"])
        return applied

    async def get(self, obj: Mapping[str, Any]) -> Object | None:
        """Read an object; `None` if it or its kind is not there."""
        with suppress(kube.NotFound, UnknownKind):
            return await self._client.get(await self.path(obj))
        return None

    async def delete(self, obj: Mapping[str, Any]) -> None:
        """Delete an object if it is there.

        Background propagation: there is no garbage collector that would end a foreground one.
        """
        with suppress(kube.NotFound, UnknownKind):
            await self._client.delete(await self.path(obj))

    async def _discover(self, version: str, root: str) -> None:
        with suppress(kube.NotFound):
            answer = await self._client.get(root)
            self._kinds[version] = {
                resource["kind"]: (resource["name"], resource["namespaced"])
                for resource in answer["resources"]
                if "/" not in resource["name"]
            }


async def established(client: kube.Client, name: str) -> None:
    """Wait until a CRD is served. Raises `TimeoutError`."""
    async with mirror.Mirror(client, CRDS, field_selector=f"metadata.name={name}") as crds:
        await crds.until(("", name), _is_established, what="to be served")


def _is_established(crd: Object | None) -> bool:
    conditions = ((crd or {}).get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
