# SPDX-License-Identifier: Apache-2.0
"""What a container asks for (section 7.4)."""

from dataclasses import dataclass

from ...model import Qos
from ..interface import Subject
from . import memory, preferences
from .options import SYSTEM, Options
from .preferences import Preferences


@dataclass(frozen=True, slots=True)
class Request:
    """CPUs and memory.

    `full` CPUs are for the container alone, `part` milli-CPU are shared. `kinds` of memory are
    wanted, of which there have to be `amount` bytes; for `cold` seconds it is to be PMEM only.
    """

    full: int = 0
    part: int = 0
    isolate: bool = False
    reserved: bool = False
    """Is to share the reserved CPUs."""

    at_root: bool = False
    """Its pool is the root, without a choice."""

    kinds: int = memory.ALL
    stated: bool = False
    """The kinds of memory are those that the pod names."""

    amount: int = 0
    cold: float = 0.0

    @property
    def filling(self) -> int:
        """The kinds of memory that are filled at first."""
        return memory.PMEM if self.cold else self.kinds


def of(
    subject: Subject, options: Options, *, cold_starts: bool = True, pmem_alone: bool = True
) -> tuple[Request, tuple[str, ...]]:
    """Tell what a container asks for, and what of its annotations was not understood.

    Without `cold_starts` no container starts in PMEM. Without `pmem_alone` the kernel itself cannot
    use all of the PMEM, so that nobody has only that.
    """
    wishes = preferences.of(subject.pod, subject.container.name, options)
    namespace = subject.container.namespace or subject.pod.namespace
    reserved = wishes.reserved
    if reserved is None:
        reserved = options.is_reserved(namespace)
    full, part, isolate = (0, _milli(subject), False) if reserved else _cpus(subject, wishes)
    kinds = wishes.memory or memory.ALL
    both = memory.DRAM | memory.PMEM
    if kinds == memory.PMEM and not pmem_alone:
        kinds = both
    request = Request(
        full=full,
        part=part,
        isolate=isolate,
        reserved=reserved,
        at_root=reserved or namespace == SYSTEM,
        kinds=kinds,
        stated=bool(wishes.memory),
        amount=_bytes(subject),
        cold=wishes.cold if cold_starts and kinds & both == both else 0.0,
    )
    return request, wishes.doubts


def _milli(subject: Subject) -> int:
    return max(0, subject.container.requirements.cpu_request or 0)


def _bytes(subject: Subject) -> int:
    if subject.pod.qos is Qos.BEST_EFFORT:
        return 0
    wants = subject.container.requirements
    return max(0, wants.memory_limit or wants.memory_request or 0)


def _cpus(subject: Subject, wishes: Preferences) -> tuple[int, int, bool]:
    """Give whole CPUs, milli-CPU, and whether the whole ones are to be isolated."""
    milli = _milli(subject)
    if subject.pod.qos is Qos.BURSTABLE:
        return 0, milli, False
    if subject.pod.qos is Qos.BEST_EFFORT:
        return 0, 0, False
    full, part = divmod(milli, 1000)
    shared, isolated = wishes.shared, wishes.isolated
    to_share = shared.value and shared.explicit
    if full <= 1:
        share = full == 0 or to_share or (part > 0 and shared.value)
        return (0, milli, False) if share else (full, part, isolated.value)
    if part:
        # The original shares such CPUs unless it is told not to.
        to_share = shared.value or not shared.explicit
    return (0, milli, False) if to_share else (full, part, isolated.value and isolated.explicit)
