# SPDX-License-Identifier: Apache-2.0
"""Tell whether this node can be served by the resource manager; nothing is changed.

Every check is made, also when one fails.

Examples:
  cri-resmgr-installer preflight
  cri-resmgr-installer preflight -o json | jq '.[] | select(.verdict == "fail")'
"""

import argparse

from .. import facts, preflight
from . import program, screen, wiring

REFUSED = 3


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `preflight`."""
    screen.add_output(command)
    wiring.add_bundle(command)
    wiring.add_root(command)


def run(arguments: argparse.Namespace, around: program.Surroundings) -> int:
    """Make all checks; 3 when one of them refuses the node."""
    with wiring.edges(arguments.root, around, given=arguments.bundle) as edges:
        checks = preflight.judge(facts.inspect(edges.node))
    screen.write_checks(around, arguments.output, checks)
    return REFUSED if preflight.refusal(checks) else 0
