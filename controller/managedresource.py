# SPDX-License-Identifier: Apache-2.0
"""ManagedResources and their Secrets: how they are built, and the only code that writes them.

Built as Gardener's own helpers build them (section 4.2): one immutable Secret, named by the
checksum of its data, holding all manifests as one brotli-compressed YAML stream. The same
input gives the same bytes, the same name and no write (MR-2).
"""

import base64
import contextlib
import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import brotli

from . import kube, names, observed
from .kube import paths

DATA_KEY = "data.yaml.br"
QUALITY = 5
"""Brotli's: 0.4 ms for 24 kB of YAML; the default of 11 takes 33 ms and saves a sixth."""

CACHED = 100_000
"""Bytes up to which an input is remembered with what came of it: configs may be 512 KiB a shoot."""

REMEMBERED = 10
"""Replaced Secrets that a ManagedResource remembers; what falls off the list is deleted."""

_REFERENCE = "reference.resources.gardener.cloud/secret-"


class BeingDeleted(Exception):
    """The ManagedResource is on its way out and cannot be changed; try again when it has gone."""


@dataclass(frozen=True, slots=True)
class Desired:
    """What a ManagedResource should be.

    `manifests` are file name -> YAML bytes. `klass` is empty for the shoot, `seed` for the seed.
    `labels` and `annotations` come on top of those that every ManagedResource of ours has.
    """

    namespace: str
    name: str
    manifests: Mapping[str, bytes]
    klass: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def inject_labels(self) -> dict[str, str]:
        """Keep gardenlet's clean-up of user objects away from what lies in the shoot (4.2)."""
        return {} if self.klass else {"shoot.gardener.cloud/no-cleanup": "true"}


def stream(manifests: Mapping[str, bytes]) -> bytes:
    """Join manifests to one YAML stream, ordered by file name."""
    parts = [manifests[name].strip(b"\n") for name in sorted(manifests)]
    return b"---\n" + b"\n---\n".join(parts) + b"\n"


def compress(text: bytes) -> bytes:
    """Compress with fixed parameters; most shoots have the same few inputs, so it is cached."""
    return _brotli(text) if len(text) > CACHED else _remembered(text)


def _brotli(text: bytes) -> bytes:
    return bytes(brotli.compress(text, quality=QUALITY))


_remembered = functools.lru_cache(maxsize=32)(_brotli)


def secret_name(managed_resource: str, data: Mapping[str, bytes]) -> str:
    """Name the Secret by the checksum of its data, as Gardener's helper does."""
    sums = [hashlib.sha256(data[key]).hexdigest() for key in sorted(data)]
    return f"managedresource-{managed_resource}-{_short_sum(''.join(sums))}"


def build_secret(desired: Desired) -> dict[str, Any]:
    """Build the Secret with the manifests."""
    data = {DATA_KEY: compress(stream(desired.manifests))}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret_name(desired.name, data),
            "namespace": desired.namespace,
            "labels": {
                "resources.gardener.cloud/garbage-collectable-reference": "true",
                "origin": names.ORIGIN,
            },
        },
        "type": "Opaque",
        "immutable": True,
        "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
    }


def build(desired: Desired, secret: str, replaced: tuple[str, ...] = ()) -> dict[str, Any]:
    """Build the ManagedResource that refers to `secret`."""
    annotations = {**desired.annotations, reference(secret): secret}
    if replaced:
        annotations[observed.REPLACED_ANNOTATION] = ",".join(replaced)
    spec: dict[str, Any] = {"secretRefs": [{"name": secret}], "keepObjects": False}
    if desired.klass:
        spec["class"] = desired.klass
    if desired.inject_labels:
        spec["injectLabels"] = desired.inject_labels
    return {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {
            "name": desired.name,
            "namespace": desired.namespace,
            "labels": {"origin": names.ORIGIN, **desired.labels},
            "annotations": annotations,
        },
        "spec": spec,
    }


def reference(secret: str) -> str:
    """Key of the annotation by which the garbage collector sees that a Secret is in use."""
    return _REFERENCE + _short_sum(secret)


