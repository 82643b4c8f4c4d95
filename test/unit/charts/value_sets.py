# SPDX-License-Identifier: Apache-2.0
"""The values that Gardener injects at the places where the chart is installed (section 1.4)."""

import typing

Object: typing.TypeAlias = dict[str, typing.Any]

_GARDENLET: Object = {
    "version": "v1.150.0",
    "garden": {"clusterIdentity": "landscape-garden"},
    "gardenlet": {"featureGates": {"DefaultSeccompProfile": False}},
}

SEED: Object = {
    "gardener": {
        **_GARDENLET,
        "seed": {
            "name": "local",
            "clusterIdentity": "landscape-seed-local",
            "annotations": {},
            "labels": {"seed.gardener.cloud/region": "local"},
            "provider": "local",
            "region": "local",
            "volumeProvider": "",
            "volumeProviders": [],
            "ingressDomain": "ingress.local.seed.local.gardener.cloud",
            "protected": False,
            "visible": True,
            "taints": [],
            "networks": {"pods": "10.1.0.0/16", "services": "10.2.0.0/16", "nodes": None},
            "blockCIDRs": [],
            "spec": {"provider": {"type": "local", "region": "local"}},
        },
    }
}

SELF_HOSTED: Object = {
    "gardener": {
        **_GARDENLET,
        "selfHostedShootCluster": True,
        "usablePorts": [10300, 10301],
        "shoot": {
            "name": "root",
            "namespace": "garden",
            "labels": {},
            "annotations": {},
            "spec": {"region": "local"},
            "clusterIdentity": "landscape-shoot-root",
        },
    }
}

RUNTIME_CLUSTER: Object = {
    "gardener": {
        "version": "v1.150.0",
        "runtimeCluster": {
            "enabled": True,
            "priorityClassName": "gardener-garden-system-200",
        },
    }
}

ALL: dict[str, Object] = {
    "nothing": {},
    "seed": SEED,
    "self-hosted": SELF_HOSTED,
    "runtime-cluster": RUNTIME_CLUSTER,
}
