# SPDX-License-Identifier: Apache-2.0
"""Pods of a large node as manifests. Pure.

Of four pods one wants whole CPUs, one has two containers that share, one asks for one and a half
CPUs, one for nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MACHINE = "8x4x64x2"
PODS = 1000
TARGET = 10.0
"""Seconds in which such a simulation answers."""

_NAMESPACES = 7


def pods(count: int, annotations: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give manifests; those that want whole CPUs have the annotations."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"pod-{number}",
                "namespace": f"ns-{number % _NAMESPACES}",
                "labels": {"app": f"app-{number % 20}"},
                "annotations": {} if number % 4 else dict(annotations),
            },
            "spec": {"containers": list(_containers(number))},
        }
        for number in range(count)
    ]


def _containers(number: int) -> Iterator[dict[str, Any]]:
    match number % 4:
        case 0:
            yield _container("whole", limits={"cpu": 2 + number // 4 % 5, "memory": "2Gi"})
        case 1:
            yield _container(
                "web",
                requests={"cpu": "700m", "memory": "256Mi"},
                limits={"cpu": 2, "memory": "1Gi"},
            )
            yield _container("beside", requests={"cpu": "50m"})
        case 2:
            yield _container("mixed", limits={"cpu": "1500m", "memory": "1Gi"})
        case _:
            yield _container("any")


def _container(name: str, **resources: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "image": "localhost/image:1", "resources": resources}
