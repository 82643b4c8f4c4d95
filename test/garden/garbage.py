# SPDX-License-Identifier: Apache-2.0
"""The garbage collector of a resource manager, one round at a call.

Gardener contract, section 4.2: secrets and ConfigMaps that carry the label and that nobody
refers to by annotation are deleted when they are old enough.
"""

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from controller import kube
from controller.kube import paths

SELECTOR = "resources.gardener.cloud/garbage-collectable-reference=true"
REFERENCE = "reference.resources.gardener.cloud/"
"""Prefix of the annotations that refer; what follows starts with `secret-` or `configmap-`."""

MINIMUM_AGE = timedelta(minutes=10)

_REFERRING = (
    paths.MANAGED_RESOURCES,
    "/apis/apps/v1/daemonsets",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/statefulsets",
    "/apis/batch/v1/jobs",
    "/apis/batch/v1/cronjobs",
    "/api/v1/pods",
)
_Key = tuple[str, str, str]


async def collect(
    client: kube.Client, *, minimum_age: timedelta = MINIMUM_AGE, now: datetime | None = None
) -> list[str]:
    """Delete what nobody refers to; give `<kind>/<namespace>/<name>` of each."""
    now = now or datetime.now(UTC)
    used: set[_Key] = set()
    for path in _REFERRING:
        try:
            listed = await client.get(path)
        except kube.NotFound:
            continue
        for obj in listed["items"]:
            used |= _references(obj)
    deleted = []
    for kind, plural in (("secret", "secrets"), ("configmap", "configmaps")):
        listed = await client.get(f"/api/v1/{plural}", params={"labelSelector": SELECTOR})
        for obj in listed["items"]:
            metadata = obj["metadata"]
            age = now - datetime.fromisoformat(metadata["creationTimestamp"])
            namespace, name = metadata["namespace"], metadata["name"]
            if age >= minimum_age and (kind, namespace, name) not in used:
                # Its owner may have been quicker.
                with contextlib.suppress(kube.NotFound):
                    await client.delete(f"/api/v1/namespaces/{namespace}/{plural}/{name}")
                    deleted.append(f"{kind}/{namespace}/{name}")
    return deleted


def _references(obj: Mapping[str, Any]) -> set[_Key]:
    metadata = obj["metadata"]
    return {
        (name.removeprefix(REFERENCE).partition("-")[0], metadata["namespace"], value)
        for name, value in (metadata.get("annotations") or {}).items()
        if name.startswith(REFERENCE)
    }
