# SPDX-License-Identifier: Apache-2.0
"""The node part: everything that the resource manager needs in a shoot (namespace `kube-system`).

In the clean-up phase the installation pods run with `--remove` on the same nodes and nothing of the
user's configuration is used, so that a configuration that cannot be judged never stands in the way
of a removal. Their rights stay; the agent and all ConfigMaps go.
"""

import dataclasses
import enum
import json
from collections.abc import Mapping
from typing import Any

from resmgr.config import rollout as rollouts
from resmgr.config import types

from .. import names
from . import configmaps, hostpaths, rendering

METRICS_PORT = 18893
"""Port of the installation pods on their node; they use the node's network."""

AGENT_METRICS_PORT = 8892
"""Port of the agent's pods; it is none of the node."""

CLEANUP_READY_SECONDS = 15
"""Seconds for which a clean-up pod has to be Ready until its node counts as clean.

Longer than a period of the probe and the delay of its first answer after the kubelet's restart.
"""

STATIC_DIRECTORY = "/config/static"
ROLLOUT_DIRECTORY = "/config/rollout"
ROLLOUT_CONFIG_MAP = "cri-resmgr-rollout"
ROLLOUT_KEY = "rollout.json"

_CHART = "cri-resmgr-installation/templates/"


class Phase(enum.StrEnum):
    """What the node part is there for."""

    INSTALL = "install"
    CLEANUP = "cleanup"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NodeValues:
    """What the node part of one shoot depends on, judged before."""

    phase: Phase
    """Install the resource manager, or take it away from every node."""

    images: Mapping[str, str]
    """Image name (`names.IMAGE_*`) -> reference, from the image vector."""

    configs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """TYPE -> text, those of the operator and the shoot merged."""

    node_selector: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Labels of the nodes to manage; empty means all."""

    worker_pools: tuple[str, ...] = ()
    """Pools of the nodes to manage; empty means all. Both this and `node_selector` must hold."""

    excluded_pools: tuple[str, ...] = ()
    """Control-plane pools, on which no pod of ours runs (NODE-5)."""

    rollout: rollouts.Rollout = dataclasses.field(default_factory=rollouts.Rollout)
    """How many nodes change at a time, which first, when to stop (NODE-4)."""

    agent_enabled: bool = False
    """Whether the node agent is deployed."""

    critical_component: bool = True
    """Whether new nodes stay closed for pods until the installation is done with them."""

    vpa_enabled: bool = False
    """Whether the shoot has a vertical pod autoscaler."""

    log_level: str = "info"
    """Of the installation pods: debug, info or error."""


def build(values: NodeValues, renderer: rendering.Renderer) -> rendering.Manifests:
    """The manifests of the ManagedResource for the shoot, equal for equal values (MR-2).

    Args:
        values: what they depend on.
        renderer: over the folder `charts/internal`.

    Raises:
        ValueError: an image is missing, or a value was not judged before and cannot be written.
    """
    cleanup = values.phase is Phase.CLEANUP
    manifests = {
        "customresourcedefinition-adjustments.yaml": _render(
            renderer, "crd-adjustments", _named(names.AGENT_DAEMONSET)
        ),
        "daemonset-installation.yaml": _render(
            renderer, "daemonset-installation", _installation(values)
        ),
        "rbac-installation.yaml": _render(
            renderer, "rbac-installation", _named(names.INSTALLATION_DAEMONSET)
        ),
        "rbac-seed.yaml": _render(renderer, "rbac-seed", _seed()),
    }
    workloads = {names.INSTALLATION_DAEMONSET: "installation"}
    if not cleanup:
        for config_map in (*configmaps.build(values.configs), _rollout(values.rollout)):
            manifests[f"configmap-{config_map.name}.yaml"] = _render(
                renderer,
                "configmap",
                _named(names.INSTALLATION_DAEMONSET)
                | {"name": config_map.name, "data": config_map.data},
            )
    if values.agent_enabled and not cleanup:
        agent = _named(names.AGENT_DAEMONSET)
        manifests["daemonset-agent.yaml"] = _render(renderer, "daemonset-agent", _agent(values))
        manifests["rbac-agent.yaml"] = _render(renderer, "rbac-agent", agent)
        manifests["customresourcedefinition-noderesourcemanagers.yaml"] = _render(
            renderer, "crd-noderesourcemanagers", agent
        )
        workloads[names.AGENT_DAEMONSET] = "agent"
    if values.vpa_enabled:
        for name, container in workloads.items():
            manifests[f"verticalpodautoscaler-{container}.yaml"] = _render(
                renderer, "verticalpodautoscaler", _named(name) | {"container": container}
            )
    return dict(sorted(manifests.items()))


def _render(renderer: rendering.Renderer, template: str, values: Mapping[str, Any]) -> bytes:
    return renderer.render(f"{_CHART}{template}.yaml.j2", values)


def _named(name: str) -> dict[str, Any]:
    """Values that every object has; the labels are those of section 7.5 of the contract."""
    return {
        "name": name,
        "namespace": names.SHOOT_NAMESPACE,
        "labels": {
            "app.kubernetes.io/name": name,
            "gardener.cloud/role": "system-component",
            "origin": names.ORIGIN,
        },
    }


def _seed() -> dict[str, Any]:
    return _named(names.ACCESS_SERVICE_ACCOUNT)


def _workload(name: str, image: str, values: NodeValues) -> dict[str, Any]:
    """Values that both DaemonSets have."""
    reference = values.images.get(image)
    if not reference:
        raise ValueError(f"cannot build DaemonSet {name}: no image {image} given")
    common = _named(name)
    return common | {
        "selector": {"app.kubernetes.io/name": name},
        "pod_labels": {
            **common["labels"],
            "networking.gardener.cloud/to-apiserver": "allowed",
            "networking.gardener.cloud/to-dns": "allowed",
            "networking.gardener.cloud/from-seed": "allowed",
        },
        "image": reference,
        "max_unavailable": values.rollout.max_unavailable,
        "node_expressions": _node_expressions(values.excluded_pools),
    }


def _installation(values: NodeValues) -> dict[str, Any]:
    cleanup = values.phase is Phase.CLEANUP
    workload = _workload(names.INSTALLATION_DAEMONSET, names.IMAGE_INSTALLATION, values)
    if values.critical_component:
        critical = {"node.gardener.cloud/critical-component": "true"}
        workload["labels"] = workload["labels"] | critical
        workload["pod_labels"] = workload["pod_labels"] | critical
    workload |= {
        "cleanup": cleanup,
        "cleanup_seconds": CLEANUP_READY_SECONDS,
        "args": ["install", *_install_arguments(values)],
        "pod_annotations": {},
        "metrics_port": METRICS_PORT,
        "host_paths": hostpaths.INSTALLATION,
        "static_config_maps": sorted(map(types.config_map, configmaps.STATIC)),
        "static_directory": STATIC_DIRECTORY,
        "rollout_config_map": ROLLOUT_CONFIG_MAP,
        "rollout_directory": ROLLOUT_DIRECTORY,
    }
    if cleanup:
        workload["max_unavailable"] = "100%"
    else:
        checksum = configmaps.static_checksum(values.configs)
        workload["pod_annotations"] = {"checksum/static-configs": checksum}
    return workload


def _install_arguments(values: NodeValues) -> list[str]:
    common = [f"--metrics-port={METRICS_PORT}", f"--log-level={values.log_level}"]
    if values.phase is Phase.CLEANUP:
        return ["--remove", *common]
    selection = {
        "nodeSelector": dict(values.node_selector),
        "workerPools": sorted(set(values.worker_pools)),
    }
    return [
        _literal(f"--selection={_json(selection)}"),
        f"--static-configs={STATIC_DIRECTORY}",
        f"--rollout={ROLLOUT_DIRECTORY}/{ROLLOUT_KEY}",
        *common,
    ]


def _agent(values: NodeValues) -> dict[str, Any]:
    workload = _workload(names.AGENT_DAEMONSET, names.IMAGE_AGENT, values)
    arguments = [
        f"--config-ns={names.SHOOT_NAMESPACE}",
        f"--configmap-name={names.CONFIG_MAP_PREFIX}",
        f"--label-name={names.NODE_GROUP_LABEL}",
        f"--metrics-address=:{AGENT_METRICS_PORT}",
    ]
    return workload | {
        "args": arguments,
        "host_paths": hostpaths.AGENT,
        "metrics_port": AGENT_METRICS_PORT,
    }


def _rollout(rollout: rollouts.Rollout) -> configmaps.ConfigMap:
    """What the installation pods obey while they run.

    It is mounted without a checksum: a pause that rolled the pods would be none. The kubelet
    brings a change to the pods within about two minutes.
    """
    control = {
        "canaryPools": sorted(set(rollout.canary_pools)),
        "maxRolledBack": rollout.max_rolled_back,
        "maxUnavailable": rollout.max_unavailable,
        "paused": rollout.paused,
    }
    return configmaps.ConfigMap(ROLLOUT_CONFIG_MAP, {ROLLOUT_KEY: _json(control)})


def _node_expressions(excluded_pools: tuple[str, ...]) -> list[dict[str, Any]]:
    expressions: list[dict[str, Any]] = [
        {"key": "worker.gardener.cloud/cri-name", "operator": "In", "values": ["containerd"]},
        {"key": "node-role.kubernetes.io/control-plane", "operator": "DoesNotExist"},
    ]
    if excluded_pools:
        pools = sorted(set(excluded_pools))
        expressions.append(
            {"key": "worker.gardener.cloud/pool", "operator": "NotIn", "values": pools}
        )
    return expressions


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _literal(argument: str) -> str:
    """The argument such that the kubelet hands it over as it is and expands no `$(NAME)` in it."""
    return argument.replace("$", "$$")
