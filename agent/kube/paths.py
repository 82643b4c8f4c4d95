# SPDX-License-Identifier: Apache-2.0
"""Paths of the kinds that the agent reads and writes."""

import re
from typing import Final

NODES: Final = "/api/v1/nodes"
GROUP_VERSION: Final = "criresmgr.intel.com/v1alpha1"
REPORTS: Final = f"/apis/{GROUP_VERSION}/noderesourcemanagers"


_NAME: Final = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?", re.ASCII)


def is_name(text: str) -> bool:
    """Tell whether text can be the name of an object or a namespace."""
    return _NAME.fullmatch(text) is not None


def node(name: str) -> str:
    """Path of a Node."""
    return f"{NODES}/{name}"


def config_maps(namespace: str) -> str:
    """Path of a namespace's ConfigMaps."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


def adjustments(namespace: str) -> str:
    """Path of a namespace's Adjustments."""
    return f"/apis/{GROUP_VERSION}/namespaces/{namespace}/adjustments"


def adjustment(namespace: str, name: str) -> str:
    """Path of an Adjustment."""
    return f"{adjustments(namespace)}/{name}"


def report(node_name: str) -> str:
    """Path of a node's NodeResourceManager."""
    return f"{REPORTS}/{node_name}"


def events(namespace: str) -> str:
    """Path to create Events in a namespace."""
    return f"/api/v1/namespaces/{namespace}/events"
