# SPDX-License-Identifier: Apache-2.0
"""A stand-in for gardenlet: what it does to the Extension objects and Clusters of a seed.

Gardener contract, sections 2.4, 2.7, 2.8, 3 and Annex B. All waits share one watch of the
Extensions, so that hundreds of shoots can be waited for at the same time.
"""

import base64
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from controller import kube, names
from controller.kube import paths

from . import care, changes, mirror, ready, shoots

Object = dict[str, Any]

CONFIRMATION = "confirmation.gardener.cloud/deletion"
_SHOOT_LABELS = {"gardener.cloud/role": "shoot", "shoot.gardener.cloud/provider": "local"}


class Gardenlet:
    """Looks after the shoots of one seed; use it in an `async with`.

    A shoot is named by its technical id, which `prepare` gives. `kubeconfig` (with a token
    file) becomes the generic token kubeconfig of each shoot. `clock` gives nanoseconds since
    1970; the extension's clock must not be behind it.
    """

    def __init__(
        self,
        client: kube.Client,
        *,
        kubeconfig: str = "",
        clock: Callable[[], int] = time.time_ns,
        timeout: float = mirror.TIMEOUT,
    ) -> None:
        """Do nothing yet; `timeout` in seconds is each wait's limit unless one is given."""
        self.extensions = mirror.Mirror(client, paths.EXTENSIONS)
        self._client = client
        self._kubeconfig = kubeconfig
        self._clock = clock
        self._timeout = timeout
        self._options: dict[str, shoots.Options] = {}
        self._written: dict[tuple[str, str], int] = {}
        self._before: dict[tuple[str, str], object] = {}
        self._asked: set[tuple[str, str]] = set()

    async def __aenter__(self) -> Self:
        """Start to follow the Extensions."""
        self.extensions.listen(self._seen)
        await self.extensions.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop to follow the Extensions."""
        await self.extensions.__aexit__(*exc)

    # What a shoot is.

    async def prepare(
        self, name: str, options: shoots.Options | None = None, *, cluster: bool = True
    ) -> str:
        """Make a shoot's namespace, kubeconfig secret and Cluster; give its technical id.

        Without `cluster` the Cluster is still missing; `change` makes it.
        """
        shoot = f"shoot--test--{name}"
        labels = _SHOOT_LABELS | {f"extensions.gardener.cloud/{names.EXTENSION_TYPE}": "true"}
        namespace = {"apiVersion": "v1", "kind": "Namespace"}
        await self._client.create(
            "/api/v1/namespaces", namespace | {"metadata": {"name": shoot, "labels": labels}}
        )
        self._options[shoot] = options or shoots.Options()
        if self._kubeconfig:
            data = {"kubeconfig": base64.b64encode(self._kubeconfig.encode()).decode()}
            metadata = {"name": shoots.GENERIC_KUBECONFIG}
            secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
            await self._client.create(paths.secrets(shoot), secret)
        if cluster:
            await self.change(shoot)
        return shoot

    async def change(self, shoot: str, **options: Any) -> None:
        """Write the shoot's Cluster with some of its `shoots.Options` changed."""
        self._options[shoot] = replace(self._options[shoot], **options)
        wanted = shoots.cluster(shoot, self._options[shoot])
        try:
            there = await self._client.get(paths.cluster(shoot))
        except kube.NotFound:
            await self._client.create(paths.CLUSTERS, wanted)
            return
        patch = changes.merge_patch(there["spec"], wanted["spec"])
        await self._client.patch(paths.cluster(shoot), {"spec": patch})

    # One operation on an Extension.

    async def deploy(
        self,
        shoot: str,
        provider_config: object = None,
        *,
        annotate: bool = True,
        kind: str = names.EXTENSION_TYPE,
        name: str = "",
        extension_class: str | None = None,
    ) -> Object:
        """Create or change the Extension and ask for a reconcile, all in one write.

        Without `annotate` the spec changes and nothing is asked for. `name` is the type's
        unless given. Gives the object as written.
        """
        name = name or kind
        spec: Object = {"type": kind, "class": extension_class, "providerConfig": provider_config}
        spec = {key: value for key, value in spec.items() if value is not None}
        annotations = self._request("reconcile") if annotate else {}
        try:
            there = await self._client.get(paths.extension(shoot, name))
        except kube.NotFound:
            return await self._create(shoot, name, spec, annotations)
        patch: Object = {"spec": changes.merge_patch(there["spec"], spec)}
        if annotations:
            patch["metadata"] = {"annotations": annotations}
        return await self._patch(shoot, patch, name)

    async def reconcile(self, shoot: str, *, name: str = names.EXTENSION_TYPE) -> Object:
        """Ask for a reconcile of the unchanged Extension."""
        return await self.annotate(shoot, "reconcile", name=name)

    async def annotate(
        self, shoot: str, operation: str, *, name: str = names.EXTENSION_TYPE
    ) -> Object:
        """Set an operation annotation together with a new timestamp."""
        return await self._patch(
            shoot, {"metadata": {"annotations": self._request(operation)}}, name
        )

    async def wait(
        self,
        shoot: str,
        *,
        name: str = names.EXTENSION_TYPE,
        timeout: float | None = None,
        patient: bool = False,
    ) -> Object:
        """Wait until the Extension is ready by the rules of 2.4 and give it.

        An answer to the latest request must have begun, too: within one second the rules alone
        take the answer to an earlier request for it.
        Raises `ready.ExtensionFailed` as soon as the extension answers the latest request with
        an error, or with `patient` not, as the extension may try again; `mirror.Late` with what
        is missing when the time is over.
        """
        key = (shoot, name)

        def check(obj: Object | None) -> bool:
            if obj is None or mirror.version(obj) < self._written.get(key, 0):
                return False
            error = ready.failure(obj)
            if error is not None and key not in self._before and not patient:
                raise error
            return not ready.missing(obj) and (key not in self._before or key not in self._asked)

        obj = await self._until(key, check, timeout, "to be ready")
        assert obj is not None
        return obj

    async def enable(
        self, shoot: str, provider_config: object = None, *, timeout: float | None = None
    ) -> Object:
        """Deploy and wait: what happens when a shoot owner enables or changes the extension."""
        await self.deploy(shoot, provider_config)
        return await self.wait(shoot, timeout=timeout)

    async def delete(
        self,
        shoot: str,
        *,
        name: str = names.EXTENSION_TYPE,
        wait: bool = True,
        timeout: float | None = None,
    ) -> None:
        """Delete the Extension: confirmation and timestamp, then delete, then wait until gone.

        Nothing happens if there is none. Raises `mirror.Late` with what the extension says.
        """
        annotations = {CONFIRMATION: "true", names.TIMESTAMP_ANNOTATION: self._now()}
        try:
            await self._patch(shoot, {"metadata": {"annotations": annotations}}, name)
            await self._client.delete(paths.extension(shoot, name))
        except kube.NotFound:
            return
        if wait:
            await self.wait_gone(shoot, name=name, timeout=timeout)

    async def wait_gone(
        self, shoot: str, *, name: str = names.EXTENSION_TYPE, timeout: float | None = None
    ) -> None:
        """Wait until the Extension is gone. Raises `mirror.Late` with what it says."""
        await self._until((shoot, name), lambda obj: obj is None, timeout, "to be gone")

    async def disable(self, shoot: str, *, timeout: float | None = None) -> None:
        """Take the namespace's label, then delete: the owner has removed the extension.

        A hibernated shoot is not waited for (2.8).
        """
        label = {f"extensions.gardener.cloud/{names.EXTENSION_TYPE}": None}
        await self._client.patch(f"/api/v1/namespaces/{shoot}", {"metadata": {"labels": label}})
        await self.delete(shoot, wait=not self._options[shoot].hibernation, timeout=timeout)

    # Operations on the whole shoot.

    async def migrate(self, shoot: str, *, timeout: float | None = None) -> Object:
        """Take the shoot off this seed: migrate, wait, delete; give what the ShootState keeps."""
        await self.change(shoot, operation="Migrate", state="Processing")
        await self.annotate(shoot, "migrate")
        key = (shoot, names.EXTENSION_TYPE)

        def check(obj: Object | None) -> bool:
            last = _last_operation(obj) or {}
            return (last.get("type"), last.get("state")) == ("Migrate", "Succeeded")

        obj = await self._until(key, check, timeout, "to be migrated")
        assert obj is not None
        await self.delete(shoot, timeout=timeout)
        kept = {key: obj["status"].get(key) for key in ("state", "resources")}
        return {key: value for key, value in kept.items() if value is not None}

    async def restore(
        self,
        shoot: str,
        provider_config: object = None,
        *,
        state: Mapping[str, Any] | None = None,
        wait: bool = True,
        timeout: float | None = None,
    ) -> None:
        """Bring the shoot to this seed: create waiting, give it its state, then restore.

        `state` is what `migrate` gave. Without `wait` the last step is left to
        `annotate(shoot, "restore")`.
        """
        await self.change(shoot, operation="Restore", state="Processing")
        spec: Object = {"type": names.EXTENSION_TYPE}
        if provider_config is not None:
            spec["providerConfig"] = provider_config
        waiting = self._request("wait-for-state")
        await self._create(shoot, names.EXTENSION_TYPE, spec, waiting)
        if state:
            path = paths.extension(shoot, names.EXTENSION_TYPE)
            await self._client.patch(f"{path}/status", {"status": dict(state)})
        if wait:
            await self.annotate(shoot, "restore")
            await self.wait(shoot, timeout=timeout)

    async def hibernate(self, shoot: str, *, done: bool = True) -> None:
        """Tell by the Cluster that the shoot goes to sleep; `done`: that it sleeps."""
        await self.change(shoot, hibernation=True, hibernated=done)

    async def wake(self, shoot: str, *, done: bool = True) -> None:
        """Tell by the Cluster that the shoot wakes up; `done`: that it is awake."""
        await self.change(shoot, hibernation=False, hibernated=not done)

    async def fail(self, shoot: str) -> None:
        """Tell by the Cluster that gardenlet has given up on the shoot."""
        await self.change(shoot, state="Failed")

    async def delete_shoot(self, shoot: str, *, timeout: float | None = None) -> None:
        """Delete the shoot: its Extension, then all ManagedResources of no class must be gone.

        Raises `mirror.Late` when something stays.
        """
        await self.change(shoot, deleted_at=self._now(), operation="Delete", state="Processing")
        await self.delete(shoot, timeout=timeout)
        left = [
            resource["metadata"]["name"]
            for resource in await self._managed_resources(shoot)
            if not resource["spec"].get("class")
        ]
        if left:
            message = f"cannot delete {shoot}: managed resources are left: {', '.join(left)}"
            raise mirror.Late(message, None)
        await self.forget(shoot)

    async def force_delete(self, shoot: str, *, timeout: float | None = None) -> None:
        """Delete the shoot by force; ManagedResources that are left lose their finalizers."""
        await self.change(shoot, deleted_at=self._now(), force_deletion=True, operation="Delete")
        await self.delete(shoot, timeout=timeout)
        for resource in await self._managed_resources(shoot):
            path = paths.managed_resource(shoot, resource["metadata"]["name"])
            # One that was being deleted may go meanwhile.
            with contextlib.suppress(kube.NotFound):
                await self._client.patch(path, {"metadata": {"finalizers": None}})
                if "deletionTimestamp" not in resource["metadata"]:
                    await self._client.delete(path)
        await self.forget(shoot)

    async def forget(self, shoot: str) -> None:
        """Delete the shoot's Cluster; its namespace stays, as nothing removes namespaces here."""
        await self._client.delete(paths.cluster(shoot))

    async def care(
        self, shoot: str, *, extension_namespace: str, now: datetime | None = None
    ) -> dict[str, care.Condition]:
        """Evaluate the shoot's health conditions as they are at `now` (UTC)."""
        extensions = await self._client.get(
            f"/apis/extensions.gardener.cloud/v1alpha1/namespaces/{shoot}/extensions"
        )
        heartbeat = None
        try:
            lease = await self._client.get(paths.lease(extension_namespace, names.HEARTBEAT_LEASE))
            heartbeat = datetime.fromisoformat(lease["spec"]["renewTime"])
        except kube.NotFound:
            pass
        return care.conditions(
            extensions["items"],
            await self._managed_resources(shoot),
            heartbeat=heartbeat,
            now=now or datetime.fromtimestamp(self._clock() / 1e9, UTC),
        )

    # Writes are remembered: a wait must not take the state before them for the answer.

    async def _create(
        self, shoot: str, name: str, spec: Object, annotations: Mapping[str, str]
    ) -> Object:
        metadata = {"name": name, "namespace": shoot, "annotations": dict(annotations)}
        obj = {
            "apiVersion": "extensions.gardener.cloud/v1alpha1",
            "kind": "Extension",
            "metadata": metadata,
            "spec": spec,
        }
        path = f"/apis/extensions.gardener.cloud/v1alpha1/namespaces/{shoot}/extensions"
        return self._remember(await self._client.create(path, obj))

    async def _patch(self, shoot: str, patch: Object, name: str) -> Object:
        return self._remember(await self._client.patch(paths.extension(shoot, name), patch))

    def _remember(self, obj: Object) -> Object:
        key = (obj["metadata"]["namespace"], obj["metadata"]["name"])
        self._written[key] = mirror.version(obj)
        self._before[key] = _last_operation(obj)
        annotated = names.OPERATION_ANNOTATION in (obj["metadata"].get("annotations") or {})
        (self._asked.add if annotated else self._asked.discard)(key)
        self._seen(key, self.extensions.objects.get(key))
        return obj

    def _seen(self, key: tuple[str, str], obj: Object | None) -> None:
        """Forget the outcome before the latest request once the extension has begun to answer."""
        if obj is not None and mirror.version(obj) < self._written.get(key, 0):
            return
        if key in self._before and self._before[key] != _last_operation(obj):
            del self._before[key]

    async def _until(
        self, key: tuple[str, str], check: mirror.Check, timeout: float | None, what: str
    ) -> Object | None:
        limit = self._timeout if timeout is None else timeout
        try:
            return await self.extensions.until(key, check, timeout=limit, what=what)
        except mirror.Late as late:
            operation = _last_operation(late.last)
            said = f"; last operation: {operation}" if operation else ""
            message = f"{late}: {ready.missing(late.last)}{said}"
            raise mirror.Late(message, late.last) from late

    async def _managed_resources(self, shoot: str) -> list[Object]:
        found: list[Object] = (await self._client.get(paths.managed_resources(shoot)))["items"]
        return found

    def _request(self, operation: str) -> dict[str, str]:
        return {names.OPERATION_ANNOTATION: operation, names.TIMESTAMP_ANNOTATION: self._now()}

    def _now(self) -> str:
        whole, nanoseconds = divmod(self._clock(), 10**9)
        return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def _last_operation(obj: Object | None) -> Object | None:
    found: Object | None = ((obj or {}).get("status") or {}).get("lastOperation")
    return found
