# SPDX-License-Identifier: Apache-2.0
"""Measure every policy: decisions, the whole daemon, and topology-aware before a real containerd.

Run it by `make bench BENCH=policy`; the part with containerd needs root. CPU time counts for
decisions and creates, since other work of the machine stretches all other times.
"""

import argparse
import asyncio
import dataclasses
import logging
from collections.abc import Sequence

from .. import cli
from . import measure, results, tables
from .scenes import SCENES


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    policies = [scene.policy for scene in SCENES]
    parser = argparse.ArgumentParser(prog="bench.policy", description=__doc__)
    parser.add_argument("--policies", nargs="+", choices=policies, default=policies)
    parser.add_argument(
        "--machines", nargs="+", default=list(measure.MACHINES), metavar="SHAPE", help="2x2x14x2"
    )
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=list(measure.SIZES), metavar="N", help="ascending"
    )
    parser.add_argument("--decisions", type=int, default=200, metavar="N", help="of each (200)")
    parser.add_argument("--shared", type=int, default=100, metavar="N", help="creates (100)")
    parser.add_argument("--exclusive", type=int, default=20, metavar="N", help="creates (20)")
    parser.add_argument(
        "--turns", type=int, default=100, metavar="N", help="at containerd, 0 for none (100)"
    )
    cli.add_arguments(parser)
    return parser.parse_args(arguments)


async def run(wanted: measure.Wanted) -> results.Report:
    """Measure, and tell how far it has come, on standard error."""
    host, progress = cli.Host(), cli.Progress()
    figures: list[results.Figure] = []
    async for one in measure.run(wanted):
        figures.append(one)
        what = getattr(one, "where", None) or getattr(one, "name", "")
        progress(f"{type(one).__name__} {what}")
    more = {
        "calls of each sort": f"{wanted.decisions} decisions, {wanted.shared} shared,"
        f" {wanted.exclusive} exclusive, {wanted.turns} at containerd",
    }
    return results.collect(host.described(more), figures)


def main() -> None:
    """Measure, write, show."""
    arguments = parse()
    # The client tells of each attempt to connect to a daemon that is not there yet.
    logging.basicConfig(level=logging.CRITICAL)
    names = [field.name for field in dataclasses.fields(measure.Wanted)]
    wanted = measure.Wanted(**{name: getattr(arguments, name) for name in names})
    cli.finish(arguments, results.Report, lambda: asyncio.run(run(wanted)), tables.tables)


if __name__ == "__main__":
    main()
