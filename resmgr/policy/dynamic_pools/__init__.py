# SPDX-License-Identifier: Apache-2.0
"""Pools of CPUs whose sizes follow what their containers ask for, and how busy they are.

What belongs here: the types of pools and who goes where (`types`, `choose`), how many CPUs each has
(`sizes`), which (`layout`), what is kept (`state`, `saved`), and the policy that puts them together
(`policy`, `shown`). What must not: measuring anything, which comes in as an event.
"""

from .policy import make

__all__ = ["make"]
