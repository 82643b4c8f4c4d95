# SPDX-License-Identifier: Apache-2.0
"""Measure the relay before a real containerd, interleaved with containerd alone.

Run it by `PYTHONPATH=test .venv/bin/python -m bench.relay`; it needs root. Judge ratios: other work
of the machine moves the figures of both ways alike.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from garden import binaries
from node import containerd

from . import load, process, results, tables

VERSION = "/runtime.v1.RuntimeService/Version"
IN_FLIGHT = (1, 8, 64)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.relay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of each load (5)")
    parser.add_argument("--calls", type=int, default=8000, metavar="N", help="in a round (8000)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write JSON there")
    parser.add_argument(
        "--program",
        nargs="+",
        metavar="WORD",
        default=[sys.executable, "-m", "node.relays", "{runtime}", "{relay}"],
        help="what is measured: {runtime} and {relay} become the paths of both sockets",
    )
    return parser.parse_args(arguments)


def measure(
    words: Sequence[str], runtime: Path, folder: Path, *, rounds: int, calls: int
) -> results.Report:
    """Start a relay, load both ways in turns, and give what was measured."""
    h2load = binaries.find("h2load")["h2load"]
    listens = folder / "relay.sock"
    message = folder / "message"
    message.write_bytes(bytes(5))
    argv = [word.format(runtime=runtime, relay=listens) for word in words]
    cache = folder / "byte-code"
    first = load.Load(VERSION, 1, 1)

    def answers() -> bool:
        return load.answered(h2load, first, listens, message)

    # Once for the byte-code, which an installed relay has.
    process.Process(argv, answers, folder / "relay.log", cache).end()
    relay = process.Process(argv, answers, folder / "relay.log", cache)
    try:
        series = []
        for in_flight in IN_FLIGHT:
            wanted = load.Load(VERSION, calls, in_flight)
            direct, relayed, cpu = [], [], []
            for _ in range(rounds):
                direct.append(load.run(h2load, wanted, runtime, message))
                before = relay.cpu()
                relayed.append(load.run(h2load, wanted, listens, message))
                cpu.append(relay.cpu() - before)
            series.append(
                results.Series(
                    f"Version, {in_flight} in flight",
                    calls,
                    in_flight,
                    tuple(direct),
                    tuple(relayed),
                    tuple(cpu),
                )
            )
        resident, peak = relay.memory()
    finally:
        relay.end()
    machine = {
        "machine": f"{os.cpu_count()} CPUs, Linux {platform.release()}",
        "Python": platform.python_version(),
        "measured": " ".join(words),
        "rounds": f"{rounds} of {calls} calls each",
    }
    return results.Report(machine, relay.started, resident, peak, tuple(series))


def main() -> None:
    """Measure, show, write."""
    arguments = parse()
    with containerd.running() as runtime, tempfile.TemporaryDirectory() as folder:
        report = measure(
            arguments.program,
            runtime.socket,
            Path(folder),
            rounds=arguments.rounds,
            calls=arguments.calls,
        )
    if arguments.output is not None:
        arguments.output.write_text(results.dump(report), encoding="utf-8")
    sys.stdout.write(tables.text(report))


if __name__ == "__main__":
    main()
