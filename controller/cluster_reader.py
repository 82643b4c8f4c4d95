# SPDX-License-Identifier: Apache-2.0
"""Keeps what is known of Clusters current for the health loop, one GET by name each.

A reconcile reads its Cluster itself. This is for shoots that are not being reconciled: after a
start, and when a Cluster changes (hibernation) while nothing is asked of us.
"""

import logging
from collections.abc import Callable

from . import cluster, cluster_text, kube, queue, store
from .kube import paths

LOGGER = logging.getLogger("controller.cluster-reader")

WORKERS = 4
"""Reads at once; a Cluster has 58 kB, and nobody waits for this."""


class ClusterReader:
    """Reads Clusters of shoots that have one of our Extensions; see the module.

    `news` is told the namespace when its Cluster was read.
    """

    def __init__(
        self, client: kube.Client, known: store.Store, news: Callable[[str], None]
    ) -> None:
        """Keep the parts."""
        self._client = client
        self._known = known
        self._news = news

    async def __call__(self, key: queue.Key) -> queue.Result:
        """Read one Cluster; `key` has its name and an empty string."""
        name = key[0]
        if not self._known.extensions_in(name):
            return None
        try:
            read = await self._client.get(paths.cluster(name), decode=cluster_text.decode)
            self._known.put_cluster(cluster.parse(read))
        except kube.NotFound:
            return None
        except (kube.ApiError, cluster.IncompleteCluster) as error:
            LOGGER.debug("cannot read Cluster %s: %s", name, error)
            return queue.Failed()
        self._news(name)
        return None
