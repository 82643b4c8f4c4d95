# SPDX-License-Identifier: Apache-2.0
"""What is done to the controller and measured, in this order."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from garden import audit, install

from controller import names
from controller.kube import paths

from . import results, stage, usage, window

CREATE, HEALTHY, FOLLOW_UP, IDLE = "create", "healthy", "follow-up", "idle"
RECONCILE, CONFIGS, RESTART, DELETE = "reconcile", "configs", "restart", "delete"

TITLES: Mapping[str, str] = {
    CREATE: "create until all Succeeded",
    HEALTHY: "then until both conditions are True",
    FOLLOW_UP: "the time after that (access to the shoots)",
    IDLE: "idle",
    RECONCILE: "reconcile without change",
    CONFIGS: "operator configs changed",
    RESTART: "restart with all shoots there",
    DELETE: "delete, two phases",
}
"""Names for people, in the order of the phases."""

FOLLOW_UP_SECONDS, IDLE_SECONDS, RESTART_SECONDS = 120.0, 60.0, 60.0

OPERATOR_CONFIG = "policy:\n  Active: topology-aware\n  ReservedResources:\n    cpu: 750m\n"
USER = f"system:serviceaccount:{install.NAMESPACE}:"
NODE_MANAGED_RESOURCE = names.NODE_MANAGED_RESOURCE

Object = dict[str, Any]


async def run(count: int, say: Callable[[str], None]) -> results.Run:
    """Go through all phases with so many shoots on servers of their own."""
    async with stage.opened(count) as ready:
        return await Course(ready, say).run()


class Course:
    """One run through all phases."""

    def __init__(self, ready: stage.Stage, say: Callable[[str], None]) -> None:
        """Do nothing yet; `say` is told of each phase that has ended."""
        self._stage = ready
        self._say = say
        self._windows: list[window.Window] = []

    async def run(self) -> results.Run:
        """Go through all phases."""
        controller = self._stage.controller
        started = usage.resident_bytes(controller.pid)
        await self._create()
        await self._rest(FOLLOW_UP, FOLLOW_UP_SECONDS)
        await self._rest(IDLE, IDLE_SECONDS)
        await self._reconcile()
        await self._configs()
        peak = usage.peak_bytes(controller.pid)
        await self._restart()
        await self._delete()
        requests = audit.by_user(await audit.answered(self._stage.server.audit_log), USER)
        return results.Run(
            shoots=len(self._stage.shoots),
            cluster_bytes=stage.CLUSTER_BYTES,
            started=started,
            peak=peak,
            peak_restarted=usage.peak_bytes(controller.pid),
            phases=window.phases(self._windows, requests),
        )

    async def _create(self) -> None:
        """Deploy all Extensions as fast as the server takes them."""
        lets = self._stage.gardenlet
        await self._all(CREATE, lets.deploy, lambda shoot: lets.wait(shoot, patient=True))
        measure = self._watch(HEALTHY)
        await asyncio.gather(*(self._healthy(shoot) for shoot in self._stage.shoots))
        self._ended(measure.stop())

    async def _rest(self, name: str, seconds: float) -> None:
        measure = self._watch(name)
        await asyncio.sleep(seconds)
        self._ended(measure.stop())

    async def _reconcile(self) -> None:
        """Ask for a reconcile of all without any change, as gardenlet does in its own rounds."""
        lets = self._stage.gardenlet
        await self._all(RECONCILE, lets.reconcile, lambda shoot: lets.wait(shoot, patient=True))

    async def _configs(self) -> None:
        """Change the operator's configs; done when every shoot's manifests are new and applied."""
        before = {
            shoot: _secrets(self._stage.managed.objects[shoot, NODE_MANAGED_RESOURCE])
            for shoot in self._stage.shoots
        }
        measure = self._watch(CONFIGS)
        begun = time.monotonic()

        async def changed(shoot: str) -> float:
            await self._stage.managed.until(
                (shoot, NODE_MANAGED_RESOURCE),
                lambda obj: _applied(obj) and _secrets(obj) != before[shoot],
                timeout=stage.TIMEOUT,
                what="to be changed",
            )
            return time.monotonic() - begun

        path = paths.config_maps(install.NAMESPACE)
        await self._stage.seed.apply(
            f"{path}/{names.OPERATOR_CONFIGS}",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": names.OPERATOR_CONFIGS},
                "data": {"default": OPERATOR_CONFIG},
            },
            field_manager="bench",
        )
        self._ended(measure.stop(await self._stage.each(changed)))
        await asyncio.gather(*(self._healthy(shoot) for shoot in self._stage.shoots))

    async def _restart(self) -> None:
        """End the controller, start it anew, and leave it alone for a while."""
        controller = self._stage.controller
        await controller.stop()
        measure = self._watch(RESTART, fresh=True)
        begun = time.monotonic()
        await controller.start()
        self._say(f"ready again after {time.monotonic() - begun:.1f} s")
        await asyncio.sleep(RESTART_SECONDS)
        self._ended(measure.stop())

    async def _delete(self) -> None:
        """Delete all Extensions of living shoots: clean the nodes first, then go."""
        lets = self._stage.gardenlet
        await self._all(DELETE, lambda shoot: lets.delete(shoot, wait=False), lets.wait_gone)

    async def _all(
        self,
        name: str,
        ask: Callable[[str], Awaitable[object]],
        wait: Callable[[str], Awaitable[object]],
    ) -> None:
        """Ask for something for all shoots, some at once, and wait until it is done for each."""
        slots = asyncio.Semaphore(stage.AT_ONCE)

        async def timed(shoot: str) -> float:
            async with slots:
                begun = time.monotonic()
                await ask(shoot)
            await wait(shoot)
            return time.monotonic() - begun

        measure = self._watch(name)
        self._ended(measure.stop(await self._stage.each(timed)))

    async def _healthy(self, shoot: str) -> None:
        await self._stage.gardenlet.extensions.until(
            (shoot, names.EXTENSION_TYPE),
            _is_healthy,
            timeout=stage.TIMEOUT,
            what="to be healthy",
        )

    def _watch(self, name: str, *, fresh: bool = False) -> window.Watch:
        return window.Watch(name, lambda: self._stage.controller.pid, fresh=fresh)

    def _ended(self, measured: window.Window) -> None:
        self._windows.append(measured)
        seconds = (measured.ended - measured.begun).total_seconds()
        self._say(
            f"{TITLES[measured.name]}: {seconds:.1f} s, CPU {measured.cpu_seconds:.2f} s, "
            f"memory {measured.resident / 1e6:.0f} MB"
        )


def _is_healthy(obj: Object | None) -> bool:
    conditions = ((obj or {}).get("status") or {}).get("conditions") or ()
    return len([each for each in conditions if each["status"] == "True"]) >= 2


def _secrets(obj: Object | None) -> list[str]:
    return [reference["name"] for reference in (obj or {})["spec"]["secretRefs"]]


def _applied(obj: Object | None) -> bool:
    if obj is None:
        return False
    observed: int = (obj.get("status") or {}).get("observedGeneration", 0)
    wanted: int = obj["metadata"]["generation"]
    return observed == wanted
