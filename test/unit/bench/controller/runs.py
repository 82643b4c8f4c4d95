# SPDX-License-Identifier: Apache-2.0
"""A made-up run for the tests of figures and tables."""

from bench.controller import phases, results

SECONDS = {phases.CREATE: 10.0, phases.CONFIGS: 15.0, phases.DELETE: 80.0}


def run(shoots: int = 500, **writes: int) -> results.Run:
    """Give a run with these writes of each phase, by its name; the other phases wrote nothing."""
    return results.Run(
        shoots=shoots,
        cluster_bytes=58_000,
        started=60_000_000,
        peak=80_000_000,
        peak_restarted=85_000_000,
        phases=tuple(
            results.Phase(
                name=name,
                seconds=SECONDS.get(name, 1.0),
                cpu_seconds=0.01 * shoots,
                resident=70_000_000,
                requests={"patch extensions": 3 * shoots},
                writes={"patch extensions": writes.get(name, 0), "update leases": 30},
                spread=results.spread([1.0, 2.0]) if name == phases.CREATE else None,
            )
            for name in phases.TITLES
        ),
    )
