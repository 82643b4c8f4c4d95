# SPDX-License-Identifier: Apache-2.0
"""What a policy is: pure functions from a state and something that happens to a step.

A policy object holds only what does not change while it is active: the machine and its
configuration. Everything that changes is its state, an immutable value: taking a step back is
keeping the old value, and a dry run is not keeping the new one. So each policy can be tested,
simulated and explained without a node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from .. import model
from ..intents import Intent
from ..model import Container, Pod
from ..samples import Samples
from ..sysfs.machine import Machine

S = TypeVar("S")


class PolicyError(Exception):
    """Base of what a policy may refuse; the text is for people and names the cause."""


class CannotAllocate(PolicyError):
    """The container's request cannot be met; creating it has to be refused."""


class BadConfiguration(PolicyError):
    """The configuration does not fit this machine or these containers."""


class BadState(PolicyError):
    """The saved state does not fit any more; start from the runtime's lists."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A container together with its pod."""

    container: Container
    pod: Pod

    @property
    def title(self) -> str:
        """The container's name for people: `namespace/pod:container`."""
        return model.title(self.pod, self.container)


@dataclass(frozen=True, slots=True)
class Constraints:
    """CPUs that a policy may use and keeps for the system, as configured.

    Each is a mask, a quantity in milli-CPU (`..._milli`), or neither where nothing is given. No
    policy can make use of a quantity of available CPUs; `constraints.usable` refuses it.
    """

    available: int | None = None
    available_milli: int | None = None
    reserved: int | None = None
    reserved_milli: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One decision in words: what, for which container, why; for logs, Events and `explain`."""

    container: str
    text: str
    warning: bool = False
    """Somebody should mend what made it so."""

    error: bool = False
    """A warning that operators' tools look for among errors (policies, section 12)."""

    unmet: bool = False
    """The container runs without what it asks for: one that is created now would be refused."""


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """What follows from something that happened: the next state, what to do, and why."""

    state: S
    intents: tuple[Intent, ...] = ()
    reasons: tuple[Reason, ...] = ()
    entries: Mapping[str, str | None] | None = None
    """Entries of `dump` that differ now (`None`: gone); not given, the whole dump is written.

    With it a change costs the same however many containers there are.
    """


class Policy(Protocol[S]):
    """One policy with its configuration on one machine.

    All methods are pure and deterministic: the same arguments give the same step.
    """

    @property
    def name(self) -> str:
        """Name in configurations; state that was saved under another name is not shown to it."""

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject], /) -> Step[S]:
        """Begin with the state that `dump` gave before (`None`: none), and what runs now.

        Containers that the saved state knows keep what they have; state of others is dropped;
        others are allocated in the order given. Nobody who runs is turned away; that somebody has
        not what he asks for is told by a reason that is `unmet`. Raises `BadState`,
        `BadConfiguration`.
        """

    def allocate(self, state: S, subject: Subject, /) -> Step[S]:
        """Give a container what it asks for; a known one keeps what it has.

        Raises `CannotAllocate`.
        """

    def release(self, state: S, cache_id: str, /) -> Step[S]:
        """Take back what a container has; nothing happens for an unknown one."""

    def update(self, state: S, subject: Subject, /) -> Step[S]:
        """Follow changed requirements of a container that runs (in-place resize).

        Raises `CannotAllocate`; the container then keeps what it has.
        """

    def rebalance(self, state: S, /) -> Step[S]:
        """Improve what can be improved without a request."""

    def export(self, state: S, cache_id: str, /) -> Mapping[str, str]:
        """Give what the container may know about its CPUs (`SHARED_CPUS`, ...)."""

    def dump(self, state: S, /) -> dict[str, str]:
        """Give the state as JSON texts by key, for `start` after a restart."""

    def introspect(self, state: S, /) -> dict[str, Any]:
        """Give pools and assignments as the introspection page shows them."""


@runtime_checkable
class Measured(Protocol):
    """A policy that has metrics of its own; most have none."""

    def metrics(self, state: Any, /) -> Sequence[Samples]:
        """Give their values; names begin with nothing that other metrics begin with."""


@runtime_checkable
class Reminded(Protocol):
    """A policy that asks to be reminded of containers, by the intent `Remind`."""

    def remind(self, state: Any, cache_id: str, /) -> Step[Any]:
        """The time has come; nothing happens for a container that is not waited for any more."""


class Factory(Protocol):
    """Makes a policy; each policy package has one as `make`."""

    def __call__(
        self, machine: Machine, constraints: Constraints, config: Mapping[str, Any], /
    ) -> Policy[Any]:
        """Judge the configuration against the machine. Raises `BadConfiguration`."""
