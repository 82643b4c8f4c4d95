# SPDX-License-Identifier: Apache-2.0
"""What the programs that measure have in common: options, what they measured on, how they end."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from . import reports, shown

R = TypeVar("R")
"""A report of a benchmark."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where figures go to, and where they come from instead of being measured."""
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write JSON there")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing, show that file")
    parser.add_argument("--markdown", action="store_true", help="show tables as Markdown")


class Host:
    """The machine that is measured on; its load is that of before and after."""

    def __init__(self) -> None:
        """Begin now."""
        self._before = os.getloadavg()[0]

    def described(self, more: Mapping[str, str]) -> dict[str, str]:
        """Tell what it is, name -> text, and what else there is to say; everything has ended."""
        return {
            "processors": f"{os.cpu_count()}",
            "kernel": platform.release(),
            "Python": platform.python_version(),
            **more,
            "load of the machine before": f"{self._before:.1f}",
            "load of the machine after": f"{os.getloadavg()[0]:.1f}",
        }


class Progress:
    """Tells on standard error what has been done, and when."""

    def __init__(self) -> None:
        """Begin now."""
        self._begun = time.perf_counter()

    def __call__(self, text: str) -> None:
        """Tell something."""
        print(f"{time.perf_counter() - self._begun:6.1f} s  {text}", file=sys.stderr)


def finish(
    arguments: argparse.Namespace,
    kind: Callable[..., R],
    measure: Callable[[], R],
    tables: Callable[[R], Iterable[shown.Table]],
    dump: Callable[[R], str] = reports.dump,
) -> None:
    """Measure, or read the file that is to be read instead; write the report, show its tables.

    `kind` is the report's class.
    """
    if arguments.read is not None:
        report = reports.read(kind, arguments.read.read_text(encoding="utf-8"))
    else:
        report = measure()
    write(arguments, dump(report))
    show(arguments, tables(report))


def write(arguments: argparse.Namespace, dumped: str) -> None:
    """Write a report to the file that was asked for, if one was."""
    if arguments.output is not None:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(dumped, encoding="utf-8")


def show(arguments: argparse.Namespace, tables: Iterable[shown.Table]) -> None:
    """Show tables in the form that was asked for."""
    sys.stdout.write(shown.markdown(tables) if arguments.markdown else shown.text(tables))
