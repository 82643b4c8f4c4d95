# SPDX-License-Identifier: Apache-2.0
"""Look at everything on this node that has to do with us, and tell what helps.

Nothing is changed. Needs root, since systemd and the kubelet's files are root's.

Examples:
  cri-resmgr-installer doctor
  cri-resmgr-installer doctor -o json | jq '.[] | select(.verdict == "wrong")'
"""

import argparse

from .. import doctor
from . import program, screen, wiring


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `doctor`."""
    screen.add_output(command)
    wiring.add_root(command)


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Make all checks; 1 when one of them finds something wrong."""
    with wiring.edges(arguments.root, around) as edges:
        findings = doctor.examine(edges.node)
    screen.write_checks(around, arguments.output, findings)
    return int(any(finding.verdict is doctor.Verdict.WRONG for finding in findings))
