# SPDX-License-Identifier: Apache-2.0
"""A shoot to try things by hand: `PYTHONPATH=test python -m ground`, until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import signal
import sys
import time

from . import cluster, tree


def main() -> None:
    """Start, tell how to use it, wait."""
    parser = argparse.ArgumentParser(prog="python -m ground", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2, help="how many (default: 2)")
    nodes = parser.parse_args().nodes
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    specs = [tree.Spec(f"node-{number}") for number in range(1, nodes + 1)]
    try:
        asyncio.run(_run(specs))
    except cluster.Impossible as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


async def _run(specs: list[tree.Spec]) -> None:
    started = time.monotonic()
    async with cluster.opened(*specs) as shoot:
        config = shoot.control.kubeconfig_file("admin")
        print(f"ready after {time.monotonic() - started:.1f} s: export KUBECONFIG={config}")
        print(f"place: {shoot.place.number}")
        for name, each in shoot.machines.items():
            print(f"{name}: {' '.join(each.command('bash'))}")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
