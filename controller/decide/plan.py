# SPDX-License-Identifier: Apache-2.0
"""What a decision consists of: steps to carry out in order, and what to do after the last."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from resmgr.config.provider import ProviderConfig

from ..extension import OperationState, OperationType
from ..observed import Phase


class Finalizers(Enum):
    """A change of the Extension's finalizers."""

    KEEP = "keep"
    ADD_OWN = "add own"
    REMOVE_OWN = "remove own"
    REMOVE_ALL = "remove all"


@dataclass(frozen=True, slots=True)
class PatchMetadata:
    """Change finalizers and the operation annotation in one patch with optimistic lock (EXT-3)."""

    finalizers: Finalizers = Finalizers.KEEP
    remove_operation: bool = False


@dataclass(frozen=True, slots=True)
class WriteStatus:
    """Write lastOperation, and with Succeeded or Error also lastError and observedGeneration."""

    type: OperationType
    state: OperationState
    progress: int
    description: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyNode:
    """Bring the node part's ManagedResource to this content."""

    phase: Phase
    provider: ProviderConfig
    configs: tuple[tuple[str, str], ...]
    """TYPE and text, sorted; the operator's and the shoot's together."""

    operator_configs: str = ""
    """Checksum of the operator's configs that are in `configs`."""

    since: datetime | None = None
    """When the clean-up phase began."""


@dataclass(frozen=True, slots=True)
class ApplyMonitoring:
    """Bring the monitoring ManagedResource to its content."""


@dataclass(frozen=True, slots=True)
class KeepObjects:
    """Tell the resource manager to leave this ManagedResource's objects in the shoot."""

    name: str


@dataclass(frozen=True, slots=True)
class DeleteManagedResource:
    """Delete a ManagedResource together with the Secrets that it has or had (4.2)."""

    name: str


@dataclass(frozen=True, slots=True)
class DeleteLeftovers:
    """Delete what a killed create may have left without a ManagedResource, and our shoot access."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Emit a Kubernetes Event on the Extension, for what its status will not keep."""

    reason: str
    message: str


Step = (
    PatchMetadata
    | WriteStatus
    | ApplyNode
    | ApplyMonitoring
    | KeepObjects
    | DeleteManagedResource
    | DeleteLeftovers
    | Announce
)


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing remains to be done until something happens."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again when a ManagedResource or the Cluster changes, at `until` at the latest.

    No worker is held meanwhile.
    """

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after a back-off: something is missing that others will bring."""

    reason: str


After = Done | Wait | Retry


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, what follows them, and in a word why (for the log line).

    `warnings` counts what is doubtful in the providerConfig.
    """

    why: str
    steps: tuple[Step, ...] = ()
    after: After = Done()
    warnings: int = 0
