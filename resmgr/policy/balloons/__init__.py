# SPDX-License-Identifier: Apache-2.0
"""The policy of balloons: CPU sets that are made, grow, shrink and go with their containers.

What belongs here: types of balloons (`types`), where on the machine CPUs are taken (`tree`,
`descent`, `sizing`), what there is (`state`) and how it changes (`work`), which balloon a container
goes to (`choose`), what follows for those that run (`follow`), what is remembered (`saved`) and
seen (`shown`), and the policy that puts them together (`policy`, `begin`). What must not: setting
frequencies, which is for the controller of CPU classes.
"""

from .policy import make

__all__ = ["make"]
