# SPDX-License-Identifier: Apache-2.0
"""Measure nodes on their way from plain containerd to the relay, and what stays on them.

Run it by `make bench BENCH=node`; it needs root and what `make e2e-test` needs. Judge ratios and
differences: other work of the machine moves both of their sides.
"""

import argparse
import asyncio
import dataclasses
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from chain import images
from daemonset import waiting
from garden import binaries, interrupts, servers
from ground import cluster, machine, places

from .. import cli
from . import measure, results, stage, tables

PROBLEMS = (
    waiting.Late,
    binaries.ProgramMissing,
    cluster.Impossible,
    cluster.Late,
    images.BuildFailed,
    machine.MachineProblem,
    places.NoPlace,
    servers.NotReady,
    subprocess.CalledProcessError,
)
"""What may go wrong; the text says what."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.node", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2, metavar="N", help="one after another (2)")
    parser.add_argument(
        "--restarts", type=int, default=3, metavar="N", help="plain ones, before and after (3)"
    )
    parser.add_argument("--pods", type=int, default=20, metavar="N", help="on each way (20)")
    parser.add_argument("--starts", type=int, default=11, metavar="N", help="of a program (11)")
    parser.add_argument(
        "--window", type=float, default=120, metavar="S", help="seconds of counting CPU (120)"
    )
    parser.add_argument(
        "--configuration",
        type=Path,
        metavar="FILE",
        help="fallback configuration of the relay (none: policy none)",
    )
    cli.add_arguments(parser)
    return parser.parse_args(arguments)


async def run(arguments: argparse.Namespace) -> results.Report:
    """Measure, and tell how far it has come on standard error. Raises `PROBLEMS`."""
    wanted = measure.Wanted(arguments.restarts, arguments.pods, arguments.window, arguments.starts)
    configuration = arguments.configuration
    text = configuration.read_text(encoding="utf-8") if configuration else ""
    host, progress = cli.Host(), cli.Progress()
    figures: list[results.Figure] = []
    async with stage.opened(arguments.nodes, text) as on:
        first = next(iter(on.shoot.machines.values()))
        containerd = (await first.run("containerd", "--version")).output.split()[2]
        progress("nodes are ready")
        async for figure in measure.Bench(on, wanted).run():
            figures.append(figure)
            progress(told(figure))
    more = {
        "Kubernetes": cluster.kubernetes_version(),
        "containerd": containerd,
        "relay": f"configured by {configuration.name}" if configuration else "policy none",
    }
    return results.collect(host.described(more), figures)


def told(figure: results.Figure) -> str:
    """Tell a figure in a few words."""
    words = [type(figure).__name__.lower()]
    for field in dataclasses.fields(figure):
        value = getattr(figure, field.name)
        match value:
            case tuple():
                words.append(f"{field.name} {statistics.median(value):.3f}")
            case float():
                words.append(f"{field.name} {value:.3f}")
            case _:
                words.append(f"{value}")
    return " ".join(words)


def innermost(problem: BaseException) -> BaseException:
    """Give the first that happened of several problems."""
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return problem


def main() -> None:
    """Measure, write, show."""
    arguments = parse()
    interrupts.take()
    try:
        cli.finish(arguments, results.Report, lambda: asyncio.run(run(arguments)), tables.tables)
    except* KeyboardInterrupt:
        sys.exit(130)
    except* PROBLEMS as several:
        sys.exit(f"cannot measure: {innermost(several)}")


if __name__ == "__main__":
    main()
