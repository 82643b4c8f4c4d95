# SPDX-License-Identifier: Apache-2.0
"""A stand-in for the gardener-resource-managers of a seed and of its shoots.

It reads ManagedResources and their secrets as the real ones do, applies the objects for real,
and says so in the status. Gardener contract, sections 4.1 to 4.5. Where no controllers start pods,
whether DaemonSets are healthy is not looked at but switched.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from controller import kube
from controller.kube import paths, watch

from . import manifests, mirror, rollouts, switches, tokens, workers
from .target import Target, UnknownKind

Object = dict[str, Any]

FINALIZER = "resources.gardener.cloud/gardener-resource-manager"
"""Of ManagedResources without a class; others have the class appended after a dash."""

IGNORE = "resources.gardener.cloud/ignore"
MODE = "resources.gardener.cloud/mode"
KEEP_OBJECT = "resources.gardener.cloud/keep-object"
REPLACE_INVALID = "resources.gardener.cloud/delete-on-invalid-update"
ORIGIN = "resources.gardener.cloud/origin"
DESCRIPTION = "resources.gardener.cloud/description"
MANAGED_BY = "resources.gardener.cloud/managed-by"

DAEMON_SETS = "/apis/apps/v1/daemonsets"

KNOWN_MANIFESTS = 64
"""Decoded manifests that are remembered: many shoots have the same, and YAML is slow."""

_DESCRIPTION = "Managed by a gardener-resource-manager: changes are overwritten."


class ApplyFailed(Exception):
    """Objects could not be applied or removed; the text says which and why."""


class ResourceManager:
    """Looks after all ManagedResources of a seed; use it in an `async with`.

    Those without a class go to the API server of `shoot`, whichever shoot they belong to, those
    of class `seed` to the seed's own. With `shoot=None` or `apply=False` objects are decoded
    and counted as applied but brought nowhere, which is enough for large numbers. `pods`: the shoot
    has controllers and nodes, so its DaemonSets are looked at.
    """

    def __init__(
        self,
        seed: kube.Client,
        shoot: kube.Client | None,
        *,
        apply: bool = True,
        concurrency: int = 10,
        pods: bool = False,
    ) -> None:
        """Do nothing yet."""
        self.resources = mirror.Mirror(seed, paths.MANAGED_RESOURCES)
        self._seed = seed
        self._targets: dict[str, Target | None] = {"": None, "seed": None}
        if apply:
            self._targets = {"": Target(shoot) if shoot else None, "seed": Target(seed)}
        self.tokens = tokens.Requestor(seed, shoot) if shoot else None
        self._daemon_sets: mirror.Mirror | None = None
        if pods and shoot is not None:
            managed = f"{MANAGED_BY}=gardener"
            self._daemon_sets = mirror.Mirror(shoot, DAEMON_SETS, label_selector=managed)
        self._rules: list[switches.Rule] = []
        self._done: dict[watch.Key, object] = {}
        self._decoded: dict[str, list[Object]] = {}
        self._workers = workers.Workers(self._reconcile, concurrency=concurrency)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start to work on what is there and on what comes."""
        self.resources.listen(lambda key, _: self._workers.add(key))
        self._stack.push_async_callback(self._workers.close)
        await self._stack.enter_async_context(self.resources)
        if self.tokens is not None:
            await self._stack.enter_async_context(self.tokens)
        if self._daemon_sets is not None:
            self._daemon_sets.listen(lambda *_: self._look_again())
            await self._stack.enter_async_context(self._daemon_sets)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop; nothing is cleaned up, as when the process ends."""
        await self._stack.aclose()

    def switch(
        self, namespace: str = "*", name: str = "*", *, class_: str = "", **changes: Any
    ) -> None:
        """Turn `switches.Switches` for some ManagedResources and have them show it."""
        self._rules.append(switches.Rule(namespace, name, class_, changes))
        self.resync()

    def reset(self) -> None:
        """Turn all switches back."""
        self._rules.clear()
        self.resync()

    def resync(self) -> None:
        """Go through all ManagedResources again, as the real ones do each minute."""
        self._done.clear()
        for key in self.resources.objects:
            self._workers.add(key)

    def _look_again(self) -> None:
        """Go through the ManagedResources of the shoot: a DaemonSet has changed there."""
        for key, resource in self.resources.objects.items():
            if not resource["spec"].get("class"):
                self._done.pop(key, None)
                self._workers.add(key)

    async def settled(
        self, namespace: str, name: str, *, timeout: float = mirror.TIMEOUT
    ) -> Object:
        """Wait until a ManagedResource's status answers the spec of now; give it."""
        there = await self._seed.get(paths.managed_resource(namespace, name))

        def check(obj: Object | None) -> bool:
            if obj is None or mirror.version(obj) < mirror.version(there):
                return False
            observed: int = (obj.get("status") or {}).get("observedGeneration", 0)
            wanted: int = there["metadata"]["generation"]
            return observed >= wanted

        found = await self.resources.until((namespace, name), check, timeout=timeout)
        assert found is not None
        return found

    async def _reconcile(self, key: watch.Key) -> bool:
        """Bring one ManagedResource to where it should be; True to be called again soon."""
        resource = self.resources.objects.get(key)
        class_ = (resource or {}).get("spec", {}).get("class", "")
        if resource is None or class_ not in self._targets:
            self._done.pop(key, None)
            return False
        turned = switches.of(self._rules, *key, class_)
        metadata = resource["metadata"]
        ignored = (metadata.get("annotations") or {}).get(IGNORE) == "true"
        deleted = metadata.get("deletionTimestamp")
        state = (metadata["uid"], metadata["generation"], deleted, turned, ignored)
        if turned.down or self._done.get(key) == state:
            return False
        if turned.delay:
            await asyncio.sleep(turned.delay)
        if "deletionTimestamp" in metadata:
            again = await self._delete(resource, class_)
        elif ignored:
            again = False
            await self._report(resource, switches.IGNORED)
        else:
            again = await self._bring(resource, class_, turned)
        if not again:
            self._done[key] = state
        return again

    async def _bring(self, resource: Object, class_: str, turned: switches.Switches) -> bool:
        """Apply the manifests, remove what left them, report; True if that has to be repeated."""
        resource = await self._hold(resource, _finalizer(class_))
        generation = resource["metadata"]["generation"]
        new = (resource.get("status") or {}).get("observedGeneration") != generation
        if turned.stepwise and new:
            resource = await self._report(resource, switches.APPLYING, observed=False)
        try:
            secrets = await self._secrets(resource)
        except kube.NotFound as error:
            verdicts = switches.not_applied("CannotReadSecret", str(error), new=new)
            await self._report(resource, verdicts)
            return True
        try:
            objects = [_dress(obj, resource) for obj in self._decode(secrets)]
        except manifests.DecodingFailed as error:
            verdicts = switches.not_applied("DecodingFailed", str(error), new=new)
            await self._report(resource, verdicts)
            return False
        try:
            await self._apply(resource, objects, self._targets[class_], turned.failing)
        except ApplyFailed as error:
            await self._report(resource, switches.not_applied("ApplyFailed", str(error), new=new))
            return not turned.failing
        more = {
            "resources": [_entry(obj) for obj in objects],
            "secretsDataChecksum": manifests.checksum(secrets),
        }
        if turned.stepwise and new:
            resource = await self._report(resource, switches.APPLIED_UNCHECKED, observed=False)
        turned = await self._seen(turned, objects, self._targets[class_])
        await self._report(resource, switches.applied(turned), more=more)
        return False

    async def _seen(
        self, turned: switches.Switches, objects: list[Object], target: Target | None
    ) -> switches.Switches:
        """Take what the DaemonSets of a shoot with pods show for what is switched.

        They are read after the apply: what a watch has of them may be from before it.
        """
        if self._daemon_sets is None or target is None:
            return turned
        found = [await target.get(obj) for obj in objects if obj["kind"] == "DaemonSet"]
        unhealthy, progressing = rollouts.worst(filter(None, found))
        if unhealthy[1] and not turned.unhealthy:
            turned = replace(turned, unhealthy_one=unhealthy[0], unhealthy=unhealthy[1])
        if progressing[1] and not turned.progressing:
            turned = replace(turned, progressing_one=progressing[0], progressing=progressing[1])
        return turned

    async def _hold(self, resource: Object, finalizer: str) -> Object:
        """Add our finalizer if it is missing; give the object as it is then."""
        metadata = resource["metadata"]
        there = metadata.get("finalizers") or []
        if finalizer in there:
            return resource
        patch = {
            "resourceVersion": metadata["resourceVersion"],
            "finalizers": [*there, finalizer],
        }
        path = paths.managed_resource(metadata["namespace"], metadata["name"])
        held = await self._seed.patch(path, {"metadata": patch})
        self.resources.put(held)
        return held

    async def _secrets(self, resource: Object) -> list[Object]:
        namespace = resource["metadata"]["namespace"]
        found = [reference["name"] for reference in resource["spec"]["secretRefs"]]
        return [await self._seed.get(paths.secret(namespace, name)) for name in found]

    def _decode(self, secrets: list[Object]) -> list[Object]:
        """Decode manifests, once for many shoots that have the same."""
        checksum = manifests.checksum(secrets)
        if checksum not in self._decoded:
            if len(self._decoded) >= KNOWN_MANIFESTS:
                self._decoded.clear()
            self._decoded[checksum] = manifests.decode(secrets)
        return self._decoded[checksum]

    async def _apply(
        self, resource: Object, objects: list[Object], target: Target | None, failing: str
    ) -> None:
        """Apply all objects, then delete those of the last time that are not among them."""
        if failing:
            raise ApplyFailed(failing)
        if target is None:
            return
        for obj in objects:
            if _annotation(obj, MODE) == "Ignore":
                continue
            try:
                await _apply_one(target, obj)
            except (kube.ApiError, UnknownKind) as error:
                message = (
                    "Could not apply all new resources: error during apply of object "
                    f'"{manifests.text(obj)}": {error}'
                )
                raise ApplyFailed(message) from error
        wanted = {manifests.reference(obj) for obj in objects}
        before = (resource.get("status") or {}).get("resources") or []
        gone = [entry for entry in before if manifests.reference(entry) not in wanted]
        if await self._remove(target, gone):
            message = f"Deletion of old resources has not finished: {manifests.text(gone[0])}"
            raise ApplyFailed(message)

    async def _remove(self, target: Target, entries: list[Object]) -> list[Object]:
        """Delete objects all at once, those to be kept excepted; give those still there."""

        async def remove(entry: Object) -> bool:
            there = await target.get(entry)
            if there is None or _annotation(entry, KEEP_OBJECT) == "true":
                return False
            if _annotation(there, KEEP_OBJECT) == "true" or _annotation(there, MODE) == "Ignore":
                return False
            await target.delete(entry)
            return await target.get(entry) is not None

        left = await asyncio.gather(*(remove(entry) for entry in entries))
        return [entry for entry, there in zip(entries, left, strict=True) if there]

    async def _delete(self, resource: Object, class_: str) -> bool:
        """Delete the objects, then let the ManagedResource go; True while objects are left."""
        metadata = resource["metadata"]
        finalizer = _finalizer(class_)
        if finalizer not in (metadata.get("finalizers") or []):
            return False
        target = self._targets[class_]
        entries = (resource.get("status") or {}).get("resources") or []
        if target is not None and not resource["spec"].get("keepObjects"):
            try:
                left = await self._remove(target, entries)
            except kube.ApiError as error:
                verdict = ("ResourcesApplied", "False", "DeletionFailed", str(error))
                await self._report(resource, [verdict])
                return True
            if left:
                message = f'The resources are being deleted: "{manifests.text(left[0])}" is left.'
                await self._report(resource, switches.deleting(message))
                return True
        patch = {
            "resourceVersion": metadata["resourceVersion"],
            "finalizers": [each for each in metadata["finalizers"] if each != finalizer],
        }
        try:
            await self._seed.patch(
                paths.managed_resource(metadata["namespace"], metadata["name"]),
                {"metadata": patch},
            )
        except kube.NotFound:
            return False
        return False

    async def _report(
        self,
        resource: Object,
        verdicts: list[switches.Verdict],
        *,
        observed: bool = True,
        more: Mapping[str, Any] | None = None,
    ) -> Object:
        """Write what has changed of the status, in one patch; give the object as it is then."""
        status = resource.get("status") or {}
        wanted: Object = dict(more or {})
        there = status.get("conditions") or []
        wanted["conditions"] = switches.merge(there, verdicts, datetime.now(UTC))
        if observed:
            wanted["observedGeneration"] = resource["metadata"]["generation"]
        changed = {key: value for key, value in wanted.items() if status.get(key) != value}
        if changed:
            metadata = resource["metadata"]
            path = paths.managed_resource(metadata["namespace"], metadata["name"])
            resource = await self._seed.patch(f"{path}/status", {"status": changed})
            self.resources.put(resource)
        return resource


