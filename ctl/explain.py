# SPDX-License-Identifier: Apache-2.0
"""Why a container is where it is: the rule, all candidates with their scores, what lost and why.

Without pods it asks the daemon of this node. With pods it simulates, as `simulate` does with the
same options, and explains each container as of the moment when it came.

Examples:
  cri-resmgrctl explain web-1
  cri-resmgrctl explain default/db-0:db
  cri-resmgrctl explain db-0 --machine 2x2x14x2 -c topology-aware.yaml -f pods.yaml
"""

import argparse
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from resmgr import cpuset
from resmgr.config import suggest

from . import exits, explained, files, live, output, placed, problem

_NONE, _SEVERAL = 404, 409
"""What the daemon answers for a name that no container has, or more than one."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `explain`."""
    from . import scenario  # noqa: PLC0415 - loads policies and YAML, which live answers need not

    command.add_argument(
        "target",
        metavar="POD|CONTAINER",
        help="name of a pod or container; NAMESPACE/POD:CONTAINER in full",
    )
    scenario.add_arguments(command)
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Explain; 1 if the container was refused. Raises `Problem` when there is none."""
    if arguments.pods or arguments.events:
        found = _simulated(arguments, err)
    elif arguments.config or arguments.machine or arguments.sysfs_root:
        message = "cannot simulate: no pods are given"
        raise problem.Problem(message, "-f PODS.yaml", exits.USAGE)
    else:
        found = _live(arguments.target, arguments.socket)
    if arguments.output != output.TABLE:
        data = found[0] if len(found) == 1 else found
        output.write_document(out, data, arguments.output)
    else:
        where = output.screen(out)
        for number, one in enumerate(found):
            out.write("\n" if number else "")
            explained.show(where, str(one.get("container") or arguments.target), _facts(one), one)
    return exits.PROBLEM if any(one.get("refusal") for one in found) else exits.FINE


def _live(target: str, socket: str) -> list[dict[str, Any]]:
    """Ask the daemon, for a pod about each of its containers. Raises `CannotAsk`."""
    try:
        return [live.get("/explain", socket, {"container": target})]
    except live.Refused as refusal:
        if refusal.code == _NONE and refusal.names is not None:
            raise _nobody(target, refusal.names) from refusal
        if refusal.code != _SEVERAL:
            raise
        every = placed.read(live.get("/introspect", socket))
        own = [one for one in every if target in {one.pod, f"{one.namespace}/{one.pod}"}]
        if not own or len({(one.namespace, one.pod) for one in own}) > 1:
            message = f"cannot explain {target}: more than one container is called so"
            raise problem.Problem(message, f"name one: {_some(refusal.names or ())}") from refusal
        return [live.get("/explain", socket, {"container": one.id}) for one in own]


def _facts(told: dict[str, Any]) -> dict[str, object]:
    """Give what is known of the container beside its explanation."""
    names = ("policy", "qos", "request", "state", "command", "environment", "now")
    return {"QoS" if name == "qos" else name: told.get(name) for name in names}


def _simulated(arguments: argparse.Namespace, err: TextIO) -> list[dict[str, Any]]:
    from . import configured, progress, scenario, simulated  # noqa: PLC0415 - see above
    from .simulation import explaining, play  # noqa: PLC0415

    if not arguments.config:
        message = "cannot simulate: no configuration is given"
        raise problem.Problem(message, "-c CONFIG", exits.USAGE)
    files.refuse_two_pipes([arguments.config, *arguments.pods, arguments.events])
    by = configured.read(arguments.config)
    given = scenario.build(arguments, arguments.pods, err)
    told = explaining.Explaining(given.kubelet, given.policy(by), arguments.target)
    with progress.Progress(err, "pod", len(given.pods)) as heard:
        play.add(told.simulation, given.pods, heard)
    for step in play.play(told.simulation, given.steps):
        if step.problem:
            err.write(f"note: {step.title}: {step.problem}\n")
    found = told.explained()
    if not found:
        raise _nobody(arguments.target, told.known())
    return [
        {
            "container": one.placement.name,
            "policy": one.policy,
            "qos": one.placement.qos.value,
            "request": simulated.request(one.placement.requirements) or "",
            "state": one.placement.state.value,
            "command": " ".join(one.placement.command or ()),
            "environment": ", ".join(f"{key}={value}" for key, value in one.placement.environment),
            **one.document,
            "refusal": one.refusal,
            "now": _now(one.now_cpus, one.now_mems) if one.moved else "",
        }
        for one in found
    ]


def _nobody(target: str, known: Iterable[str]) -> problem.Problem:
    """Make the problem of a name that nobody has, with the nearest one, or some that there are."""
    titles = list(known)
    meant = suggest.nearest(target, (word for title in titles for word in _words(title)))
    hint = f"did you mean {meant}?" if meant else f"there is {_some(titles)}"
    return problem.Problem(f"cannot explain {target}: there is no such pod or container", hint)


def _words(title: str) -> Iterator[str]:
    """Give the words that name a container of this title, the fullest first."""
    yield title
    _, _, short = title.rpartition("/")
    yield short
    path, _, name = title.rpartition(":")
    yield path
    yield from (path.rpartition("/")[2], name)


def _now(cpus: int, mems: int) -> str:
    return f"CPUs {cpuset.show(cpus) or 'any'}, memory nodes {cpuset.show_ids(mems) or 'any'}"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 8} more" if len(listed) > 8 else ""
    return f"{', '.join(listed[:8])}{more}" if listed else "none"
