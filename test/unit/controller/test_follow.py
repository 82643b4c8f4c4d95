# SPDX-License-Identifier: Apache-2.0
"""Whom each event concerns: section 2.6 for Extensions, and what the other watches lead to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from unit.controller import api_server, objects, stage

from controller import (
    cluster,
    extension,
    follow,
    kube,
    names,
    observed,
    operator_configs,
    queue,
    store,
)
from controller.kube import paths

DELETED = "2026-08-01T11:00:00Z"
CONFIGS = f"{paths.config_maps('ext')}/{names.OPERATOR_CONFIGS}"
GOOD = {"default": "policy:\n  Active: none\n"}


class Scene:
    """The followers with a real store and queue, and a note of all that they tell."""

    def __init__(self) -> None:
        self.worked: list[queue.Key] = []
        self.health: list[str] = []
        self.clusters: list[str] = []
        self.offered: list[bool] = []
        self._news = asyncio.Event()
        self.known = store.Store()
        self.configs = operator_configs.OperatorConfigs()
        loop = asyncio.get_running_loop()
        self.queue = queue.Queue(self._work, workers=1, clock=loop.time, later=loop.call_later)
        self.followers = self.make()

    def make(self, *, ignore: bool = False) -> follow.Followers:
        """Make the followers."""
        return follow.Followers(
            self.known,
            self.queue,
            health=self._note(self.health),
            read_cluster=self._note(self.clusters),
            configs=self.configs,
            configs_offered=self._note(self.offered),
            ignore_operation_annotation=ignore,
        )

    def _note(self, to: list[Any]) -> Callable[[Any], None]:
        def note(what: Any) -> None:
            to.append(what)
            self._news.set()

        return note

    async def _work(self, key: queue.Key) -> queue.Result:
        self._note(self.worked)(key)
        return None

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at after all that is told."""
        async with asyncio.timeout(api_server.DEADLINE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def event(self, kind: str | None = "MODIFIED", **facts: Any) -> None:
        """Deliver an event of an Extension and let the queue work."""
        self.followers.extension(kind, objects.extension(**facts))
        await settle()

    @contextlib.asynccontextmanager
    async def following(self, watch: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Follow something while the test goes on."""
        task = asyncio.get_running_loop().create_task(watch)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Give followers whose queue runs."""
    made = Scene()
    async with made.following(made.queue.run()):
        yield made


KEY = stage.KEY
SETTLED: dict[str, Any] = {"last": ("Reconcile", "Succeeded"), "finalizers": (objects.OWN,)}


async def test_a_list_with_settled_objects_starts_no_work(scene: Scene) -> None:
    """After a restart nothing is written that has not changed; health looks at each."""
    await scene.event(None, **SETTLED)

    assert scene.worked == []
    assert scene.health == [objects.NAMESPACE]
    assert scene.clusters == [objects.NAMESPACE]


async def test_a_list_with_unfinished_objects_starts_work(scene: Scene) -> None:
    """A restart in the middle of Processing goes on (case 4)."""
    await scene.event(None, last=("Create", "Processing"))

    assert scene.worked == [KEY]


async def test_an_operation_annotation_starts_work(scene: Scene) -> None:
    """And a spec change without one does not (case 3)."""
    await scene.event(None, **SETTLED)
    await scene.event(**SETTLED, generation=4, resourceVersion="11")
    without = list(scene.worked)

    await scene.event(**SETTLED, generation=4, resourceVersion="12", operation="reconcile")

    assert without == []
    assert scene.worked == [KEY]


async def test_for_development_a_spec_change_alone_starts_work(scene: Scene) -> None:
    """With `--ignore-operation-annotation`."""
    scene.followers = scene.make(ignore=True)
    await scene.event(None, **SETTLED)
    scene.worked.clear()

    await scene.event(**SETTLED, generation=4, resourceVersion="11")

    assert scene.worked == [KEY]


async def test_waiting_for_the_state_starts_no_work(scene: Scene) -> None:
    """Once the object is known; gardenlet's `restore` starts it."""
    await scene.event(None, operation="wait-for-state", **SETTLED)

    assert scene.worked == []


@pytest.mark.parametrize("change", [{"type": "other"}, {"class": "seed"}])
async def test_foreign_objects_are_not_even_remembered(
    scene: Scene, change: dict[str, str]
) -> None:
    """Of 500 shoots' extensions most are not ours (case 14)."""
    raw = objects.extension(operation="reconcile")
    raw["spec"] |= change

    scene.followers.extension("ADDED", raw)
    await settle()

    assert scene.worked == []
    assert list(scene.known.extensions()) == []


async def test_an_object_that_has_gone_is_forgotten(scene: Scene) -> None:
    """And health is told."""
    await scene.event(None, **SETTLED)
    scene.health.clear()

    await scene.event("DELETED", **SETTLED, resourceVersion="11")

    assert scene.known.extension(KEY) is None
    assert scene.health == [objects.NAMESPACE]
    assert scene.worked == []


async def test_a_deletion_that_our_own_write_has_told_first_starts_work(scene: Scene) -> None:
    """The store is ahead of the event: it knows the answer to the last status write."""
    await scene.event(None, last=("Reconcile", "Processing"))
    scene.worked.clear()
    ahead = objects.extension(deleting=DELETED, **SETTLED, resourceVersion="12")
    scene.known.put_extension(extension.parse(ahead))

    await scene.event(deleting=DELETED, last=("Reconcile", "Processing"), resourceVersion="11")
    await scene.event(deleting=DELETED, **SETTLED, resourceVersion="12")

    assert KEY in scene.worked


async def test_an_echo_of_our_own_write_starts_no_work(scene: Scene) -> None:
    """While `restore` stays on the object each status write would start it again."""
    await scene.event(None, operation="restore")
    scene.worked.clear()
    answer = objects.extension(operation="restore", last=("Restore", "Error"), resourceVersion="11")
    scene.known.put_extension(extension.parse(answer))

    scene.followers.extension("MODIFIED", answer)
    await settle()

    assert scene.worked == []


async def test_a_success_makes_health_look(scene: Scene) -> None:
    """The conditions should follow at once, not after a period."""
    await scene.event(None, last=("Create", "Processing"))
    scene.health.clear()

    await scene.event(last=("Create", "Succeeded"), resourceVersion="11")

    assert scene.health == [objects.NAMESPACE]


# ManagedResources.


def managed(name: str = objects.NODE, **facts: Any) -> api_server.Object:
    """Build a ManagedResource for the server, which gives the version."""
    raw = objects.managed_resource(name, **facts)
    del raw["metadata"]["resourceVersion"]
    return raw


async def test_managed_resources_are_known_once_they_are_listed(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """Only those with our label are sent by the server."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED)))
    server.put(stage.NODE, managed())
    foreign = managed(objects.MONITORING)
    foreign["metadata"]["labels"]["origin"] = "gardener"
    server.put(stage.MONITORING, foreign)

    async with scene.following(scene.followers.managed_resources(client)):
        await server.until(lambda: server.watching == 1)

    assert scene.known.managed(objects.NAMESPACE, objects.NODE) is not None
    assert scene.known.managed(objects.NAMESPACE, objects.MONITORING) is None
    assert scene.followers.synced == {"managedresources"}
    assert scene.health == [objects.NAMESPACE]
    assert scene.worked == []


@pytest.mark.parametrize(
    "facts", [{"deleting": DELETED}, {"operation": "migrate"}], ids=["deletion", "migration"]
)
async def test_removals_are_woken_by_their_managed_resources(
    scene: Scene, client: kube.Client, server: api_server.ApiServer, facts: dict[str, Any]
) -> None:
    """They wait for events and hold no worker."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED, **facts)))
    server.put(stage.NODE, managed())
    async with scene.following(scene.followers.managed_resources(client)):
        await scene.until(lambda: len(scene.worked) == 1)
        server.change(stage.NODE, {"status": {"observedGeneration": 9}})
        await scene.until(lambda: len(scene.worked) == 2)
        server.remove(stage.NODE)
        await scene.until(lambda: len(scene.worked) == 3)

    assert scene.known.managed(objects.NAMESPACE, objects.NODE) is None


async def test_what_our_own_writes_have_told_is_no_news(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """The echo of a write wakes nobody."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED, deleting=DELETED)))
    raw = server.put(stage.NODE, managed())
    scene.known.put_managed(observed.parse(raw))

    async with scene.following(scene.followers.managed_resources(client)):
        await server.until(lambda: server.watching == 1)
        await settle()

    assert scene.worked == []


async def test_a_managed_resource_that_went_during_a_gap_wakes_a_removal(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """The watch never reports such a deletion; the new list does not name it (2.9)."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED, deleting=DELETED)))
    server.put(stage.NODE, managed(deleting=True))
    async with scene.following(scene.followers.managed_resources(client)):
        await scene.until(lambda: len(scene.worked) == 1)
        await server.until(lambda: server.watching == 1)
        server.refuse("GET", "managedresources", 503)
        server.end_watches()
        server.remove(stage.NODE)
        server.compact()
        await scene.until(lambda: len(scene.worked) == 2)

    assert scene.known.managed(objects.NAMESPACE, objects.NODE) is None


# Clusters.


async def test_a_cluster_that_comes_starts_what_waits_for_it(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """An Extension may arrive before its Cluster."""
    scene.known.put_extension(extension.parse(objects.extension()))
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)
        server.put(stage.CLUSTER, objects.cluster())
        await scene.until(lambda: bool(scene.worked))

    assert scene.worked == [KEY]


async def test_a_cluster_change_of_a_settled_shoot_is_read_for_health(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """Hibernation changes the condition, not the resources."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED)))
    server.put(stage.CLUSTER, objects.cluster())
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)
        server.put(stage.CLUSTER, objects.cluster(hibernation=True))
        await scene.until(lambda: bool(scene.clusters))

    assert scene.clusters == [objects.NAMESPACE]
    assert scene.worked == []


async def test_clusters_of_other_shoots_concern_nobody(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """Most shoots of a seed do not use us."""
    scene.known.put_extension(extension.parse(objects.extension()))
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)
        server.put(paths.cluster("shoot--test--other"), objects.cluster())
        server.put(stage.CLUSTER, objects.cluster())
        await scene.until(lambda: bool(scene.worked))

    assert scene.worked == [KEY]
    assert scene.clusters == []


async def test_only_the_metadata_of_clusters_is_sent(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """Each has 58 kB."""
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)

    accepts = [r.headers["Accept"] for r in server.requests]
    assert all("PartialObjectMetadata" in accept for accept in accepts)


async def test_a_cluster_that_changed_during_a_gap_starts_what_waits_for_it(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """A failed shoot that works again while the API server is restarted must not be missed."""
    scene.known.put_extension(extension.parse(objects.extension(deleting=DELETED)))
    read = server.put(stage.CLUSTER, objects.cluster(failed=True))
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)
        scene.known.put_cluster(cluster.parse(read))
        server.refuse("GET", "clusters", 503)
        server.end_watches()
        server.put(stage.CLUSTER, objects.cluster())
        server.compact()
        await scene.until(lambda: bool(scene.worked))

    assert scene.worked == [KEY]


# Operator configs.


async def test_operator_configs_are_in_force_when_they_come_change_and_go(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """Each time somebody is told whether anything changed."""
    server.put(CONFIGS, {"data": GOOD})
    seen = []
    async with scene.following(scene.followers.operator_configs(client, "ext")):
        await scene.until(lambda: len(scene.offered) == 1)
        seen.append(dict(scene.configs.texts()))
        server.put(CONFIGS, {"data": {"fallback": GOOD["default"]}})
        await scene.until(lambda: len(scene.offered) == 2)
        seen.append(dict(scene.configs.texts()))
        server.remove(CONFIGS)
        await scene.until(lambda: len(scene.offered) == 3)
        seen.append(dict(scene.configs.texts()))

    assert seen == [GOOD, {"fallback": GOOD["default"]}, {}]
    assert scene.offered == [True, True, True]


async def test_wrong_operator_configs_change_nothing(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """What was in force stays (bad input)."""
    server.put(CONFIGS, {"data": GOOD})
    async with scene.following(scene.followers.operator_configs(client, "ext")):
        await scene.until(lambda: len(scene.offered) == 1)
        server.put(CONFIGS, {"data": {"dfault": "x"}})
        await scene.until(lambda: len(scene.offered) == 2)

    assert scene.offered == [True, False]
    assert scene.configs.texts() == GOOD


async def test_operator_configs_that_went_during_a_gap_are_withdrawn(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """A new list without them says so."""
    server.put(CONFIGS, {"data": GOOD})
    async with scene.following(scene.followers.operator_configs(client, "ext")):
        await scene.until(lambda: len(scene.offered) == 1)
        await server.until(lambda: server.watching == 1)
        server.refuse("GET", "configmaps", 503)
        server.end_watches()
        server.remove(CONFIGS)
        server.compact()
        await scene.until(lambda: len(scene.offered) == 2)

    assert scene.configs.texts() == {}


async def test_other_config_maps_of_the_namespace_are_not_read(
    scene: Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """One is followed by its name."""
    server.put(f"{paths.config_maps('ext')}/other", {"data": {"dfault": "x"}})
    async with scene.following(scene.followers.operator_configs(client, "ext")):
        await server.until(lambda: server.watching == 1)

    assert scene.configs.valid
    assert {r.query["fieldSelector"] for r in server.requests} == {
        f"metadata.name={names.OPERATOR_CONFIGS}"
    }
