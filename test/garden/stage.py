# SPDX-License-Identifier: Apache-2.0
"""What tests of the running controller ask again and again: objects, contents, requests, waits.

Reads only, as the administrator; what gardenlet and the resource managers do is theirs.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller import kube, names
from controller.kube import paths

from . import audit, gardenlet, ground, manifests, mirror, resource_manager, shoots

Object = dict[str, Any]

NODE = names.NODE_MANAGED_RESOURCE
MONITORING = names.MONITORING_MANAGED_RESOURCE
CONTROLLER = "system:serviceaccount:"
"""How the user name of the controller starts in the audit log."""

_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Stage:
    """A ground with eyes; a shoot is named by its technical id."""

    ground: ground.Ground

    @property
    def seed(self) -> kube.Client:
        """Client of the seed's administrator."""
        return self.ground.seed

    @property
    def shoot(self) -> kube.Client:
        """Client of the shoot's administrator."""
        return self.ground.shoot

    @property
    def gardenlet(self) -> gardenlet.Gardenlet:
        """The stand-in for gardenlet."""
        return self.ground.gardenlet

    @property
    def manager(self) -> resource_manager.ResourceManager:
        """The stand-in for the resource managers."""
        return self.ground.resource_manager

    async def prepare(self, *, cluster: bool = True, **options: Any) -> str:
        """Make a shoot with these `shoots.Options`; give its technical id."""
        made = shoots.Options(**options)
        return await self.gardenlet.prepare(self.ground.name(), made, cluster=cluster)

    async def enabled(self, provider_config: object = None, **options: Any) -> str:
        """Make a shoot that has the extension and wait until it is ready."""
        shoot = await self.prepare(**options)
        await self.gardenlet.enable(shoot, provider_config)
        return shoot

    # What is there.

    async def extension(self, shoot: str) -> Object:
        """Read the Extension. Raises `kube.NotFound`."""
        return await self.seed.get(paths.extension(shoot, names.EXTENSION_TYPE))

    async def change(self, shoot: str, **metadata: Any) -> Object:
        """Merge something into the Extension's metadata, as somebody else would."""
        path = paths.extension(shoot, names.EXTENSION_TYPE)
        return await self.seed.patch(path, {"metadata": metadata})

    async def managed(self, shoot: str, name: str = NODE) -> Object | None:
        """Read a ManagedResource, `None` if there is none."""
        with contextlib.suppress(kube.NotFound):
            return await self.seed.get(paths.managed_resource(shoot, name))
        return None

    async def secret(self, shoot: str, name: str = NODE) -> Object:
        """Read the one Secret that a ManagedResource refers to."""
        resource = await self.managed(shoot, name)
        assert resource is not None
        (reference,) = resource["spec"]["secretRefs"]
        return await self.seed.get(paths.secret(shoot, reference["name"]))

    async def content(self, shoot: str, name: str = NODE) -> list[Object]:
        """Decode the manifests of a ManagedResource."""
        return manifests.decode([await self.secret(shoot, name)])

    async def one(self, shoot: str, kind: str, object_name: str) -> Object:
        """Decode one manifest of the node part."""
        return next(
            obj
            for obj in await self.content(shoot)
            if (obj["kind"], obj["metadata"]["name"]) == (kind, object_name)
        )

    async def secrets(self, shoot: str) -> set[str]:
        """Name the Secrets of ours in the shoot's namespace."""
        listed = await self.seed.get(paths.secrets(shoot))
        mine = ("managedresource-", names.ACCESS_SECRET)
        found = {obj["metadata"]["name"] for obj in listed["items"]}
        return {name for name in found if name.startswith(mine)}

    async def left(self, shoot: str) -> set[str]:
        """Name all that is left of us in the shoot's namespace: nothing after a deletion."""
        resources = await self.seed.get(paths.managed_resources(shoot))
        extensions = await self.seed.get(paths.extension(shoot, ""))
        found = {obj["metadata"]["name"] for obj in (*resources["items"], *extensions["items"])}
        return found | await self.secrets(shoot)

    # What is to come.

    async def until(
        self, shoot: str, check: Callable[[Object], bool], what: str, *, timeout: float = 30.0
    ) -> Object:
        """Wait until the Extension is there and as wanted. Raises `mirror.Late`."""
        return await _until(
            self.gardenlet.extensions, (shoot, names.EXTENSION_TYPE), check, what, timeout
        )

    async def until_state(self, shoot: str, kind: str, state: str) -> Object:
        """Wait for type and state of the last operation. Raises `mirror.Late`."""
        return await self.until(
            shoot, lambda obj: operation(obj) == (kind, state), f"to be {kind} {state}"
        )

    async def until_managed(
        self, shoot: str, check: Callable[[Object], bool], what: str, *, name: str = NODE
    ) -> Object:
        """Wait until a ManagedResource is there and as wanted. Raises `mirror.Late`."""
        return await _until(self.manager.resources, (shoot, name), check, what, 30.0)

    async def healthy(self, shoot: str) -> Object:
        """Wait until both health conditions are True."""
        return await self.until(
            shoot,
            lambda obj: [status(obj, kind) for kind in CONDITIONS] == ["True", "True"],
            "to be healthy",
        )

    async def fence(self) -> None:
        """Have the controller enable one more shoot: what came before has been seen by then."""
        await self.gardenlet.disable(await self.enabled())

    # What was asked of the API server.

    async def marked(self) -> audit.Mark:
        """Mark this moment in the audit log, to read from there later."""
        offset = audit.size(self._log)
        return audit.Mark(offset, await self._now(offset))

    async def requests(self, mark: audit.Mark, namespace: str | None = None) -> list[audit.Request]:
        """Give the controller's requests (of a namespace) that came between a mark and now.

        Those that are not answered yet are waited for.
        """
        found = await audit.answered(self._log, mark, await self._now(mark.offset))
        return [
            each for each in audit.by_user(found, CONTROLLER) if namespace in {None, each.namespace}
        ]

    async def asked(self, mark: audit.Mark) -> None:
        """Wait for the first answered request of the controller since a mark."""
        async with asyncio.timeout(30.0):
            while True:
                found = audit.read(self._log, offset=mark.offset)
                if any(each.time > mark.time for each in audit.by_user(found, CONTROLLER)):
                    return
                await asyncio.sleep(_POLL)

    async def writes(self, mark: audit.Mark, namespace: str | None = None) -> list[str]:
        """Give the controller's accepted writes since a mark but Leases: verb, resource, name."""
        return [
            f"{each.verb} {each.resource} {each.namespace}/{each.name}"
            for each in await self.requests(mark, namespace)
            if each.writes and each.resource != "leases"
        ]

    @property
    def _log(self) -> Path:
        return self.ground.seed_server.audit_log

    async def _now(self, offset: int) -> str:
        """Ask the API server for something of our own and give the moment when that came."""
        name = secrets.token_hex(8)
        with contextlib.suppress(kube.NotFound):
            await self.seed.get(f"/api/v1/namespaces/{name}")
        async with asyncio.timeout(10.0):
            while True:
                for each in audit.read(self._log, offset=offset):
                    if each.name == name:
                        return each.time
                await asyncio.sleep(_POLL)


CONDITIONS = ("SystemComponentsHealthy", "ObservabilityComponentsHealthy")


def operation(obj: Object) -> tuple[str, str]:
    """Give type and state of the last operation, empty if there is none."""
    last = (obj.get("status") or {}).get("lastOperation") or {}
    return last.get("type", ""), last.get("state", "")


def condition(obj: Object, kind: str = CONDITIONS[0]) -> Object:
    """Give a health condition, empty if it is not there."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == kind), {})


def status(obj: Object, kind: str = CONDITIONS[0]) -> str:
    """Give the status of a health condition, empty if it is not there."""
    return str(condition(obj, kind).get("status", ""))


async def _until(
    seen: mirror.Mirror,
    key: tuple[str, str],
    check: Callable[[Object], bool],
    what: str,
    timeout: float,
) -> Object:
    found = await seen.until(
        key, lambda obj: obj is not None and check(obj), timeout=timeout, what=what
    )
    assert found is not None
    return found
