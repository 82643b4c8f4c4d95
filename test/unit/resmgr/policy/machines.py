# SPDX-License-Identifier: Apache-2.0
"""Random machines of up to 36 CPUs: packages, nodes, threads, CPUs that are off or isolated.

Only so many, each read from files once: to make files costs more than everything that is tested.
"""

import random

import hypothesis.strategies as st
from unit.resmgr.sysfs import trees

_COUNT = 20


def _random(chance: random.Random) -> trees.Tree:
    """Make one; CPU 0 is always there to be reserved, and not isolated."""
    return trees.Tree(
        packages=chance.randint(1, 3),
        nodes=chance.randint(1, 2),
        cores=chance.randint(2, 3),
        threads=chance.randint(1, 2),
        adjacent=chance.choice([False, True]),
        isolated=chance.choice(["", "1", "2-3"]),
        offline=chance.choice(["", "4", "1,3"]),
        memory=chance.choice([1 << 20, 1 << 22]),
        apart=tuple(chance.choice([1 << 19, 1 << 23]) for _ in range(chance.randint(0, 2))),
    )


_CHANCE = random.Random(1)  # noqa: S311 - of tests
RANDOM = st.sampled_from([_random(_CHANCE) for _ in range(_COUNT)])
