# SPDX-License-Identifier: Apache-2.0
"""Describe modules of a configuration with their keys, types, units and defaults.

A module is named by its path or by its last part, a key by its path or the end of it; without a
name, all modules are described. With -o json or yaml each key is one object.

Examples:
  cri-resmgrctl config explain-keys
  cri-resmgrctl config explain-keys balloons
  cri-resmgrctl config explain-keys policy.balloons.BalloonTypes.MinCPUs
  cri-resmgrctl config explain-keys policy -o json | jq -r '.[].key'
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from .. import exits, output, problem

if TYPE_CHECKING:
    from resmgr.config import schema


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config explain-keys`."""
    command.add_argument(
        "module", nargs="*", metavar="MODULE|KEY", help="such as policy.balloons, or BalloonTypes"
    )
    output.add_output(command)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a module, or in the value of another key; `[]` in its path is each item of a list.

    `module` is the path of the module that it belongs to.
    """

    path: str
    module: str
    field: "schema.Field"

    @property
    def plain(self) -> str:
        """Its path as people write it who do not care for lists."""
        return self.path.replace("[]", "").replace(".*", "").casefold()

    def document(self) -> dict[str, Any]:
        """Give it for machines."""
        return {
            "key": self.path,
            "type": self.field.type.describe(),
            "unit": self.field.unit,
            "default": self.field.default,
            "doc": self.field.doc,
        }


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Print them. Raises `Problem` for a module or key that is not there."""
    del err
    from resmgr.daemon.command import describe  # noqa: PLC0415 - loads YAML

    every = sorted(describe.walk(), key=lambda pair: pair[0])
    keys = [key for path, module in every for key in _keys(path, module.fields, path)]
    modules, chosen = [], []
    for name in arguments.module:
        if any(describe.is_named(path, name) for path, _ in every):
            modules.append(name)
        elif found := _named(name, keys):
            chosen += found
        else:
            raise _unknown(name, [path for path, _ in every], keys)
    if arguments.output != output.TABLE:
        whole = [
            key
            for key in keys
            if key in chosen
            or not arguments.module
            or any(describe.is_named(key.module, name) for name in modules)
        ]
        output.write_document(out, [key.document() for key in whole], arguments.output)
        return exits.FINE
    if modules or not chosen:
        out.write(describe.modules(modules))
    for key in chosen:
        first, *lines = describe.described(key.field, "")
        out.write(f"- key {key.path}{first.removeprefix(key.field.name)}\n")
        out.writelines(f"{line}\n" for line in lines)
    return exits.FINE


def _keys(path: str, fields: "tuple[schema.Field, ...]", module: str) -> Iterator[Key]:
    """Give the keys below a path, each before those in its value."""
    from resmgr.daemon.command import describe  # noqa: PLC0415 - loads YAML

    for field in fields:
        own = f"{path}.{field.name}" if path else field.name
        yield Key(own, module, field)
        way, below = describe.inner(field.type)
        yield from _keys(f"{own}{way}", below, module)


def _named(name: str, keys: list[Key]) -> list[Key]:
    wanted = name.replace("[]", "").casefold()
    exactly = [key for key in keys if key.plain == wanted]
    return exactly or [key for key in keys if key.plain.endswith(f".{wanted}")]


def _unknown(name: str, modules: list[str], keys: list[Key]) -> problem.Problem:
    from resmgr.config import suggest  # noqa: PLC0415 - for a name that is wrong

    plain = [key.path.replace("[]", "").replace(".*", "") for key in keys]
    ends = [path.rpartition(".")[2] for path in plain]
    meant = suggest.nearest(name, dict.fromkeys((*filter(None, modules), *plain, *ends)))
    return problem.Problem(
        f"cannot explain {name}: there is no such module or key",
        f"did you mean {meant}" if meant else "`cri-resmgrctl config explain-keys` lists all",
    )
