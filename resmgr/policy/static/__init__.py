# SPDX-License-Identifier: Apache-2.0
"""The policy of the kubelet's static CPU manager: whole CPUs for guaranteed containers.

What belongs here: who gets exclusive CPUs (`wants`), which (`grants`), what is kept (`state`), and
the policy that puts them together (`policy`). What must not: memory, shares and quotas, which stay
as the kubelet has them.
"""

from .policy import make

__all__ = ["make"]
