# SPDX-License-Identifier: Apache-2.0
"""The policy of pod pools: whole pods in pools of a fixed number of CPUs.

What belongs here: how many pools there are and how large (`sizes`), which CPUs they have
(`layout`), which one a pod goes to (`choose`), who is where (`state`), what is seen of it
(`shown`), and the policy that puts them together (`policy`). What must not: pools that grow,
measuring what CPUs do.
"""

from .policy import make

__all__ = ["make"]
