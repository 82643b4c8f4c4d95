# SPDX-License-Identifier: Apache-2.0
"""The policy that leaves every container as it is; the default.

What belongs here: the policy that does nothing. What must not: anything that touches a container.
"""

from .policy import make

__all__ = ["make"]
