# SPDX-License-Identifier: Apache-2.0
"""kopf delivers Extension events; nothing is decided here, and kopf keeps nothing on objects.

kopf's defaults deep-copy every object for a comparison that event handlers never use, and would
store progress on the objects; both storages are replaced by ones that do nothing (its public
extension points). The reasons and figures are in docs/decisions.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import kopf

from . import kube

Deliver = Callable[[str | None, Mapping[str, Any]], None]
"""Takes an event's type (`None` for an object from a list) and its object."""


class NoDiffBase(kopf.DiffBaseStorage):
    """Remember no earlier state of an object."""

    def build(self, **_: Any) -> kopf.BodyEssence:
        """Give an empty essence, without copying the body."""
        return kopf.BodyEssence({})

    def fetch(self, **_: Any) -> kopf.BodyEssence | None:
        """Find nothing."""
        return None

    def store(self, **_: Any) -> None:
        """Store nothing."""


class NoProgress(kopf.ProgressStorage):
    """Remember no progress of handlers: event handlers have none."""

    def fetch(self, **_: Any) -> None:
        """Find nothing."""

    def store(self, **_: Any) -> None:
        """Store nothing."""

    def purge(self, **_: Any) -> None:
        """Purge nothing."""

    def touch(self, **_: Any) -> None:
        """Touch nothing."""

    def clear(self, *, essence: kopf.BodyEssence) -> kopf.BodyEssence:
        """Give the essence as it is."""
        return essence


def settings() -> kopf.OperatorSettings:
    """Build kopf's settings: lean, silent, and without a write of its own."""
    chosen = kopf.OperatorSettings()
    chosen.persistence.diffbase_storage = NoDiffBase()
    chosen.persistence.progress_storage = NoProgress()
    chosen.posting.enabled = False
    chosen.scanning.disabled = True
    chosen.watching.chunk_size = 50
    chosen.watching.server_timeout = 290
    chosen.watching.inactivity_timeout = 330.0
    chosen.queueing.idle_timeout = 0.2
    chosen.networking.error_backoffs = (0.2, 0.5, 1, 2, 3, 5, 8)
    return chosen


def registry(connection: kube.Connection, deliver: Deliver) -> kopf.OperatorRegistry:
    """Build kopf's registry: how to log in, and one handler that hands events on."""
    handlers = kopf.OperatorRegistry()

    @kopf.on.login(registry=handlers)
    def login(**_: Any) -> kopf.ConnectionInfo:
        return kopf.ConnectionInfo(
            server=connection.server,
            ca_data=connection.ca.encode() or None,
            insecure=connection.insecure or None,
            token=connection.bearer() or None,
            certificate_data=connection.certificate.encode() or None,
            private_key_data=connection.key.encode() or None,
            default_namespace=connection.namespace,
        )

    @kopf.on.event("extensions.gardener.cloud", "v1alpha1", "extensions", registry=handlers)
    async def extension(type: str | None, body: kopf.Body, **_: Any) -> None:  # noqa: A002 - theirs
        # No plain function: kopf would call it in a thread, and nothing of ours is made for that.
        deliver(type, body)

    return handlers


async def watch(
    connection: kube.Connection,
    deliver: Deliver,
    *,
    ready: asyncio.Event,
    stop: asyncio.Event,
    take_signals: Callable[[], None],
) -> None:
    """Deliver Extension events until `stop` is set; `ready` is set once kopf runs.

    `take_signals` takes the signals back from kopf, which claims them when it starts: at once, as
    one that reached kopf would look like its failure.
    Returns early when kopf gives up (an ERROR event of the API server that it does not know):
    the process should end then and start anew.
    """
    others = asyncio.all_tasks()
    tasks = await kopf.spawn_tasks(
        registry=registry(connection, deliver),
        settings=settings(),
        clusterwide=True,
        standalone=True,
        ready_flag=ready,
        stop_flag=stop,
    )
    take_signals()
    await kopf.run_tasks(tasks, ignored=others)
