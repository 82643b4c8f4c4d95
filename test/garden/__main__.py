# SPDX-License-Identifier: Apache-2.0
"""`python -m garden`: the stand-in resource manager in a process of its own, for benchmarks.

It shares no interpreter with what is measured. `ready` on standard output tells that it is at
work; it ends with its standard input, so that it never outlives who started it.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from controller import kube
from controller.kube import connection

from . import resource_manager


async def main(arguments: argparse.Namespace) -> None:
    """Work until standard input ends."""
    seed_way = connection.load(arguments.seed_kubeconfig, {})
    shoot_way = None
    if arguments.shoot_kubeconfig is not None:
        shoot_way = connection.load(arguments.shoot_kubeconfig, {})
    async with kube.Client(seed_way, clock=time.monotonic, user_agent="garden-grm") as seed:
        shoot = None
        if shoot_way is not None:
            shoot = kube.Client(shoot_way, clock=time.monotonic, user_agent="garden-grm")
        manager = resource_manager.ResourceManager(
            seed, shoot, apply=not arguments.no_apply, concurrency=arguments.concurrency
        )
        for pattern in arguments.down:
            manager.switch(pattern, down=True)
        async with manager:
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)
        if shoot is not None:
            await shoot.close()


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="garden", description=__doc__)
    parser.add_argument("--seed-kubeconfig", type=Path, required=True)
    parser.add_argument("--shoot-kubeconfig", type=Path, help="without it: only decode")
    parser.add_argument("--no-apply", action="store_true", help="bring objects nowhere")
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument(
        "--down", action="append", default=[], metavar="PATTERN", help="shoots without a manager"
    )
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parse()))
