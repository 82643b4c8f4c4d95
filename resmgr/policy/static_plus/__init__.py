# SPDX-License-Identifier: Apache-2.0
"""Whole CPUs of a request are exclusive, the rest of it is a part of a shared pool.

What belongs here: what a container asks for (`wants`), the pools (`pools`), which CPUs it gets
(`grants`), what is kept (`state`, `saved`), and the policy that puts them together (`policy`). What
must not: memory, which stays as the kubelet has it, and quotas.
"""

from .policy import make

__all__ = ["make"]
