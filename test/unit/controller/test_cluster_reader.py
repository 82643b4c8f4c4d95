# SPDX-License-Identifier: Apache-2.0
"""Reading Clusters for the health loop."""

from unit.controller import api_server, objects

from controller import cluster_reader, extension, kube, queue, store
from controller.kube import paths

KEY = (objects.NAMESPACE, "")


def make_reader(client: kube.Client) -> tuple[store.Store, list[str], cluster_reader.ClusterReader]:
    """Build a reader whose store has one Extension, and the list of its news."""
    known = store.Store()
    known.put_extension(extension.parse(objects.extension()))
    news: list[str] = []
    return known, news, cluster_reader.ClusterReader(client, known, news.append)


async def test_read_cluster_is_known(server: api_server.ApiServer, client: kube.Client) -> None:
    """A Cluster that is there is read by name, stored and told."""
    server.put(paths.cluster(objects.NAMESPACE), objects.cluster(hibernation=True))
    known, news, reader = make_reader(client)

    result = await reader(KEY)

    assert result is None
    assert news == [objects.NAMESPACE]
    facts = known.cluster(objects.NAMESPACE)
    assert facts is not None
    assert facts.hibernation_enabled


async def test_missing_cluster_is_no_news(client: kube.Client) -> None:
    """A Cluster that is not there is left to the watch."""
    _, news, reader = make_reader(client)

    result = await reader(KEY)

    assert result is None
    assert news == []


async def test_half_written_cluster_is_tried_again(
    server: api_server.ApiServer, client: kube.Client
) -> None:
    """A Cluster without a readable shoot is read again later."""
    raw = objects.cluster()
    raw["spec"]["shoot"] = {}
    server.put(paths.cluster(objects.NAMESPACE), raw)
    _, news, reader = make_reader(client)

    result = await reader(KEY)

    assert isinstance(result, queue.Failed)
    assert news == []


async def test_shoot_without_our_extension_is_not_read(
    server: api_server.ApiServer, client: kube.Client
) -> None:
    """Clusters of other shoots cost no request."""
    reader = cluster_reader.ClusterReader(client, store.Store(), lambda _: None)

    await reader(KEY)

    assert server.requests == []
