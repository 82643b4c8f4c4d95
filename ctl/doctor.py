# SPDX-License-Identifier: Apache-2.0
"""Look at everything on this node that the daemon needs, and tell what helps where it is wrong.

Nothing is changed. Run it as root: sockets and state are root's. `cri-resmgr-installer doctor`
looks at how the daemon was installed, and at what would give the kubelet back.

Examples:
  cri-resmgrctl doctor
  cri-resmgrctl doctor -o json | jq '.checks[] | select(.verdict == "wrong")'
"""

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from . import exits, live, output, problem
from .node import units

if TYPE_CHECKING:
    from .checks import finding

_RELAY: Final = "/var/run/cri-resmgr/cri-resmgr.sock"
_RUNTIME: Final = "/run/containerd/containerd.sock"
_STATE: Final = "/var/lib/cri-resmgr"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `doctor`."""
    for name, default, words in (
        ("--relay", _RELAY, "socket that the kubelet speaks to"),
        ("--runtime", _RUNTIME, "socket of the runtime itself"),
    ):
        shown = f"{words} (default: %(default)s)"
        command.add_argument(name, default=default, metavar="SOCKET", help=shown)
    for name, default, words in (
        ("--relay-dir", _STATE, "state directory of the daemon"),
        ("--sysfs-root", "/", "folder below which the node's files are"),
    ):
        shown = f"{words} (default: %(default)s)"
        command.add_argument(name, type=Path, default=default, metavar="DIR", help=shown)
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Make all checks; 1 when one of them finds something wrong."""
    del err
    from .checks import daemon, finding, machine, placements  # noqa: PLC0415 - a heavy dozen

    checks: dict[str, finding.Check] = {
        "switch": daemon.switch,
        "unit": daemon.unit,
        "processes": daemon.processes,
        "daemon": daemon.answers,
        "relay": daemon.relay,
        "permissions": daemon.rights,
        "state": daemon.state,
        "configuration": daemon.configuration,
        "cgroups": machine.versions,
        "cpuset": machine.cpusets,
        "CPUs": machine.cpus,
        "kubelet endpoint": machine.endpoint,
        "kubelet managers": machine.managers,
        "others": machine.others,
        "placements": placements.placements,
    }
    node = finding.Node(
        root=arguments.sysfs_root,
        socket=arguments.socket,
        relay=arguments.relay,
        runtime=arguments.runtime,
        state=arguments.relay_dir,
        unit=lambda: units.state(live.UNIT, arguments.sysfs_root),
    )
    found = [_made(name, check, node) for name, check in checks.items()]
    if arguments.output == output.TABLE:
        rows = [
            (one.check, one.verdict, one.detail + (f" -> {one.remedy}" if one.remedy else ""))
            for one in found
        ]
        output.write_table(output.screen(out), ["CHECK", "VERDICT", "DETAIL -> REMEDY"], rows)
    else:
        document = {"checks": [dataclasses.asdict(one) for one in found]}
        output.write_document(out, document, arguments.output)
    return exits.PROBLEM if any(one.verdict == "wrong" for one in found) else exits.FINE


def _made(name: str, check: "finding.Check", node: "finding.Node") -> "finding.Finding":
    """Make a check; one that fails tells why, and stops none of the others."""
    from .checks import finding  # noqa: PLC0415 - as above

    try:
        return check(node)
    except problem.Problem as error:
        return finding.unknown(name, error.message, error.hint)
    except OSError as error:
        remedy = "run it as root" if isinstance(error, PermissionError) else ""
        return finding.unknown(name, str(error), remedy)
