# SPDX-License-Identifier: Apache-2.0
"""Measure the relay before a real containerd, interleaved with containerd alone.

Run it by `make bench BENCH=relay`; it needs root. Judge ratios: other work of the machine moves
the figures of both ways alike.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from garden import binaries
from node import containerd

from .. import cli
from . import load, measure, results, tables

DAEMON = (
    sys.executable,
    "-c",
    "from resmgr.daemon.cli import main; main()",
    "--runtime-socket={runtime}",
    "--relay-socket={relay}",
    "--relay-dir={folder}",
    "--pid-file={folder}/pid",
    "--agent-socket=disabled",
    "--config-socket=disabled",
    "--introspection-socket=disabled",
)
"""The daemon without a configuration, which is policy `none`."""


_STATIC = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}"
RECOMPUTED = (f"{_STATIC}}}", f"{_STATIC}, static: {{RelaxedIsolation: true}}}}")
"""Two configurations by which the policy decides the same for every container, but anew."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.relay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of each load (5)")
    parser.add_argument("--calls", type=int, default=8000, metavar="N", help="in a round (8000)")
    parser.add_argument(
        "--soak", type=float, default=120, metavar="S", help="seconds of further calls (120)"
    )
    cli.add_arguments(parser)
    parser.add_argument(
        "--program",
        nargs=argparse.REMAINDER,
        metavar="WORD",
        default=list(DAEMON),
        help="what is measured, up to the end of the line: {runtime} and {relay} become the paths"
        " of both sockets, {folder} that of an empty folder",
    )
    return parser.parse_args(arguments)


def told(figures: Iterable[results.Figure]) -> Iterator[results.Figure]:
    """Tell how far it has come, on standard error."""
    progress = cli.Progress()
    for one in figures:
        progress(getattr(one, "name", "") or str(one))
        yield one


def run(arguments: argparse.Namespace) -> results.Report:
    """Measure. Raises `LoadFailed`, `RuntimeError` with the relay's log."""
    wanted = measure.Wanted(arguments.rounds, arguments.calls, arguments.soak)
    h2load = binaries.find("h2load")["h2load"]
    with containerd.running() as runtime, tempfile.TemporaryDirectory() as folder:
        daemon = arguments.program == list(DAEMON)
        bench = measure.Bench(
            arguments.program,
            runtime.socket,
            Path(folder),
            h2load,
            wanted,
            RECOMPUTED if daemon else (),
        )
        host = cli.Host()
        more = {
            "containerd": runtime.ctr("version").split("Version:")[-1].split()[0],
            "measured": "cri-resmgr, policy none" if daemon else " ".join(arguments.program),
            "rounds": f"{wanted.rounds} of each load",
        }
        figures = list(told(bench.run()))
        return results.collect(host.described(more), figures)


def main() -> None:
    """Measure, write, show."""
    arguments = parse()
    try:
        cli.finish(arguments, results.Report, lambda: run(arguments), tables.tables, results.dump)
    except load.LoadFailed as error:
        sys.exit(f"cannot measure: calls failed: {error}")


if __name__ == "__main__":
    main()
