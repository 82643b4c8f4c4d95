# SPDX-License-Identifier: Apache-2.0
"""What the watches of ManagedResources, Clusters and operator configs lead to."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from unit.controller import api_server, audience, objects, stage

from controller import (
    cluster,
    extension,
    kube,
    names,
    observed,
)
from controller.kube import paths

DELETED = "2026-08-01T11:00:00Z"
CONFIGS = f"{paths.config_maps('ext')}/{names.OPERATOR_CONFIGS}"
GOOD = {"default": "policy:\n  Active: none\n"}


@pytest.fixture
async def scene() -> AsyncIterator[audience.Scene]:
    """Give followers whose queue runs."""
    made = audience.Scene()
    async with made.following(made.queue.run()):
        yield made


KEY = stage.KEY
SETTLED: dict[str, Any] = {"last": ("Reconcile", "Succeeded"), "finalizers": (objects.OWN,)}


# ManagedResources.


def managed(name: str = objects.NODE, **facts: Any) -> api_server.Object:
    """Build a ManagedResource for the server, which gives the version."""
    raw = objects.managed_resource(name, **facts)
    del raw["metadata"]["resourceVersion"]
    return raw


async def test_managed_resources_are_known_once_they_are_listed(
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer, facts: dict[str, Any]
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """The echo of a write wakes nobody."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED, deleting=DELETED)))
    raw = server.put(stage.NODE, managed())
    scene.known.put_managed(observed.parse(raw))

    async with scene.following(scene.followers.managed_resources(client)):
        await server.until(lambda: server.watching == 1)
        await audience.settle()

    assert scene.worked == []


async def test_a_managed_resource_that_went_during_a_gap_wakes_a_removal(
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """An Extension may arrive before its Cluster."""
    scene.known.put_extension(extension.parse(objects.extension()))
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)
        server.put(stage.CLUSTER, objects.cluster())
        await scene.until(lambda: bool(scene.worked))

    assert scene.worked == [KEY]


async def test_a_cluster_change_of_a_settled_shoot_is_read_for_health(
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """Each has 58 kB."""
    async with scene.following(scene.followers.clusters(client)):
        await server.until(lambda: server.watching == 1)

    accepts = [r.headers["Accept"] for r in server.requests]
    assert all("PartialObjectMetadata" in accept for accept in accepts)


async def test_a_cluster_that_changed_during_a_gap_starts_what_waits_for_it(
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
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
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """One is followed by its name."""
    server.put(f"{paths.config_maps('ext')}/other", {"data": {"dfault": "x"}})
    async with scene.following(scene.followers.operator_configs(client, "ext")):
        await server.until(lambda: server.watching == 1)

    assert scene.configs.valid
    assert {r.query["fieldSelector"] for r in server.requests} == {
        f"metadata.name={names.OPERATOR_CONFIGS}"
    }


async def test_a_settled_shoot_that_lost_its_objects_is_looked_at(
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """A ManagedResource that somebody deletes is made anew without waiting for the resync."""
    scene.known.put_extension(extension.parse(objects.extension(**SETTLED)))
    server.put(stage.NODE, managed())

    async with scene.following(scene.followers.managed_resources(client)):
        await server.until(lambda: server.watching == 1)
        server.remove(stage.NODE)
        await scene.until(lambda: bool(scene.looked))

    assert scene.looked == [KEY]
    assert scene.worked == []


async def test_what_waited_for_an_object_to_go_is_woken(
    scene: audience.Scene, client: kube.Client, server: api_server.ApiServer
) -> None:
    """A reconcile that found its ManagedResource being deleted goes on when that has gone."""
    unsettled = objects.extension(last=("Reconcile", "Error"), finalizers=(objects.OWN,))
    scene.known.put_extension(extension.parse(unsettled))
    server.put(stage.NODE, managed())

    async with scene.following(scene.followers.managed_resources(client)):
        await server.until(lambda: server.watching == 1)
        server.remove(stage.NODE)
        await scene.until(lambda: bool(scene.worked))

    assert scene.worked == [KEY]
