# SPDX-License-Identifier: Apache-2.0
"""What a daemon tells of two containers, as tests need it."""

from typing import Any

A, B = "a" * 64, "b" * 64

INTROSPECTED: dict[str, Any] = {
    "Pods": {
        "p1": {
            "ID": "p1",
            "UID": "u1",
            "Name": "web",
            "Containers": {
                A: {"ID": A, "Name": "main", "CPURequest": 1000, "MemoryRequest": 4096},
            },
        },
        "p2": {
            "ID": "p2",
            "UID": "u2",
            "Name": "db",
            "Containers": {B: {"ID": B, "Name": "main"}},
        },
    },
    "Assignments": {
        A: {
            "ContainerID": A,
            "SharedCPUs": "",
            "ExclusiveCPUs": "2-3",
            "CPUShare": 0,
            "Memory": "0",
            "Pool": "socket #0",
        },
    },
    "System": {"Policy": "topology-aware"},
}
"""The page `/introspect`: A has exclusive CPUs, of B nothing is told."""
