# SPDX-License-Identifier: Apache-2.0
"""Compare configurations key by key: that which counts now, a file's, that of the next start.

Without files, what counts now is compared with what the daemon would use if it started now; -f
compares it with a file, and two files are compared with each other, without a daemon. A file is a
document of the daemon's, a ConfigMap as kubectl prints it, a Shoot or a providerConfig; FILE#TYPE
names one of several configurations, - is standard input. With --effective defaults are filled in,
so that what says a default is the same as what says nothing. What is compared with what counts is
seen as the daemon would see it: laid on what its environment and command line say.

The exit status is 0 when they are the same, 1 when they differ, 2 or 3 when that is not known.

Examples:
  cri-resmgrctl config diff
  cri-resmgrctl config diff -f policy.yaml
  cri-resmgrctl config diff --effective old.yaml new.yaml
  kubectl -n kube-system get configmap cri-resmgr-config.default -o yaml |
      cri-resmgrctl config diff -f - -o json
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from .. import exits, live, output, problem
from . import sources

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


@dataclass(frozen=True, slots=True)
class Side:
    """A configuration and what it is called; `below` is what a daemon lays below others."""

    name: str
    document: Mapping[str, Any]
    below: Mapping[str, Any]


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config diff`."""
    command.add_argument("files", nargs="*", metavar="FILE", help="two files, without a daemon")
    command.add_argument("-f", "--file", metavar="FILE", help="compare what counts now with it")
    command.add_argument("--effective", action="store_true", help="fill in defaults on both sides")
    sources.add_places(command)
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Compare; 1 where they differ. Raises `Problem`, `CannotAsk`."""
    del err
    from . import compare  # noqa: PLC0415 - the schemas are loaded for this alone

    if len(arguments.files) not in {0, 2} or (arguments.files and arguments.file):
        message = "cannot compare: give two files, or one with -f, or none"
        raise problem.Problem(message, "cri-resmgrctl config diff --help", exits.USAGE)
    before, after = _sides(arguments)
    found = compare.changes(*(_shown(one, full=arguments.effective) for one in (before, after)))
    if arguments.output == output.TABLE:
        _write(output.screen(out), before, after, found)
    else:
        document = {
            "before": before.name,
            "after": after.name,
            "same": not found,
            "differences": [one.document() for one in found],
        }
        output.write_document(out, document, arguments.output)
    return exits.PROBLEM if found else exits.FINE


def _sides(arguments: argparse.Namespace) -> tuple[Side, Side]:
    if arguments.files:
        one, other = (_file(name, {}) for name in arguments.files)
        return one, other
    page = live.get("/config", arguments.socket)
    now = active(page)
    if arguments.file:
        return now, _file(arguments.file, now.below)
    return now, _next_start(arguments, now.below, sources.named(page))


def active(page: Mapping[str, Any]) -> Side:
    """Give what a page of the daemon says."""
    document: dict[str, Any] = {}
    for path, one in (page.get("modules") or {}).items():
        place = document
        for step in filter(None, path.split(".")):
            place = place.setdefault(step, {})
        place |= one.get("data") or {}
    origin = " ".join(filter(None, (page.get("origin"), page.get("name"))))
    return Side(f"{origin}, generation {page.get('generation')}", document, page.get("below") or {})


def _file(name: str, below: Mapping[str, Any]) -> Side:
    from .. import configured  # noqa: PLC0415 - it loads what judges

    try:
        return Side(name, configured.read(name, below).document, below)
    except problem.Problem as error:
        # 1 means that they differ, which is not known here.
        raise problem.Problem(error.message, error.hint, exits.USAGE) from error


def _next_start(
    arguments: argparse.Namespace, below: Mapping[str, Any], own: Mapping[str, str]
) -> Side:
    """Give what a daemon would use that starts now, with files of its `own` if it names some.

    Raises `Problem` where it would not start.
    """
    from . import judge, trial  # noqa: PLC0415 - policies are loaded for this alone

    root = arguments.sysfs_root
    on = trial.Hardware.below(root)
    for origin, name, given in sources.found(root, sources.state_folder(arguments), own):
        if given is None:
            continue
        called = f"{origin} {name}".rstrip()
        wrong = judge.judged(name, given, on).problems
        if not wrong:
            document = judge.of(given, below).document
            return Side(f"next start: {called}", document, below)
        if origin != sources.KEPT:
            why = f"{wrong[0].path}: {wrong[0].text}".removeprefix(": ")
            message = f"cannot compare with the next start, which would fail: {called}: {why}"
            raise problem.Problem(message, "`cri-resmgrctl config sources` shows all", exits.USAGE)
    return Side("next start: defaults", below, below)


def _shown(side: Side, *, full: bool) -> Mapping[str, Any]:
    if not full:
        return side.document
    from resmgr.config.schemas import tree  # noqa: PLC0415 - for this alone
    from resmgr.daemon.command import describe  # noqa: PLC0415

    from . import compare  # noqa: PLC0415

    found: dict[str, Any] = compare.filled(tree.ROOT, side.document, describe.defaults(tree.ROOT))
    return found


def _write(where: output.Screen, before: Side, after: Side, found: Sequence[Any]) -> None:
    if not found:
        where.out.write(f"no difference: {before.name}, {after.name}\n")
        return
    output.write_marked(where, "-", f"-- {before.name}")
    output.write_marked(where, "+", f"++ {after.name}")
    for one in found:
        sides = (
            (one.before, one.after)
            if one.word == "changed"
            else ((one.after,) if one.word == "added" else (one.before,))
        )
        text = " -> ".join(_value(value) for value in sides)
        output.write_marked(where, _SIGNS[one.word], f" {one.path}: {text}")


def _value(value: Any) -> str:
    """Show a value in one line: texts that are no other YAML as they are."""
    if isinstance(value, str) and value and value.isprintable():
        return value
    return json.dumps(value, ensure_ascii=False)
