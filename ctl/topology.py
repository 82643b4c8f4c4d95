# SPDX-License-Identifier: Apache-2.0
"""Draw a machine: packages, dies, NUMA nodes, caches, cores, and which containers are where.

On a node it is this machine, with the containers that the daemon tells of. A machine may also be
made up, or a record that was taken elsewhere, and containers come from a file then.

Examples:
  cri-resmgrctl topology
  cri-resmgrctl topology --machine snc
  cri-resmgrctl topology --machine 2x2x14x2 --from simulated.json --html machine.html
  cri-resmgrctl topology record -o machine.tar.gz
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from resmgr import cpuset
from resmgr.sysfs.machine import Machine

from . import exits, files, hardware, live, output, problem
from .drawing import document, occupants, page, plan, text
from .drawing.occupants import Occupant
from .records import archive, folder

_MATRIX = 16
"""NUMA nodes up to which distances fit on a screen."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `topology`."""
    hardware.add_arguments(command)
    live.add_socket(command)
    command.add_argument(
        "--from",
        dest="given",
        metavar="FILE",
        help="take containers from what `simulate -o json` or the page /introspect gave;"
        " - reads standard input",
    )
    command.add_argument(
        "--no-containers", action="store_true", help="do not ask the daemon who is there"
    )
    command.add_argument(
        "--cores",
        choices=("auto", "each", "folded"),
        default="auto",
        help="draw each core, or those of equal use in one line (default: each, up to 128)",
    )
    command.add_argument(
        "--ascii", action="store_true", help="draw with characters that every terminal has"
    )
    command.add_argument(
        "--html", metavar="FILE", type=Path, help="write one page for a browser instead"
    )
    output.add_output(command)
    verbs = command.add_subparsers(dest="verb", metavar="[VERB]")
    verb = verbs.add_parser(
        "record",
        help="write what describes a machine, to be sent or kept",
        description="Write the files of sysfs that describe a machine, and nothing else: a record"
        " that --machine takes, anywhere.",
    )
    hardware.add_arguments(verb, default=argparse.SUPPRESS)
    verb.add_argument(
        "-o",
        "--output",
        dest="record",
        metavar="FILE.tar.gz|DIR",
        type=Path,
        required=True,
        help="archive, or folder, which --sysfs-root of the daemon takes, too",
    )


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Draw, or record; give the exit status."""
    if arguments.verb == "record":
        return _record(hardware.source(arguments), arguments.record, out, err)
    if arguments.html is not None and arguments.output != output.TABLE:
        message = f"cannot draw a machine as a page and as {arguments.output} at once"
        raise problem.Problem(message, "give one of --html and -o", exits.USAGE)
    source = hardware.source(arguments)
    found = source.read()
    own = arguments.machine is None and arguments.socket != live.SOCKET
    who = _containers(arguments, here=own or not source.name, err=err)
    notes = list(found.warnings)
    if who is not None:
        who, elsewhere = occupants.within(who, found.machine.online)
        if elsewhere:
            shown = cpuset.show(elsewhere)
            notes.append(f"containers have CPUs {shown}, which this machine has not")
    err.writelines(f"cri-resmgrctl: note: {note}\n" for note in notes)
    if arguments.html is not None:
        name = source.name or "this machine"
        _write(arguments.html, page.page(plan.plan(found.machine), who, name, notes), out)
    elif arguments.output != output.TABLE:
        data = document.document(found.machine, who, notes)
        output.write_document(out, data, arguments.output)
    else:
        _draw(arguments, found.machine, who, out)
    return exits.FINE


def _containers(
    arguments: argparse.Namespace, *, here: bool, err: TextIO
) -> tuple[Occupant, ...] | None:
    """Ask who is where, if that can be known. Raises `Problem`."""
    if arguments.given is not None:
        try:
            return occupants.read(_document(arguments.given))
        except occupants.BadDocument as error:
            raise problem.Problem(f"cannot read {arguments.given}: {error}") from error
    if not here or arguments.no_containers or not _there(Path(arguments.socket)):
        return None
    try:
        return occupants.read(live.get("/introspect", arguments.socket))
    except (live.CannotAsk, occupants.BadDocument) as error:
        err.write(f"cri-resmgrctl: note: containers are not shown: {error}\n")
        return None


def _there(path: Path) -> bool:
    """Whether there is something, which may be hidden from who asks."""
    try:
        return path.exists()
    except PermissionError:
        return True


def _document(name: str) -> Mapping[str, Any]:
    _, content = next(files.texts(name))
    try:
        found = json.loads(content)
    except ValueError:
        found = _yaml(name, content)
    except RecursionError as error:
        raise problem.Problem(f"cannot read {name}: it is nested too deep") from error
    if not isinstance(found, dict):
        raise problem.Problem(f"cannot read {name}: it is no object", occupants.EXPECTED)
    return found


def _yaml(name: str, content: str) -> Any:
    import yaml  # noqa: PLC0415 - for what is no JSON

    try:
        return yaml.load(content, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        message = f"cannot read {name}: it is neither one document of JSON nor of YAML"
        raise problem.Problem(message, occupants.EXPECTED) from error


def _draw(
    arguments: argparse.Namespace,
    machine: Machine,
    who: Sequence[Occupant] | None,
    out: TextIO,
) -> None:
    where = output.screen(out)
    look = text.Look(
        width=where.width,
        colour=where.colour,
        plain=arguments.ascii or not _takes(out, "├─└│·"),
        each={"auto": None, "each": True, "folded": False}[arguments.cores],
    )
    out.writelines(f"{line}\n" for line in text.lines(plan.plan(machine), who or (), look))
    if 1 < len(machine.nodes) <= _MATRIX:
        out.write("\n")
        heads = [
            output.Column("DISTANCE"),
            *(output.Column(f"{id_}", right=True) for id_ in machine.nodes),
        ]
        output.write_table(where, heads, _distances(machine))
    if who:
        out.write("\n")
        rows = (
            (one.label, one.name, one.pool, cpuset.show(one.exclusive), cpuset.show(one.shared))
            for one in who
        )
        output.write_table(where, ("MARK", "CONTAINER", "POOL", "EXCLUSIVE", "SHARED"), rows)


def _distances(machine: Machine) -> Iterator[Sequence[object]]:
    for node in machine.nodes.values():
        yield (f"node {node.id}", *(node.distances.get(other) for other in machine.nodes))


def _takes(out: TextIO, characters: str) -> bool:
    """Whether a stream can show these characters."""
    try:
        characters.encode(getattr(out, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _write(path: Path, content: str, out: TextIO) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise problem.Problem(f"cannot write {path}: {error.strerror}") from error
    out.write(f"{path}\n")


def _record(source: hardware.Source, path: Path, out: TextIO, err: TextIO) -> int:
    taken = source.record()
    if not taken.files:
        raise problem.Problem(f"cannot record a machine: {taken.problem}")
    try:
        if path.name.endswith((".tar.gz", ".tgz")):
            with path.open("xb") as file:
                archive.write(file, taken.files)
        else:
            folder.write(path, taken.files)
    except FileExistsError as error:
        hint = "give a name that is free, or remove what is there"
        raise problem.Problem(f"cannot write {path}: it is there already", hint) from error
    except OSError as error:
        raise problem.Problem(f"cannot write {path}: {error.strerror}") from error
    count = sum(1 for name in taken.files if not name.endswith("/"))
    out.write(f"{count} files of sysfs are in {path}\n")
    err.writelines(f"cri-resmgrctl: note: {note}\n" for note in taken.warnings)
    if taken.machine is None:
        err.write(f"cri-resmgrctl: the machine cannot be read: {taken.problem}\n")
        return exits.PROBLEM
    return exits.FINE
