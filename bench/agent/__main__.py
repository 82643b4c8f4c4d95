# SPDX-License-Identifier: Apache-2.0
"""Measure the node agent: how fast a change arrives, what it costs, what many ask of one server.

Run it by `make bench BENCH=agent`. First one agent and one daemon as processes of their own, then
many agents in this process; all at a real kube-apiserver on the same machine.
"""

import argparse
import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from garden import audit

from .. import cli
from . import alone, many, results, stage, tables


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.agent", description=__doc__)
    parser.add_argument("--changes", type=int, default=40, metavar="N", help="of one agent (40)")
    parser.add_argument(
        "--idle", type=float, default=300, metavar="S", help="seconds of one idle agent (300)"
    )
    parser.add_argument(
        "--agents", type=int, default=1000, metavar="N", help="at once, 0 for none (1000)"
    )
    parser.add_argument(
        "--idle-agents", type=float, default=120, metavar="S", help="seconds of those, idle (120)"
    )
    cli.add_arguments(parser)
    return parser.parse_args(arguments)


async def run(wanted: argparse.Namespace) -> results.Report:
    """Measure, and tell how far it has come, on standard error."""
    host, progress = cli.Host(), cli.Progress()
    latencies: list[results.Latency] = []
    windows: list[results.Window] = []
    idle: results.Idle | None = None
    async with stage.opened() as shoot:
        async for one in _figures(shoot, wanted):
            progress(type(one).__name__)
            match one:
                case results.Latency():
                    latencies.append(one)
                case results.Window():
                    windows.append(one)
                case _:
                    idle = one
        requests = await audit.answered(shoot.server.audit_log)
    phases = results.phases(windows, requests, stage.ACCOUNT)
    return results.Report(host.described({}), tuple(latencies), phases, idle)


async def _figures(
    shoot: stage.Shoot, wanted: argparse.Namespace
) -> AsyncIterator[results.Latency | results.Window | results.Idle]:
    kubeconfig = await shoot.kubeconfig()
    with tempfile.TemporaryDirectory() as folder:
        made = alone.Alone(shoot, Path(folder), kubeconfig)
        try:
            await made.start()
            for latency in await made.changes(wanted.changes):
                yield latency
            for figure in await made.idle(wanted.idle):
                yield figure
        finally:
            await made.end()
    if wanted.agents:
        with tempfile.TemporaryDirectory() as folder, many.files_for(wanted.agents):
            async for one in many.measure(
                shoot, wanted.agents, wanted.idle_agents, Path(folder), kubeconfig
            ):
                yield one


def main() -> None:
    """Measure, write, show."""
    arguments = parse()
    logging.basicConfig(level=logging.CRITICAL)
    cli.finish(arguments, results.Report, lambda: asyncio.run(run(arguments)), tables.tables)


if __name__ == "__main__":
    main()
