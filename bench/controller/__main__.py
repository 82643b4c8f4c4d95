# SPDX-License-Identifier: Apache-2.0
"""Measure the controller with 10, 100 and 500 shoots; about 6 minutes for each number.

Run it by `make bench`; bench/README.md tells what the figures mean.
"""

import argparse
import asyncio
import dataclasses
import sys
import time

from .. import cli, reports
from . import machine, phases, results, tables


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--shoots",
        type=int,
        nargs="+",
        default=[10, 100, 500],
        metavar="N",
        help="how many shoots (10 100 500)",
    )
    cli.add_arguments(parser)
    return parser.parse_args(arguments)


def main() -> None:
    """Measure, show, write."""
    arguments = parse()
    if arguments.read is not None:
        report = reports.read(results.Report, arguments.read.read_text(encoding="utf-8"))
    else:
        report = results.Report(machine.describe())
        for count in arguments.shoots:
            run = asyncio.run(phases.run(count, Progress(count)))
            report = dataclasses.replace(report, runs=(*report.runs, run))
            cli.write(arguments, reports.dump(report))  # The next one may not end well.
    sys.stdout.write(tables.markdown(report) if arguments.markdown else tables.text(report))


class Progress:
    """Tells on standard error what has been done and when."""

    def __init__(self, count: int) -> None:
        """Begin now."""
        self._count = count
        self._begun = time.monotonic()
        self("preparing")

    def __call__(self, text: str) -> None:
        """Tell something."""
        passed = time.monotonic() - self._begun
        sys.stderr.write(f"bench: {self._count} shoots, {passed:4.0f} s: {text}\n")


if __name__ == "__main__":
    main()
