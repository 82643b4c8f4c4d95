# SPDX-License-Identifier: Apache-2.0
"""What the controller follows, and whom each event concerns; no event is judged here.

Extensions come through kopf (`handlers`). ManagedResources are followed by our own label, the
Clusters by their metadata only, the operator configs by name: three things that kopf cannot
narrow down on the server.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from . import extension, kube, names, observed, operator_configs, queue, store
from .decide import operation
from .kube import paths, watch

LOGGER = logging.getLogger("controller.follow")

SWEEP = 300.0
"""Seconds between two lists of the names of all Extensions."""


_Extension = extension.Extension
"""For annotations in the class, whose method `extension` hides the module."""


class Followers:
    """Keeps the store up to date and tells queue and health loop what may concern them.

    `health` is told namespaces whose conditions may have changed, `read_cluster` those whose
    Cluster is not known or no longer what is known; `configs_offered` is called after each look
    at the operator's configs, and told whether others are in force now; `look` takes a settled
    Extension that has lost a ManagedResource. `synced` names what has been listed completely.
    """

    def __init__(
        self,
        known: store.Store,
        work: queue.Queue,
        *,
        health: Callable[[str], None],
        read_cluster: Callable[[str], None],
        configs: operator_configs.OperatorConfigs,
        configs_offered: Callable[[bool], None],
        look: Callable[[store.Key], None],
        ignore_operation_annotation: bool,
    ) -> None:
        """Keep the parts."""
        self._known = known
        self._work = work
        self._health = health
        self._read_cluster = read_cluster
        self._configs = configs
        self._configs_offered = configs_offered
        self._look = look
        self._ignore = ignore_operation_annotation
        self._handed: dict[store.Key, operation.Request] = {}
        self.synced: set[str] = set()

    def extension(self, kind: str | None, obj: Mapping[str, Any]) -> None:
        """Take an event of an Extension; kopf's handlers call this."""
        new = extension.parse(obj)
        if not new.ours:
            return
        known = self._known.extension(new.key)
        if kind and known and known.uid != new.uid and store.newer(known, new):
            return  # Old news of a namesake: kopf keeps order for one uid only.
        if kind == "DELETED":
            self._forget(new.key)
            return
        old = self._known.put_extension(new)
        if self._starts_work(old, new):
            self._work.add(new.key)
            return
        if self._known.cluster(new.namespace) is None:
            self._read_cluster(new.namespace)
        if old is None or old.generation != new.generation or _ended(old, new):
            self._health(new.namespace)

    async def sweep(self, client: kube.Client) -> None:
        """Forget now and then what has gone unseen: after a gap kopf lists anew and tells nothing.

        Such a ghost would be reconciled at the next occasion, which makes its objects anew.
        """
        what = watch.Following(paths.EXTENSIONS, metadata_only=True)
        while True:
            await asyncio.sleep(SWEEP)
            try:
                version, present = await watch.present(client, what)
            except kube.ApiError as error:
                _lost("extensions", error)
                continue
            for ghost in self._known.extensions_gone(present, version):
                LOGGER.info("%s/%s has gone unseen", *ghost.key)
                self._forget(ghost.key)

    async def managed_resources(self, client: kube.Client) -> None:
        """Follow our ManagedResources for ever."""
        what = watch.Following(paths.MANAGED_RESOURCES, label_selector=f"origin={names.ORIGIN}")
        async for event in watch.follow(client, what):
            match event:
                case watch.Changed(obj):
                    if self._known.put_managed(observed.parse(obj)):
                        self._managed_changed(watch.key_of(obj)[0])
                case watch.Deleted(obj):
                    self._managed_gone(watch.key_of(obj), obj["metadata"]["resourceVersion"])
                case watch.Synced(keys):
                    for key in self._known.managed_gone(keys):
                        self._managed_gone(key, "")
                    self.synced.add("managedresources")
                case watch.Lost(error):
                    _lost("managedresources", error)

    async def clusters(self, client: kube.Client) -> None:
        """Follow the metadata of Clusters for ever."""
        what = watch.Following(paths.CLUSTERS, metadata_only=True)
        async for event in watch.follow(client, what):
            match event:
                case watch.Changed(obj, listed):
                    if not listed or self._outdated(obj["metadata"]):
                        self._cluster_changed(obj["metadata"]["name"])
                case watch.Synced():
                    self.synced.add("clusters")
                case watch.Lost(error):
                    _lost("clusters", error)

    async def operator_configs(self, client: kube.Client, namespace: str) -> None:
        """Follow the ConfigMap of the operator configs for ever; none counts as an empty one."""
        what = watch.Following(
            paths.config_maps(namespace), field_selector=f"metadata.name={names.OPERATOR_CONFIGS}"
        )
        async for event in watch.follow(client, what):
            match event:
                case watch.Changed(obj):
                    self._offer(obj.get("data") or {})
                case watch.Deleted():
                    self._offer({})
                case watch.Synced(keys) if not keys:
                    self._offer({})
                case watch.Lost(error):
                    _lost("operator configs", error)

    def _forget(self, key: store.Key) -> None:
        self._known.forget_extension(key)
        self._handed.pop(key, None)
        self._work.forget(key)
        self._health(key[0])

    def _starts_work(self, old: _Extension | None, new: _Extension) -> bool:
        """Tell whether work is to be done that no event before has started.

        What counts is the newest that is known: an answer to a write of ours may have told of a
        request before its event comes, and events of our own writes come late.
        """
        if operation.request(new) is None:
            self._handed.pop(new.key, None)
        latest = self._known.extension(new.key) or new
        starts = operation.starts_work(
            old,
            latest,
            handed=self._handed.get(new.key),
            ignore_operation_annotation=self._ignore,
        )
        if asked := operation.request(latest):
            self._handed[new.key] = asked
        return starts

    def _offer(self, data: Mapping[str, Any]) -> None:
        changed = self._configs.offer(data)
        if changed:
            LOGGER.info("operator configs have changed: %s", ", ".join(sorted(data)) or "none")
        self._configs_offered(changed)

    def _managed_gone(self, key: watch.Key, version: str) -> None:
        """What a settled shoot has lost is made anew; others may have waited for it to go."""
        if not self._known.forget_managed(key, version):
            return
        self._managed_changed(key[0])
        for subject in self._known.extensions_in(key[0]):
            if operation.settled(subject):
                self._look(subject.key)
            elif operation.unsettled(subject):
                self._work.add(subject.key)

    def _managed_changed(self, namespace: str) -> None:
        """Only a deletion or migration waits for ManagedResources; health looks at all."""
        subjects = self._known.extensions_in(namespace)
        for subject in subjects:
            if subject.deleting_since is not None or subject.operation_annotation == "migrate":
                self._work.add(subject.key)
        if subjects:
            self._health(namespace)

    def _outdated(self, metadata: Mapping[str, Any]) -> bool:
        """Tell whether a listed Cluster has changed since it was read, unseen during a gap."""
        facts = self._known.cluster(metadata["name"])
        return facts is not None and facts.resource_version != metadata["resourceVersion"]

    def _cluster_changed(self, namespace: str) -> None:
        for subject in self._known.extensions_in(namespace):
            if operation.unsettled(subject) or self._ignore:
                self._known.outdate_cluster(namespace)
                self._work.add(subject.key)
            else:
                self._read_cluster(namespace)


def _ended(old: extension.Extension, new: extension.Extension) -> bool:
    return new.succeeded() and not old.succeeded()


def _lost(what: str, error: kube.ApiError) -> None:
    LOGGER.warning("cannot follow %s: %s; trying again", what, error)
