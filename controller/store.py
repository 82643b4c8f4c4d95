# SPDX-License-Identifier: Apache-2.0
"""What the controller knows without asking: slim copies of the objects that it follows.

Filled by watches and by the answers to our own writes; whichever is newer counts, so that a
watch that lags behind never makes us write twice. Holds no secret and no manifest.
"""

from collections.abc import Container, Iterable, Iterator

from . import names
from .cluster import Cluster
from .extension import Extension
from .observed import ManagedResource

Key = tuple[str, str]
"""Namespace and name."""


class Store:
    """Extensions, ManagedResources of ours, and what Clusters said when they were last read."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._extensions: dict[Key, Extension] = {}
        self._managed: dict[Key, ManagedResource] = {}
        self._gone: dict[Key, int] = {}
        self._clusters: dict[str, Cluster] = {}
        self._by_namespace: dict[str, set[str]] = {}

    def extension(self, key: Key) -> Extension | None:
        """Give what is known of an Extension."""
        return self._extensions.get(key)

    def extensions(self) -> Iterator[Extension]:
        """Give all Extensions that we serve."""
        yield from tuple(self._extensions.values())

    def extensions_in(self, namespace: str) -> tuple[Extension, ...]:
        """Give the Extensions of a shoot's namespace."""
        found = self._by_namespace.get(namespace, ())
        return tuple(self._extensions[namespace, name] for name in sorted(found))

    def put_extension(self, new: Extension) -> Extension | None:
        """Learn an Extension, unless what is known is newer; give what was known before."""
        old = self._extensions.get(new.key)
        if old is None or old.uid != new.uid or not newer(old, new):
            self._extensions[new.key] = new
            self._by_namespace.setdefault(new.namespace, set()).add(new.name)
        return old

    def forget_extension(self, key: Key) -> None:
        """Forget an Extension that has gone, and its Cluster with the last one."""
        self._extensions.pop(key, None)
        rest = self._by_namespace.get(key[0], set())
        rest.discard(key[1])
        if not rest:
            self._by_namespace.pop(key[0], None)
            self._clusters.pop(key[0], None)
            for managed in (names.NODE_MANAGED_RESOURCE, names.MONITORING_MANAGED_RESOURCE):
                self._gone.pop((key[0], managed), None)

    def extensions_gone(self, present: Container[Key], version: str) -> tuple[Extension, ...]:
        """Give the known Extensions that a list does not name although it is not older."""
        return tuple(
            known
            for known in self._extensions.values()
            if known.key not in present and _number(known.resource_version) <= _number(version)
        )

    def managed(self, namespace: str, name: str) -> ManagedResource | None:
        """Give what is known of a ManagedResource."""
        return self._managed.get((namespace, name))

    def put_managed(self, new: ManagedResource) -> bool:
        """Learn a ManagedResource; tell whether it was news."""
        key = new.namespace, new.name
        old = self._managed.get(key)
        if _number(new.resource_version) <= self._gone.get(key, -1):
            return False
        if old is not None and (old.resource_version == new.resource_version or newer(old, new)):
            return False
        self._managed[key] = new
        return True

    def forget_managed(self, key: Key, version: str = "") -> bool:
        """Forget a ManagedResource that has gone at `version`; tell whether it was known.

        The version is remembered while the shoot has an Extension of ours: the answer to our own
        request may come later than the news that the object has gone.
        """
        if key[0] in self._by_namespace:
            self._gone[key] = max(self._gone.get(key, -1), _number(version))
        return self._managed.pop(key, None) is not None

    def seen_gone(self, key: Key) -> bool:
        """Tell whether the watch has told that a ManagedResource has gone for good."""
        return key not in self._managed and self._gone.get(key, 0) > 0

    def managed_gone(self, present: Iterable[Key]) -> tuple[Key, ...]:
        """Give the known ManagedResources that are not among `present`."""
        return tuple(self._managed.keys() - set(present))

    def cluster(self, name: str) -> Cluster | None:
        """Give what was last read of a Cluster; it may be out of date."""
        return self._clusters.get(name)

    def outdate_cluster(self, name: str) -> None:
        """Forget what was read of a Cluster: it has changed."""
        self._clusters.pop(name, None)

    def put_cluster(self, facts: Cluster) -> None:
        """Learn a Cluster, of a shoot that has one of our Extensions."""
        if facts.name in self._by_namespace:
            self._clusters[facts.name] = facts


def newer(
    old: Extension | ManagedResource,
    new: Extension | ManagedResource,
) -> bool:
    """Tell whether `old` is newer than `new`: resourceVersions of one kind count upwards.

    An object that was deleted and made again has a higher one too.
    """
    return _number(old.resource_version) > _number(new.resource_version)


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0
