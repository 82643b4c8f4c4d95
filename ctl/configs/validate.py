# SPDX-License-Identifier: Apache-2.0
"""Judge configuration files as the daemon does, without one: all problems of all files at once.

A file is a document of the daemon's, a ConfigMap as kubectl prints it, a Shoot, a providerConfig or
a ControllerDeployment; - is standard input. Of several configurations each is judged, or the one
that FILE#TYPE names; whatever else a Shoot says, `gardener-extension-cri-resmgr validate` judges.
What depends on hardware is judged on a machine that you name: by its shape or name, by a record of
it, by the folder that it is mounted below, or `/` for this one.

Examples:
  cri-resmgrctl config validate policy.yaml
  cri-resmgrctl config validate --machine 2x2x14x2 one.yaml two.yaml
  cri-resmgrctl config validate --machine snc shoot.yaml#group.batch
  cri-resmgrctl config validate --sysfs-root / /etc/cri-resmgr/fallback.cfg
  kubectl -n kube-system get configmap cri-resmgr-config.default -o yaml |
      cri-resmgrctl config validate -
"""

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from .. import exits, hardware, output
from . import judge, trial


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config validate`."""
    command.add_argument(
        "file", nargs="+", metavar="FILE", help="what is judged: FILE, FILE#TYPE, - for stdin"
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument("--machine", metavar="MACHINE", help="judge on this machine")
    where.add_argument(
        "--sysfs-root", type=Path, metavar="DIR", help="judge on the machine that is mounted there"
    )
    command.add_argument("--strict", action="store_true", help="take warnings for problems")
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Judge, tell; 1 when a file cannot be used. Raises `Problem` for a machine that is none."""
    named = arguments.machine is not None or arguments.sysfs_root is not None
    on = trial.Hardware.of(hardware.source(arguments)) if named else None
    verdicts = [verdict for name in arguments.file for verdict in judge.each(name, on)]
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
