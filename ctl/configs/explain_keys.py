# SPDX-License-Identifier: Apache-2.0
"""Describe modules of a configuration with their keys, types, units and defaults.

A module is named by its path or by its last part; without one, all are described. With -o json or
yaml each key is one object.

Examples:
  cri-resmgrctl config explain-keys
  cri-resmgrctl config explain-keys balloons
  cri-resmgrctl config explain-keys policy -o json | jq -r '.[].key'
"""

import argparse
from collections.abc import Iterator
from typing import Any, TextIO

from .. import exits, output, problem


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config explain-keys`."""
    command.add_argument("module", nargs="*", metavar="MODULE", help="such as policy.balloons")
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Print them. Raises `Problem` for a module that is not there."""
    del err
    from resmgr.config import suggest  # noqa: PLC0415 - loads YAML, like the next one
    from resmgr.daemon.command import describe  # noqa: PLC0415

    every = dict(describe.walk())
    for name in arguments.module:
        if not any(describe.is_named(path, name) for path in every):
            meant = suggest.hint(name, sorted(every))
            raise problem.Problem(
                f"cannot explain module {name}: there is none",
                meant or "`cri-resmgrctl config explain-keys` lists all",
            )
    if arguments.output == output.TABLE:
        out.write(describe.modules(arguments.module))
    else:
        output.write_document(out, list(_keys(every, arguments.module)), arguments.output)
    return exits.FINE


def _keys(every: dict[str, Any], names: list[str]) -> Iterator[dict[str, Any]]:
    from resmgr.daemon.command import describe  # noqa: PLC0415 - loads YAML

    for path, module in sorted(every.items()):
        if names and not any(describe.is_named(path, name) for name in names):
            continue
        for field in module.fields:
            yield {
                "key": f"{path}.{field.name}" if path else field.name,
                "type": field.type.describe(),
                "unit": field.unit,
                "default": field.default,
                "doc": field.doc,
            }
