# SPDX-License-Identifier: Apache-2.0
"""Measure every policy: decisions, the whole daemon, and topology-aware before a real containerd.

Run it by `make bench BENCH=policy`; the part with containerd needs root. CPU time counts for
decisions and creates, since other work of the machine stretches all other times.
"""

import argparse
import asyncio
import dataclasses
import logging
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

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
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write JSON there")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing, show that file")
    parser.add_argument("--markdown", action="store_true", help="show tables as Markdown")
    return parser.parse_args(arguments)


async def run(wanted: measure.Wanted) -> results.Report:
    """Measure, and tell how far it has come, on standard error."""
    before = os.getloadavg()[0]
    began = time.perf_counter()
    figures: list[results.Figure] = []
    async for one in measure.run(wanted):
        figures.append(one)
        what = getattr(one, "where", None) or getattr(one, "name", "")
        print(f"{time.perf_counter() - began:6.1f} s  {type(one).__name__} {what}", file=sys.stderr)
    machine = {
        "processors": f"{os.cpu_count()}",
        "kernel": platform.release(),
        "Python": platform.python_version(),
        "calls of each sort": f"{wanted.decisions} decisions, {wanted.shared} shared,"
        f" {wanted.exclusive} exclusive, {wanted.turns} at containerd",
        "load of the machine before": f"{before:.1f}",
        "load of the machine after": f"{os.getloadavg()[0]:.1f}",
    }
    return results.collect(machine, figures)


def main() -> None:
    """Measure, write, show."""
    arguments = parse()
    # The client tells of each attempt to connect to a daemon that is not there yet.
    logging.basicConfig(level=logging.CRITICAL)
    if arguments.read is not None:
        report = results.read(arguments.read.read_text(encoding="utf-8"))
    else:
        names = [field.name for field in dataclasses.fields(measure.Wanted)]
        wanted = measure.Wanted(**{name: getattr(arguments, name) for name in names})
        report = asyncio.run(run(wanted))
    if arguments.output is not None:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(results.dump(report), encoding="utf-8")
    sys.stdout.write(tables.markdown(report) if arguments.markdown else tables.text(report))


if __name__ == "__main__":
    main()
