# SPDX-License-Identifier: Apache-2.0
"""What is to be remembered, as data: the engine returns these, the store writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model import Container, Pod


@dataclass(frozen=True, slots=True)
class PutPod:
    """Remember a pod, in place of what was known under its id."""

    pod: Pod


@dataclass(frozen=True, slots=True)
class DropPod:
    """Forget a pod."""

    id: str


@dataclass(frozen=True, slots=True)
class PutContainer:
    """Remember a container, in place of what was known under its cache id."""

    container: Container


@dataclass(frozen=True, slots=True)
class DropContainer:
    """Forget a container."""

    cache_id: str


@dataclass(frozen=True, slots=True)
class PutPolicy:
    """Remember the active policy and its state, JSON texts by key, in place of all before."""

    name: str
    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PutEntries:
    """Remember some entries of the active policy's state; `None` forgets one."""

    entries: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class PutConfig:
    """Remember the configuration that the agent gave last, `None`: none any more."""

    data: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class PutAdjustments:
    """Remember the adjustments that the agent gave last, as it wrote them; empty: none."""

    text: str


@dataclass(frozen=True, slots=True)
class PutHistory:
    """Remember which configurations were taken and refused lately, as the daemon wrote it."""

    text: str


Change = (
    PutPod
    | DropPod
    | PutContainer
    | DropContainer
    | PutPolicy
    | PutEntries
    | PutConfig
    | PutAdjustments
    | PutHistory
)


@dataclass(frozen=True, slots=True)
class Saved:
    """All that was remembered: pods by id, containers by cache id."""

    pods: Mapping[str, Pod] = field(default_factory=dict)
    containers: Mapping[str, Container] = field(default_factory=dict)
    policy_name: str = ""
    policy: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] | None = None
    adjustments: str = ""
    history: str = ""
