# SPDX-License-Identifier: Apache-2.0
"""Python's collector of reference cycles, set for a process that waits and then has to be quick.

A decision about a thousand containers makes some thousand values that stay, and no cycle. With the
interpreter's own settings that started several runs of the collector, one in a hundred times
through all that is known: as long as the decision itself. Memory was not seen to grow for it.
"""

import gc

THRESHOLDS = (10_000, 10, 10)
"""Containers (Python's) made and not yet freed that start a run over the youngest, the
interpreter's own being 700; and runs over one generation that start one over the next."""


def settle() -> None:
    """Call once when all has started: what is there now stays, and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
