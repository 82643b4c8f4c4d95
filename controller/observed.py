# SPDX-License-Identifier: Apache-2.0
"""A ManagedResource as the controller reads it, and what else is known when it decides.

Pure. Fields and conditions: Gardener contract, sections 4.1 and 4.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from . import extension, oneline

MESSAGE_LIMIT = 1000
"""Characters kept of a condition's message: it may repeat what stands in an object of the shoot."""

PHASE_ANNOTATION = "cri-resmgr.extensions.gardener.cloud/phase"
"""On our node ManagedResource: `install` or `cleanup`."""

CLEANUP_SINCE_ANNOTATION = "cri-resmgr.extensions.gardener.cloud/cleanup-since"
"""On our node ManagedResource in the clean-up phase: when it began (RFC 3339)."""

REPLACED_ANNOTATION = "cri-resmgr.extensions.gardener.cloud/replaced-secrets"
"""On our ManagedResources: names of Secrets that our earlier changes replaced, by commas."""

CONFIGS_ANNOTATION = "cri-resmgr.extensions.gardener.cloud/operator-configs"
"""On our node ManagedResource: checksum of the operator configs that went into it."""


class Phase(Enum):
    """What the node part does while a ManagedResource is applied."""

    INSTALL = "install"
    CLEANUP = "cleanup"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a ManagedResource."""

    status: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ManagedResource:
    """One ManagedResource; see `parse`."""

    namespace: str
    name: str
    resource_version: str
    generation: int
    observed_generation: int
    deleting: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    klass: str
    secrets: tuple[str, ...]
    keep_objects: bool
    inject_labels: Mapping[str, str]
    conditions: Mapping[str, Condition]

    @property
    def observed(self) -> bool:
        """Whether the resource manager has seen the current spec."""
        return self.observed_generation == self.generation

    @property
    def healthy(self) -> bool:
        """Whether the current spec is applied and its objects are healthy (4.5)."""
        return (
            self.observed
            and self.status("ResourcesApplied") == "True"
            and self.status("ResourcesHealthy") == "True"
        )

    @property
    def rolled_out(self) -> bool:
        """Whether it is healthy and nothing is rolling any more (4.5)."""
        return self.healthy and self.status("ResourcesProgressing") == "False"

    @property
    def phase(self) -> Phase:
        """What the node part is told to do; one of the Go extension's is an installation."""
        cleanup = self.annotations.get(PHASE_ANNOTATION) == Phase.CLEANUP.value
        return Phase.CLEANUP if cleanup else Phase.INSTALL

    @property
    def cleanup_since(self) -> datetime | None:
        """When the clean-up phase began."""
        return extension.parse_time(self.annotations.get(CLEANUP_SINCE_ANNOTATION))

    @property
    def replaced(self) -> tuple[str, ...]:
        """Secrets that earlier changes replaced, oldest first."""
        return tuple(filter(None, self.annotations.get(REPLACED_ANNOTATION, "").split(",")))

    def status(self, condition: str) -> str:
        """Give a condition's status, `Unknown` if it is not there."""
        found = self.conditions.get(condition)
        return found.status if found else "Unknown"

    def message(self, condition: str) -> str:
        """Give a condition's message, empty if it is not there."""
        found = self.conditions.get(condition)
        return found.message if found else ""


def parse(obj: Mapping[str, Any]) -> ManagedResource:
    """Read a ManagedResource as the API server gives it."""
    metadata = obj["metadata"]
    spec = obj.get("spec") or {}
    status = obj.get("status") or {}
    return ManagedResource(
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        resource_version=metadata.get("resourceVersion", ""),
        generation=metadata.get("generation", 0),
        observed_generation=status.get("observedGeneration", 0),
        deleting=bool(metadata.get("deletionTimestamp")),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        klass=spec.get("class") or "",
        secrets=tuple(ref.get("name", "") for ref in spec.get("secretRefs") or ()),
        keep_objects=bool(spec.get("keepObjects")),
        inject_labels=spec.get("injectLabels") or {},
        conditions={
            raw["type"]: Condition(
                raw["status"],
                raw.get("reason", ""),
                oneline.clean(raw.get("message", ""), MESSAGE_LIMIT),
            )
            for raw in status.get("conditions") or ()
        },
    )


class Trigger(Enum):
    """Why an object is looked at."""

    EVENT = "event"
    """Its own event, or one of its Cluster or ManagedResources, or a further try."""

    SETTLED = "settled"
    """The regular look without an event, or new operator configs: only at a settled object."""


@dataclass(frozen=True, slots=True)
class World:
    """What is known besides the Extension and its Cluster.

    `nodes_left` are names of nodes that still carry our state label, read only when the time
    for a clean-up is over.
    """

    node: ManagedResource | None = None
    monitoring: ManagedResource | None = None
    operator_configs: Mapping[str, str] = field(default_factory=dict)
    operator_configs_checksum: str = ""
    nodes_left: tuple[str, ...] = ()
    monitoring_enabled: bool = True
    cleanup_timeout: timedelta = timedelta(minutes=30)
    cleanup_impossible: str = ""
    """Why no clean-up can be built at all, once the time for one is over."""

    cluster_patience: timedelta = timedelta(minutes=5)
    """How long a deletion waits for a missing Cluster before it goes on without one."""

    trigger: Trigger = Trigger.EVENT