async def _apply_one(target: Target, obj: Object) -> None:
    try:
        await target.apply(obj)
    except kube.Invalid as error:
        if _annotation(obj, REPLACE_INVALID) != "true":
            message = f"{manifests.text(obj)} is invalid: {error}"
            raise kube.Invalid(error.status, error.reason, message) from error
        await target.delete(obj)
        await target.apply(obj)


def _dress(obj: Object, resource: Object) -> Object:
    """Give the object with what a resource manager adds to each."""
    metadata = dict(obj["metadata"])
    owner = f"{resource['metadata']['namespace']}/{resource['metadata']['name']}"
    metadata["annotations"] = (metadata.get("annotations") or {}) | {
        DESCRIPTION: _DESCRIPTION,
        ORIGIN: owner,
    }
    metadata["labels"] = (
        (metadata.get("labels") or {})
        | (resource["spec"].get("injectLabels") or {})
        | {MANAGED_BY: "gardener"}
    )
    return obj | {"metadata": metadata}


def _entry(obj: Object) -> Object:
    """Give an object's entry in `status.resources`."""
    version, kind, namespace, name = manifests.reference(obj)
    entry: Object = {"apiVersion": version, "kind": kind, "name": name}
    if namespace:
        entry["namespace"] = namespace
    return entry | {
        key: obj["metadata"][key] for key in ("annotations", "labels") if key in obj["metadata"]
    }


def _annotation(obj: Mapping[str, Any], name: str) -> str:
    """Read an annotation of an object or of an entry of `status.resources`."""
    found: Mapping[str, str] = obj.get("metadata", obj).get("annotations") or {}
    return found.get(name, "")


def _finalizer(class_: str) -> str:
    return f"{FINALIZER}-{class_}" if class_ else FINALIZER
