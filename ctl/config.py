# SPDX-License-Identifier: Apache-2.0
"""Configurations of the daemon: judge, compare and explain them, show which one counts and why.

Examples:
  cri-resmgrctl config show
  cri-resmgrctl config sources
  cri-resmgrctl config validate policy.yaml --machine 2x2x14x2
  cri-resmgrctl config explain-keys policy.balloons
  cri-resmgrctl config diff -f policy.yaml
  cri-resmgrctl config plan policy.yaml
  kubectl resmgr config status
"""

import argparse
import importlib
from collections.abc import Mapping
from typing import TextIO

VERBS: Mapping[str, str] = {
    "sources": "where the configuration may come from, which one counts, and what was refused",
    "show": "the configuration that counts now",
    "diff": "what is different in a file, at the next start, or between two files",
    "plan": "who would move, and who would lose something, before a file is used here",
    "history": "what was taken and refused lately, and why",
    "status": "all nodes of a cluster: which configuration each has, and who refused it",
    "validate": "what is wrong with configuration files, without a daemon",
    "explain-keys": "what modules and keys there are, and what they mean",
}
"""Verb and its one line; each is a module of `configs`, as commands are modules of this package."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config`."""
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, line in VERBS.items():
        module = importlib.import_module(f".configs.{name.replace('-', '_')}", __package__)
        verb = verbs.add_parser(name, help=line, description=module.__doc__)
        module.add_arguments(verb)
        verb.set_defaults(run_verb=module.run)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Run the verb; give its exit status."""
    status: int = arguments.run_verb(arguments, out, err)
    return status
