# SPDX-License-Identifier: Apache-2.0
"""The policy topology-aware: CPUs and memory near to each other, by the machine's own hierarchy.

What belongs here: the tree of pools (`tree`, `sane`), what a container asks for (`preferences`,
`request`), which pool is best (`hints`, `attraction`, `fit`, `score`), taking CPUs and memory from
it (`take`, `expand`), what is remembered (`grants`, `state`), and the policy that puts them
together (`policy`). What must not: other policies, sysfs, clocks; `memtier` is the same policy
under its other name.
"""

from .policy import make

__all__ = ["make"]
