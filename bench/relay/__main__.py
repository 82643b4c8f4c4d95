# SPDX-License-Identifier: Apache-2.0
"""Measure the relay before a real containerd, interleaved with containerd alone.

Run it by `make bench BENCH=relay`; it needs root. Judge ratios: other work of the machine moves
the figures of both ways alike.
"""

import argparse
import dataclasses
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from garden import binaries
from node import containerd

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
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write JSON there")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing, show that file")
    parser.add_argument("--markdown", action="store_true", help="show tables as Markdown")
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
    began = time.perf_counter()
    for one in figures:
        name = getattr(one, "name", "") or str(one)
        print(f"{time.perf_counter() - began:6.1f} s  {name}", file=sys.stderr)
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
        before = os.getloadavg()[0]
        machine = {
            "processors": f"{os.cpu_count()}",
            "kernel": platform.release(),
            "Python": platform.python_version(),
            "containerd": runtime.ctr("version").split("Version:")[-1].split()[0],
            "measured": "cri-resmgr, policy none" if daemon else " ".join(arguments.program),
            "rounds": f"{wanted.rounds} of each load",
            "load of the machine before": f"{before:.1f}",
        }
        report = results.collect(machine, told(bench.run()))
        after = {"load of the machine after": f"{os.getloadavg()[0]:.1f}"}
        return dataclasses.replace(report, machine={**machine, **after})


def main() -> None:
    """Measure, write, show."""
    arguments = parse()
    if arguments.read is not None:
        report = results.read(arguments.read.read_text(encoding="utf-8"))
    else:
        try:
            report = run(arguments)
        except load.LoadFailed as error:
            sys.exit(f"cannot measure: calls failed: {error}")
    if arguments.output is not None:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(results.dump(report), encoding="utf-8")
    sys.stdout.write(tables.markdown(report) if arguments.markdown else tables.text(report))


if __name__ == "__main__":
    main()
