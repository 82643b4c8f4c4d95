# SPDX-License-Identifier: Apache-2.0
"""Python's collector of reference cycles, set for a process that decodes JSON all day.

JSON has no cycles, but decoding one Cluster (58 kB) makes enough dictionaries for a run of the
collector, and each tenth of a tenth of these runs goes through everything that was imported. With
the interpreter's own settings that took 15 % of the CPU time of creating shoots.
"""

import gc

THRESHOLDS = (10_000, 10, 10)
"""Containers made and not yet freed that start a run over the youngest (the interpreter's: 700),
and runs over one generation that start one over the next. 10,000 are some 2 MB."""


def settle() -> None:
    """Call once when everything has been imported: what is there now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
