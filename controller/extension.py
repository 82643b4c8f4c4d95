# SPDX-License-Identifier: Apache-2.0
"""An Extension object as the controller reads it: typed, with all that may be missing missing.

Pure. The fields are those of the Gardener contract, section 2.1; the enumerations of 2.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from . import names


class OperationType(Enum):
    """`status.lastOperation.type`, as far as an extension writes it."""

    CREATE = "Create"
    RECONCILE = "Reconcile"
    DELETE = "Delete"
    MIGRATE = "Migrate"
    RESTORE = "Restore"


class OperationState(Enum):
    """`status.lastOperation.state`, as far as an extension writes it."""

    PROCESSING = "Processing"
    SUCCEEDED = "Succeeded"
    ERROR = "Error"


CONFIGURATION_PROBLEM = "ERR_CONFIGURATION_PROBLEM"
"""Error code for what the shoot owner has to correct; gardenlet stops retrying when it sees it."""


@dataclass(frozen=True, slots=True)
class LastOperation:
    """What the status says about the last operation; unknown words are kept as they are."""

    type: str
    state: str
    progress: int
    description: str
    last_update_time: datetime | None


@dataclass(frozen=True, slots=True)
class Extension:
    """One Extension object; see `parse`."""

    namespace: str
    name: str
    uid: str
    resource_version: str
    generation: int
    created: datetime | None
    deleting_since: datetime | None
    finalizers: tuple[str, ...]
    annotations: Mapping[str, str]
    type: str
    klass: str
    provider_config: Any
    last_operation: LastOperation | None
    last_error: bool
    observed_generation: int
    conditions: tuple[Mapping[str, Any], ...]
    state: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name

    @property
    def operation_annotation(self) -> str:
        """Value of `gardener.cloud/operation`, empty if absent."""
        return self.annotations.get(names.OPERATION_ANNOTATION, "")

    @property
    def asked_at(self) -> datetime | None:
        """When gardenlet asked for the last operation."""
        return parse_time(self.annotations.get(names.TIMESTAMP_ANNOTATION))

    @property
    def ours(self) -> bool:
        """Whether this controller serves the object: type and class fit (EXT-2)."""
        return self.type == names.EXTENSION_TYPE and self.klass == "shoot"

    def succeeded(self, operation: OperationType | None = None) -> bool:
        """Tell whether the last operation (of this type, if one is given) succeeded."""
        last = self.last_operation
        return (
            last is not None
            and last.state == OperationState.SUCCEEDED.value
            and (operation is None or last.type == operation.value)
        )


def parse(obj: Mapping[str, Any]) -> Extension:
    """Read an object as the API server gives it."""
    metadata = obj["metadata"]
    spec = obj.get("spec") or {}
    status = obj.get("status") or {}
    return Extension(
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        uid=metadata.get("uid", ""),
        resource_version=metadata.get("resourceVersion", ""),
        generation=metadata.get("generation", 0),
        created=parse_time(metadata.get("creationTimestamp")),
        deleting_since=parse_time(metadata.get("deletionTimestamp")),
        finalizers=tuple(metadata.get("finalizers") or ()),
        annotations=metadata.get("annotations") or {},
        type=spec.get("type", ""),
        klass=spec.get("class") or "shoot",
        provider_config=spec.get("providerConfig"),
        last_operation=_last_operation(status.get("lastOperation")),
        last_error=bool(status.get("lastError")),
        observed_generation=status.get("observedGeneration", 0),
        conditions=tuple(status.get("conditions") or ()),
        state=status.get("state") or {},
    )


def _last_operation(raw: Mapping[str, Any] | None) -> LastOperation | None:
    if not raw:
        return None
    return LastOperation(
        type=raw.get("type", ""),
        state=raw.get("state", ""),
        progress=raw.get("progress", 0),
        description=raw.get("description", ""),
        last_update_time=parse_time(raw.get("lastUpdateTime")),
    )


def parse_time(text: str | None) -> datetime | None:
    """Read an RFC 3339 time; `None` for nothing or for what is no time, such as one of no zone."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def format_time(moment: datetime) -> str:
    """Write a time as a status has it: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