def difference(seen: observed.ManagedResource, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give the merge patch that leads from `seen` to `wanted`, empty if there is nothing to do.

    References to other Secrets, and annotations of ours that are no longer wanted, go; what
    others have put on the object stays.
    """
    metadata = wanted["metadata"]
    stale = {
        key: None
        for key in seen.annotations
        if key not in metadata["annotations"] and key.startswith((_REFERENCE, f"{names.DOMAIN}/"))
    }
    patch: dict[str, Any] = {}
    changed = {
        "labels": _missing(seen.labels, metadata["labels"]),
        "annotations": _missing(seen.annotations, metadata["annotations"]) | stale,
    }
    if any(changed.values()):
        patch["metadata"] = {key: value for key, value in changed.items() if value}
    spec = wanted["spec"]
    same = (
        seen.secrets == tuple(ref["name"] for ref in spec["secretRefs"])
        and seen.keep_objects == spec["keepObjects"]
        and seen.klass == spec.get("class", "")
        and dict(seen.inject_labels) == spec.get("injectLabels", {})
    )
    if not same:
        gone = {key: None for key in seen.inject_labels if key not in spec.get("injectLabels", {})}
        patch["spec"] = {
            **spec,
            "class": spec.get("class"),
            "injectLabels": {**spec.get("injectLabels", {}), **gone} or None,
        }
    return patch


class Writer:
    """Brings ManagedResources and their Secrets to what is wanted, or away.

    `learn` is told each ManagedResource that the server answered with, so that a cache never
    lags behind our own writes.
    """

    def __init__(
        self, client: kube.Client, learn: Callable[[observed.ManagedResource], object]
    ) -> None:
        """Write through `client`."""
        self._client = client
        self._learn = learn

    async def find(self, namespace: str, name: str) -> observed.ManagedResource | None:
        """Read one ManagedResource by name. Raises `kube.ApiError`."""
        try:
            found = await self._client.get(paths.managed_resource(namespace, name))
        except kube.NotFound:
            return None
        return self._learned(found)

    async def apply(self, desired: Desired, seen: observed.ManagedResource | None) -> bool:
        """Bring one to its content; tell whether anything had to be written.

        `seen` is what the cache has, `None` if it has none; an object that the cache does not
        show (the Go extension's, MR-3) is found by its name and taken over.
        Raises `BeingDeleted`, `kube.ApiError`.
        """
        secret = build_secret(desired)
        name = secret["metadata"]["name"]
        if seen is None:
            await self._create_secret(desired, secret)
            if await self._create(desired, name):
                return True
            seen = await self.find(desired.namespace, desired.name)
        if seen is None or seen.deleting:
            place = f"{desired.namespace}/{desired.name}"
            message = f"cannot change ManagedResource {place}: it is being deleted"
            raise BeingDeleted(message)
        try:
            return await self._change(desired, secret, seen)
        except kube.NotFound:
            # It has gone, and the cache does not know yet.
            if await self._create(desired, name):
                return True
            raise

    async def _create(self, desired: Desired, secret: str) -> bool:
        """Create the ManagedResource; tell whether it was not there yet."""
        path = paths.managed_resources(desired.namespace)
        try:
            self._learned(await self._client.create(path, build(desired, secret)))
        except kube.AlreadyExists:
            return False
        return True

    async def _change(
        self, desired: Desired, secret: dict[str, Any], seen: observed.ManagedResource
    ) -> bool:
        name = secret["metadata"]["name"]
        replaced = tuple(
            dict.fromkeys(
                old
                for old in (*seen.replaced, *seen.secrets)
                if old != name and _is_ours(desired.name, old)
            )
        )
        forgotten, kept = replaced[:-REMEMBERED], replaced[-REMEMBERED:]
        patch = difference(seen, build(desired, name, kept))
        if name not in seen.secrets or not await self._holds(desired.namespace, secret):
            await self._create_secret(desired, secret)
        elif not patch:
            return False
        if patch:
            path = paths.managed_resource(desired.namespace, desired.name)
            self._learned(await self._client.patch(path, patch))
        await self._delete_secrets(desired.namespace, forgotten)
        return True

    async def keep_objects(self, namespace: str, name: str) -> None:
        """Make the resource manager leave the objects when the ManagedResource goes (2.7).

        With our label even one that the Go extension made is in our watch from then on, which
        tells when the resource manager has seen the change.
        """
        path = paths.managed_resource(namespace, name)
        patch = {"metadata": {"labels": {"origin": names.ORIGIN}}, "spec": {"keepObjects": True}}
        try:
            self._learned(await self._client.patch(path, patch))
        except kube.NotFound:
            return

    async def delete(self, seen: observed.ManagedResource, also: tuple[str, ...] = ()) -> None:
        """Delete one with the Secrets that it has, those that it had, and those named `also`.

        The Secrets go first: were we killed in between, their names would go with the object.
        One that the Go extension made gets our label before, so that the watch tells its end.
        """
        path = paths.managed_resource(seen.namespace, seen.name)
        if seen.labels.get("origin") != names.ORIGIN:
            with contextlib.suppress(kube.NotFound):
                await self._client.patch(path, {"metadata": {"labels": {"origin": names.ORIGIN}}})
        mine = [name for name in (*seen.secrets, *seen.replaced) if _is_ours(seen.name, name)]
        await self._delete_secrets(seen.namespace, tuple(dict.fromkeys((*mine, *also))))
        try:
            answer = await self._client.delete(path)
        except kube.NotFound:
            return
        if answer.get("kind") == "ManagedResource":
            self._learned(answer)

    async def delete_secret(self, namespace: str, name: str) -> None:
        """Delete one Secret if it is there."""
        try:
            await self._client.delete(paths.secret(namespace, name))
        except kube.NotFound:
            return

    async def _delete_secrets(self, namespace: str, secrets: tuple[str, ...]) -> None:
        for name in secrets:
            await self.delete_secret(namespace, name)

    async def _holds(self, namespace: str, secret: dict[str, Any]) -> bool:
        """Tell whether the Secret is there with these data; it may have been made anew by hand."""
        try:
            present = await self._client.get(paths.secret(namespace, secret["metadata"]["name"]))
        except kube.NotFound:
            return False
        return bool(present.get("data") == secret["data"])

    async def _create_secret(self, desired: Desired, secret: dict[str, Any]) -> None:
        """Create the Secret; one of the same name must have the same data, else it is replaced."""
        try:
            await self._client.create(paths.secrets(desired.namespace), secret)
        except kube.AlreadyExists:
            path = paths.secret(desired.namespace, secret["metadata"]["name"])
            present = await self._client.get(path)
            if present.get("data") != secret["data"]:
                await self._client.delete(path)
                await self._client.create(paths.secrets(desired.namespace), secret)

    def _learned(self, obj: dict[str, Any]) -> observed.ManagedResource:
        seen = observed.parse(obj)
        self._learn(seen)
        return seen


def _is_ours(managed_resource: str, secret: str) -> bool:
    return secret.startswith(f"managedresource-{managed_resource}-")


def _missing(present: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str | None]:
    return {key: value for key, value in wanted.items() if present.get(key) != value}


def _short_sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
