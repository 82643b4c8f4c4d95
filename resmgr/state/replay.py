# SPDX-License-Identifier: Apache-2.0
"""Changes applied to what is remembered, in memory: what a store would hold after them."""

from collections.abc import Iterable, Mapping

from ..model import Container, Pod
from .changes import (
    Change,
    DropContainer,
    DropPod,
    PutAdjustments,
    PutConfig,
    PutContainer,
    PutEntries,
    PutHistory,
    PutPod,
    PutPolicy,
    Saved,
)


def apply(saved: Saved, changes: Iterable[Change]) -> Saved:
    """Give what is remembered after the changes; `saved` stays as it is."""
    pods: dict[str, Pod] = dict(saved.pods)
    containers: dict[str, Container] = dict(saved.containers)
    name, entries, config = saved.policy_name, dict(saved.policy), saved.config
    texts = {PutAdjustments: saved.adjustments, PutHistory: saved.history}
    for change in changes:
        match change:
            case PutPod(pod):
                pods[pod.id] = pod
            case DropPod(pod_id):
                pods.pop(pod_id, None)
            case PutContainer(container):
                containers[container.cache_id] = container
            case DropContainer(cache_id):
                containers.pop(cache_id, None)
            case PutPolicy(new, given):
                name, entries = new, dict(given)
            case PutEntries(given_entries):
                _put(entries, given_entries)
            case PutConfig(data):
                config = None if data is None else dict(data)
            case PutAdjustments(text) | PutHistory(text):
                texts[type(change)] = text
    return Saved(pods, containers, name, entries, config, *texts.values())


def _put(entries: dict[str, str], given: Mapping[str, str | None]) -> None:
    for key, value in given.items():
        if value is None:
            entries.pop(key, None)
        else:
            entries[key] = value
