# SPDX-License-Identifier: Apache-2.0
"""What goes into our ManagedResources: from a plan's step and a Cluster to manifests.

One ManagedResource a concern, the node part and the monitoring, each with its own life (MR-1).
Pure but for a cache: most shoots of a seed ask for the same few things. The templates belong to
`component`, the bytes that are written to `managedresource`; the commands `render` and `diff` use
the same code.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from resmgr.config import configs, problem, provider

from . import extension, imagevector, managedresource, names, observed
from .cluster import Cluster
from .component import monitoring, node, rendering
from .decide import plan


class Unbuildable(Exception):
    """The installation itself is wrong: no image fits, or a template asks for what is not there."""


@dataclass(frozen=True, slots=True)
class _Input:
    """All that the node part depends on, hashable."""

    phase: node.Phase
    configs: tuple[tuple[str, str], ...]
    node_selector: tuple[tuple[str, str], ...]
    worker_pools: tuple[str, ...]
    excluded_pools: tuple[str, ...]
    rollout: provider.Rollout
    kubernetes_version: str
    architectures: tuple[str, ...]
    vertical_pod_autoscaler: bool


class Builder:
    """Builds contents; without `agent_enabled` no ConfigMap reaches the nodes."""

    def __init__(
        self,
        renderer: rendering.Renderer,
        images: imagevector.ImageVector,
        *,
        agent_enabled: bool = True,
    ) -> None:
        """Keep the parts."""
        self._renderer = renderer
        self._images = images
        self._agent_enabled = agent_enabled
        self._node = functools.lru_cache(maxsize=64)(self._build_node)

    def node(self, step: plan.ApplyNode, cluster: Cluster) -> managedresource.Desired:
        """Build the node part's ManagedResource. Raises `Unbuildable`."""
        annotations = {observed.PHASE_ANNOTATION: step.phase.value}
        if step.since is not None:
            annotations[observed.CLEANUP_SINCE_ANNOTATION] = extension.format_time(step.since)
        if step.operator_configs:
            annotations[observed.CONFIGS_ANNOTATION] = step.operator_configs
        return managedresource.Desired(
            namespace=cluster.name,
            name=names.NODE_MANAGED_RESOURCE,
            manifests=self.node_manifests(step, cluster),
            annotations=annotations,
        )

    def node_manifests(self, step: plan.ApplyNode, cluster: Cluster) -> rendering.Manifests:
        """Build the node part's manifests, file name -> YAML. Raises `Unbuildable`."""
        wanted = _Input(
            phase=node.Phase(step.phase.value),
            configs=step.configs,
            node_selector=tuple(sorted(step.provider.node_selector.items())),
            worker_pools=step.provider.worker_pools,
            excluded_pools=tuple(pool.name for pool in cluster.pools if pool.control_plane),
            rollout=step.provider.rollout,
            kubernetes_version=cluster.kubernetes_version,
            architectures=cluster.architectures,
            vertical_pod_autoscaler=cluster.vertical_pod_autoscaler,
        )
        # What is large is one shoot's own; remembering many of these would cost the memory.
        large = sum(len(text) for _, text in wanted.configs) > managedresource.CACHED
        return self._build_node(wanted) if large else self._node(wanted)

    def monitoring(self, namespace: str) -> managedresource.Desired:
        """Build the monitoring ManagedResource of a shoot's namespace."""
        return managedresource.Desired(
            namespace=namespace,
            name=names.MONITORING_MANAGED_RESOURCE,
            manifests=monitoring.build(
                monitoring.MonitoringValues(namespace=namespace), self._renderer
            ),
            klass="seed",
            labels={"care.gardener.cloud/condition-type": "ObservabilityComponentsHealthy"},
        )

    def every(
        self,
        subject: extension.Extension,
        cluster: Cluster | None,
        operator_configs: Mapping[str, str],
    ) -> list[managedresource.Desired]:
        """Build whatever a create of this object may have written, as far as it can be told."""
        found = [self.monitoring(subject.namespace)]
        if cluster is None:
            return found
        steps = [plan.ApplyNode(observed.Phase.CLEANUP, provider.ProviderConfig(), ())]
        try:
            wanted = provider.parse(subject.provider_config, pools=cluster.pools)
        except problem.ConfigProblems:
            pass
        else:
            merged = configs.merge(operator_configs, wanted.configs)
            steps.append(
                plan.ApplyNode(observed.Phase.INSTALL, wanted, tuple(sorted(merged.items())))
            )
        for step in steps:
            try:
                found.append(self.node(step, cluster))
            except Unbuildable:
                continue
        return found

    def _build_node(self, wanted: _Input) -> rendering.Manifests:
        images = [names.IMAGE_INSTALLATION]
        if self._agent_enabled:
            images.append(names.IMAGE_AGENT)
        try:
            return node.build(
                node.NodeValues(
                    phase=wanted.phase,
                    images={name: self._image(name, wanted) for name in images},
                    configs=dict(wanted.configs),
                    node_selector=dict(wanted.node_selector),
                    worker_pools=wanted.worker_pools,
                    excluded_pools=wanted.excluded_pools,
                    rollout=wanted.rollout,
                    agent_enabled=self._agent_enabled,
                    vpa_enabled=wanted.vertical_pod_autoscaler,
                ),
                self._renderer,
            )
        except (ValueError, imagevector.ImageNotFoundError) as error:
            message = f"cannot build the node part: {error}"
            raise Unbuildable(message) from error

    def _image(self, name: str, wanted: _Input) -> str:
        return self._images.find_for_all(
            name,
            version=wanted.kubernetes_version,
            architectures=wanted.architectures or ("amd64",),
        )
