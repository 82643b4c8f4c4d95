# SPDX-License-Identifier: Apache-2.0
"""Show all nodes of a cluster: policy, which ConfigMap at which generation, taken or refused, why.

Nodes report it as NodeResourceManagers. STATE is applied, refused, none (there is no ConfigMap, the
node's fallback counts), waiting, unreachable (the daemon does not answer the agent), or behind: the
ConfigMap has changed since the node reported. GENERATION is its resourceVersion, AGE tells how long
ago the node began or ceased to follow its ConfigMap. It needs a kubeconfig and the Python package
kubernetes, so it is for a person's machine and not for nodes; -l chooses by labels of Nodes.

The exit status is 1 when a node has refused its configuration.

Examples:
  kubectl resmgr config status
  kubectl resmgr config status --watch -l worker.gardener.cloud/pool=big
  kubectl resmgr config status -o json | jq -r '.nodes[] | select(.state != "applied").node'
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TextIO

from .. import exits, moments, output, terminal
from ..cluster import api

if TYPE_CHECKING:
    from ..cluster.reports import Row

NAMESPACE: Final = "kube-system"
"""Where the node agent looks for ConfigMaps."""

_HEADS: Final = ("NODE", "POLICY", "CONFIG", "GENERATION", "STATE", "AGE", "WHY")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config status`."""
    command.add_argument(
        "-l", "--selector", default="", metavar="LABELS", help="nodes with these labels alone"
    )
    command.add_argument(
        "-n",
        "--namespace",
        default=NAMESPACE,
        help="where the ConfigMaps are (default: %(default)s)",
    )
    command.add_argument("-w", "--watch", action="store_true", help="go on and show changes")
    api.add_cluster(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Show them; 1 if a node has refused its configuration. Raises `Problem`."""
    from ..cluster import view  # noqa: PLC0415 - for this alone

    def warn(text: str) -> None:
        err.write(f"note: {text}\n")

    cluster = api.Cluster(arguments.kubeconfig, arguments.context)
    seen = view.View(cluster, arguments.namespace, arguments.selector, warn)
    if arguments.watch:
        follow(seen.following(), arguments.output, terminal.Terminal(sys.stdin, out), out)
        return exits.FINE
    found = seen.now()
    if arguments.output == output.TABLE:
        write(output.screen(out), found, _now())
        if not found:
            err.write(f"no node reports; kubectl -n {NAMESPACE} get daemonset cri-resmgr-agent\n")
    else:
        output.write_document(out, {"nodes": [one.document() for one in found]}, arguments.output)
    return exits.PROBLEM if any(one.state == "refused" for one in found) else exits.FINE


def write(where: output.Screen, found: Sequence["Row"], now: float) -> None:
    """Write the table and a line that counts."""
    from ..cluster import reports  # noqa: PLC0415 - for this alone

    if found:
        output.write_table(where, _HEADS, [_cells(one, now) for one in found])
        where.out.write("\n")
    where.out.write(f"{reports.summary(found)}\n")


def follow(
    found: Iterable[Sequence["Row"]], form: str, screen: terminal.Terminal, out: TextIO
) -> None:
    """Show each state: a page in place of the one before, or a line for each node that changed."""
    if screen.there and form == output.TABLE:
        with screen:
            for rows in found:
                page = io.StringIO()
                write(replace(output.screen(out), out=page), rows, _now())
                screen.show(page.getvalue())
        return
    known: dict[str, Row] = {}
    for rows in found:
        for one in rows:
            if known.get(one.node) != one:
                _tell(one, form, out)
        gone = known.keys() - {one.node for one in rows}
        for one in (known[name] for name in sorted(gone)):
            _tell(replace(one, state="gone", message=""), form, out)
        known = {one.node: one for one in rows}
        out.flush()


def _tell(one: "Row", form: str, out: TextIO) -> None:
    """Write a line of a node; a document is one line too."""
    if form == output.TABLE:
        shown = (output.plain(cell) for cell in _cells(one, _now()))
        out.write("  ".join(shown) + "\n")
    elif form == output.JSON:
        out.write(json.dumps(one.document(), ensure_ascii=False) + "\n")
    else:
        out.write("---\n")
        output.write_document(out, one.document(), form)


def _cells(one: "Row", now: float) -> list[str | None]:
    return [
        one.node,
        one.policy or None,
        one.config_map or None,
        one.generation or None,
        one.state,
        moments.ago(one.since, now),
        one.message or None,
    ]


def _now() -> float:
    return time.time()  # noqa: TID251 - the edge, where clocks come from
