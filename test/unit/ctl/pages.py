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

STATUS: dict[str, Any] = {
    "version": "0.1.0",
    "pid": 7,
    "started": "2026-11-22T11:00:00.000Z",
    "state": "running",
    "policy": "topology-aware",
    "configuration": {
        "origin": "forced configuration",
        "name": "/etc/cri-resmgr/force.cfg",
        "generation": 3,
        "hash": "0123456789abcdef",
        "since": "2026-11-22T12:00:00.000Z",
        "warnings": [],
        "refused": None,
    },
    "pods": 2,
    "containers": {"exited": 1, "running": 2},
    "cpus": {"online": "0-7", "offline": "", "isolated": "", "exclusive": "2-3"},
    "runtime": {"name": "containerd", "version": "2.4.2", "connected": True},
    "serves": {"relay": {"path": "/run/relay.sock", "up": True, "connections": 1}},
    "asks": {"runtime": {"path": "/run/containerd.sock", "up": True}},
    "failedUpdates": {"count": 0, "last": None},
    "store": {"pending": 0, "failures": 0},
}
"""The page `/status` of a daemon that is fine."""

CONFIG: dict[str, Any] = {
    "origin": "fallback configuration",
    "name": "/etc/cri-resmgr/fallback.cfg",
    "generation": 1,
    "hash": "0123456789abcdef",
    "since": "2026-11-22T12:00:00.000Z",
    "modules": {
        "policy": {"data": {"Active": "static"}, "from": ["fallback configuration"]},
        "policy.static": {"data": {"RelaxedIsolation": True}, "from": ["fallback configuration"]},
        "logger": {"data": {"Debug": "all"}, "from": ["environment and command line"]},
    },
    "warnings": [],
    "layers": [
        {"origin": "forced configuration", "name": "", "state": "not there"},
        {"origin": "configuration of the node agent", "name": "", "state": "not there"},
        {
            "origin": "configuration that the node agent gave last",
            "name": "",
            "state": "not there",
        },
        {
            "origin": "fallback configuration",
            "name": "/etc/cri-resmgr/fallback.cfg",
            "state": "counts",
        },
        {"origin": "environment and command line", "name": "", "state": "counts below"},
    ],
    "refused": None,
}
"""The page `/config`."""
