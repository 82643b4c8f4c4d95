# SPDX-License-Identifier: Apache-2.0
"""Predefined CPU lists in pools, for pods that were made for CPU Manager for Kubernetes (CMK).

What belongs here: the pools as configured (`pools`), what a container asks for (`wants`,
`isolate`), who has which lists (`state`), and the policy that puts them together (`policy`). What
must not: reading pools from files, which the daemon does; memory, shares and quotas, which stay as
the kubelet has them.
"""

from .policy import MARKS, make

__all__ = ["MARKS", "make"]
