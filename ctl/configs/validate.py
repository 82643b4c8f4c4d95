# SPDX-License-Identifier: Apache-2.0
"""Judge configuration files as the daemon does, without one: all problems of all files at once.

A file is a configuration document, or a ConfigMap `cri-resmgr-config.*` as kubectl prints it; - is
standard input. What depends on hardware is judged on a machine that you name: by its shape
(PACKAGESxNODESxCORESxTHREADS), by the folder that its sys is mounted below, or `/` for this one.

Examples:
  cri-resmgrctl config validate policy.yaml
  cri-resmgrctl config validate --machine 2x2x14x2 one.yaml two.yaml
  cri-resmgrctl config validate --sysfs-root / /etc/cri-resmgr/fallback.cfg
  kubectl -n kube-system get configmap cri-resmgr-config.default -o yaml |
      cri-resmgrctl config validate -
"""

import argparse
import dataclasses
from collections.abc import Iterator
from typing import TextIO

from .. import exits, output
from . import judge


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config validate`."""
    command.add_argument("file", nargs="+", metavar="FILE", help="what is judged; - for stdin")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--machine", metavar="MACHINE", help="judge on a machine of this shape")
    where.add_argument(
        "--sysfs-root", metavar="DIR", help="judge on the machine that is mounted there"
    )
    command.add_argument("--strict", action="store_true", help="take warnings for problems")
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Judge, tell; 1 when a file cannot be used. Raises `Problem` for a machine that is none."""
    on = judge.Hardware.named(arguments.machine, arguments.sysfs_root)
    verdicts = [judge.judge(name, on) for name in arguments.file]
    if arguments.output == output.TABLE:
        where = output.screen(out)
        rows = [row for verdict in verdicts for row in _rows(verdict)]
        output.write_table(where, ["FILE", "VERDICT", "WHERE", "WHAT"], rows)
        if on is None:
            err.write("Hardware was not looked at; --machine or --sysfs-root names one.\n")
    else:
        documents = [{**dataclasses.asdict(one), "ok": one.ok} for one in verdicts]
        output.write_document(out, documents, arguments.output)
    fine = all(one.ok and not (arguments.strict and one.warnings) for one in verdicts)
    return exits.FINE if fine else exits.PROBLEM


def _rows(verdict: judge.Verdict) -> Iterator[tuple[str, str, str | None, str]]:
    for one in verdict.problems:
        yield verdict.file, "wrong", one.path or None, one.text
    for one in verdict.warnings:
        yield verdict.file, "warning", one.path or None, one.text
    if verdict.ok and not verdict.warnings:
        yield verdict.file, "ok", None, f"policy {verdict.policy}"
