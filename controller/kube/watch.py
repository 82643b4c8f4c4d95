# SPDX-License-Identifier: Apache-2.0
"""Follow a list as it changes: list in pages, watch from there, list anew when that is too old.

kopf follows the Extension objects; this is for what kopf cannot do: watches narrowed by label or
field on the server, and objects of which only the metadata is sent (a Cluster has 58 kB, of
which a change notice needs one line). A list always ends with `Synced`, which names all
that is there, so that a deletion that happened while the watch was down is never missed.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import errors
from .client import Client

PAGE = "100"
"""Objects a page of a list; a page is decoded as a whole, so this bounds the memory: the metadata
of a Cluster alone, with its managed fields, has 10 kB."""

IDLE = 330.0
"""Seconds without a byte after which a watch is thought dead; bookmarks come about every minute."""

SERVER_TIMEOUT = "290"
"""Seconds after which the server ends a watch, so that a lost connection is noticed."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds before the first and at most before any further try to reach the server."""

Key = tuple[str, str]
"""Namespace (empty if the kind has none) and name."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An object is there, was added or has changed."""

    obj: dict[str, Any]
    listed: bool = False
    """It comes from a list: nothing needs to have changed."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """An object has gone; `obj` is its last state."""

    obj: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Synced:
    """A list is complete: exactly `keys` exist; what a reader knows besides has gone."""

    keys: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Lost:
    """The server could not be reached or refused; another try follows after a pause."""

    error: errors.ApiError


Event = Changed | Deleted | Synced | Lost


@dataclass(frozen=True, slots=True)
class Following:
    """What to follow: a collection's path, selectors, and whether metadata is enough."""

    path: str
    label_selector: str = ""
    field_selector: str = ""
    metadata_only: bool = False
    rng: random.Random = field(default_factory=random.Random)

    def params(self, more: Mapping[str, str]) -> dict[str, str]:
        """Build the query of a request."""
        chosen = {"labelSelector": self.label_selector, "fieldSelector": self.field_selector}
        return {key: value for key, value in chosen.items() if value} | dict(more)


async def follow(client: Client, what: Following) -> AsyncIterator[Event]:
    """Yield what is there and then each change, for ever; errors come as `Lost`, never raised."""
    version: str | None = None
    pause = FIRST_PAUSE
    while True:
        try:
            if version is None:
                keys: set[Key] = set()
                newest = ""
                async for page in _pages(client, what):
                    newest = page["metadata"]["resourceVersion"]
                    for obj in page["items"]:
                        keys.add(key_of(obj))
                        yield Changed(obj, listed=True)
                # Only a complete list is one to go on from.
                version = newest
                page = {}  # The watch may last for hours and shall not hold the last page.
                yield Synced(frozenset(keys))
            async for kind, obj in _watch(client, what, version):
                pause = FIRST_PAUSE
                version = obj["metadata"]["resourceVersion"]
                if kind == "DELETED":
                    yield Deleted(obj)
                elif kind != "BOOKMARK":
                    yield Changed(obj)
            # A server that ends each watch at once must not be asked without a pause.
            await asyncio.sleep(FIRST_PAUSE * what.rng.uniform(0.5, 1.0))
        except errors.Gone:
            version = None
            await asyncio.sleep(FIRST_PAUSE * what.rng.uniform(0.5, 1.0))
        except errors.ApiError as error:
            yield Lost(error)
            await asyncio.sleep(pause * what.rng.uniform(0.5, 1.0))
            pause = min(2 * pause, LONGEST_PAUSE)


async def present(client: Client, what: Following) -> tuple[str, frozenset[Key]]:
    """List once: the resourceVersion of the list, and what it names. Raises `errors.ApiError`."""
    version = ""
    keys: set[Key] = set()
    async for page in _pages(client, what):
        version = version or page["metadata"]["resourceVersion"]
        keys.update(map(key_of, page["items"]))
    return version, frozenset(keys)


def key_of(obj: Mapping[str, Any]) -> Key:
    """Tell an object's namespace (empty if it has none) and name."""
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


async def _pages(client: Client, what: Following) -> AsyncIterator[dict[str, Any]]:
    read = client.get_metadata if what.metadata_only else client.get
    token = ""
    while True:
        page = await read(
            what.path, params=what.params({"limit": PAGE} | ({"continue": token} if token else {}))
        )
        page["items"] = page.get("items") or []
        yield page
        token = page["metadata"].get("continue", "")
        if not token:
            return


async def _watch(
    client: Client, what: Following, version: str
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield type and object of each event of one watch; raise what its ERROR event says."""
    accept = "application/json"
    if what.metadata_only:
        accept += ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    params = what.params(
        {
            "watch": "1",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": SERVER_TIMEOUT,
        }
    )
    async with client.stream(what.path, params, accept=accept, idle=IDLE) as response:
        if not response.ok:
            body = await response.json()
            raise errors.from_status(response.status, body, f"watch {what.path}")
        rest = b""
        async for chunk in response.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if not line:
                    continue
                event = json.loads(line)
                if event["type"] == "ERROR":
                    status = event["object"]
                    raise errors.from_status(status.get("code", 500), status, f"watch {what.path}")
                yield event["type"], event["object"]
