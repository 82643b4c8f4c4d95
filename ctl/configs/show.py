# SPDX-License-Identifier: Apache-2.0
"""Show the configuration that counts now, as a file would have it; or some of its modules.

With -o json or yaml it is told with its origin, and of each module from where it is.

Examples:
  cri-resmgrctl config show
  cri-resmgrctl config show policy
  cri-resmgrctl config show -o json | jq .modules.policy.from
"""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from .. import exits, live, output, problem


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config show`."""
    command.add_argument(
        "module", nargs="*", metavar="MODULE", help="such as policy or policy.balloons"
    )
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Show it. Raises `CannotAsk`, and `Problem` for a module that is not configured."""
    del err
    page = live.get("/config", arguments.socket)
    modules: Mapping[str, Any] = page.get("modules") or {}
    page["modules"] = found = chosen(modules, arguments.module)
    if arguments.output != output.TABLE:
        output.write_document(out, page, arguments.output)
        return exits.FINE
    name = f" {page['name']}" if page.get("name") else ""
    out.write(f"# {page.get('origin')}{name}, generation {page.get('generation')}\n")
    if found:
        data = {path: one.get("data") for path, one in found.items()}
        output.write_document(out, data, output.YAML)
    else:
        out.write("# nothing is configured: everything has its default\n")
    return exits.FINE


def chosen(modules: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Give the modules of some names with those below them, all without names. Raises `Problem`."""
    if not names:
        return dict(modules)
    found: dict[str, Any] = {}
    for name in names:
        below = {path: one for path, one in modules.items() if f"{path}.".startswith(f"{name}.")}
        if not below:
            known = ", ".join(modules) or "none"
            message = f"cannot show module {name}: it is not configured"
            raise problem.Problem(message, f"configured: {known}")
        found |= below
    return found
