# SPDX-License-Identifier: Apache-2.0
"""What the daemon remembers, as a JSON document with the member names of the original's cache.

It is read beside a running daemon without disturbing it. Values of environment variables are
hidden, since secrets are among them.

Examples:
  cri-resmgrctl state dump | jq '.Containers | keys'
"""

import argparse
from pathlib import Path
from typing import TextIO

from resmgr.state import dump, errors, store

from . import exits, problem


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `state`."""
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    verb = verbs.add_parser("dump", help="print all of it as JSON")
    verb.add_argument(
        "--relay-dir",
        type=Path,
        default=Path("/var/lib/cri-resmgr"),
        metavar="DIR",
        help="state directory of the daemon (default: %(default)s)",
    )
    verb.add_argument(
        "--secrets", action="store_true", help="show the values of environment variables"
    )


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Print the state; give the exit status. Raises `Problem` where none can be read."""
    del err
    try:
        saved = store.read(arguments.relay_dir)
    except errors.CannotUse as error:
        raise problem.Problem(str(error), status=exits.UNREACHABLE) from error
    out.write(dump.text(saved, secrets=arguments.secrets))
    return exits.FINE
