# SPDX-License-Identifier: Apache-2.0
"""Which pods and containers an expression catches, before it is used in earnest.

An expression is KEY OPERATOR and VALUES, as in Adjustments and affinities; keys are those of the
daemon, such as name, namespace, pod/name, pod/labels/app, pod/qosclass. -a takes the expressions of
Adjustments, --affinities those that pods are annotated with. The containers are those that the
daemon of this node remembers (root may read that), or with -f those of manifests. Nothing is asked
for and nothing is changed.

The exit status is 1 when an expression catches nobody, or a node would refuse an Adjustment.

Examples:
  cri-resmgrctl match pod/labels/app In web cache
  cri-resmgrctl match pod/name Matches 'db-*' -f manifests/
  cri-resmgrctl match -a adjustment.yaml
  kubectl get pods -A -o yaml | cri-resmgrctl match --affinities -f -
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from resmgr.config import manifests
from resmgr.policy.interface import Subject

from . import exits, files, matching, output, problem

_EXPRESSION = "as in: pod/labels/app In web cache"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `match`."""
    command.add_argument(
        "expression", nargs="*", metavar="KEY OPERATOR [VALUE]", help="an expression to be tried"
    )
    command.add_argument(
        "-a",
        "--adjustment",
        action="append",
        default=[],
        metavar="FILE",
        help="the Adjustments of a file, a folder, or - for what is piped in",
    )
    command.add_argument(
        "--affinities", action="store_true", help="what pods are annotated with, near and away"
    )
    command.add_argument(
        "-f",
        "--pods",
        action="extend",
        nargs="+",
        default=[],
        metavar="PODS.yaml",
        help="pods, or what makes them, instead of those of this node",
    )
    command.add_argument(
        "--relay-dir",
        type=Path,
        default=Path("/var/lib/cri-resmgr"),
        metavar="DIR",
        help="state directory of the daemon (default: %(default)s)",
    )
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Test, tell. Raises `Problem` for what cannot be read."""
    if not (arguments.expression or arguments.adjustment or arguments.affinities):
        raise problem.Problem("cannot match: there is no expression", _EXPRESSION, exits.USAGE)
    files.refuse_two_pipes([*arguments.adjustment, *arguments.pods])
    subjects = _of(arguments.pods, err) if arguments.pods else _here(arguments.relay_dir)
    try:
        rules = [matching.tried(arguments.expression)] if arguments.expression else []
        adjusted, wanted = matching.adjusted(_adjustments(arguments.adjustment))
        rules += adjusted
        rules += matching.drawn(subjects) if arguments.affinities else ()
    except matching.Wrong as error:
        lines = [f"cannot match: {line}" for line in error.problems]
        hint = _EXPRESSION if arguments.expression else ""
        raise problem.Problem("\n".join(lines), hint, exits.USAGE) from error
    err.writelines(f"note: {output.plain(text)}\n" for text in matching.doubts(rules))
    caught = matching.catch(rules, subjects)
    refused = matching.refusals(wanted, subjects)
    if arguments.output == output.TABLE:
        _write(output.screen(out), caught, refused, len(subjects))
    else:
        output.write_document(out, _document(caught, refused, len(subjects)), arguments.output)
    fine = not refused and all(one.subjects for one in caught)
    return exits.FINE if fine else exits.PROBLEM


def _here(folder: Path) -> list[Subject]:
    """Give the containers that the daemon of this node remembers. Raises `Problem`."""
    from resmgr.engine.ledger import Ledger  # noqa: PLC0415 - not for manifests
    from resmgr.state import errors, store  # noqa: PLC0415 - loads sqlite

    try:
        ledger = Ledger(store.read(folder))
    except errors.CannotUse as error:
        hint = "-f PODS.yaml takes pods of manifests instead"
        raise problem.Problem(str(error), hint, exits.UNREACHABLE) from error
    return [ledger.own(one) for one in ledger.alive()]


def _of(names: Iterable[str], err: TextIO) -> list[Subject]:
    """Give the containers of manifests, as a kubelet would create them. Raises `Problem`."""
    from . import machines, scenario  # noqa: PLC0415 - not for this node
    from .simulation import kubelet  # noqa: PLC0415

    anywhere = kubelet.Kubelet(machines.parse("1x1x1x1"))
    found = []
    for number, spec in enumerate(scenario.pods(names, err)):
        pod = anywhere.sandbox(spec, number)
        for one in spec.containers:
            made = anywhere.container(one, spec, pod)
            found.append(Subject(replace(made, cache_id=f"{pod.uid}:{made.name}"), pod))
    return found


def _adjustments(names: Iterable[str]) -> Mapping[str, Any]:
    """Give the specs of all Adjustments in files, by name. Raises `Problem`."""
    found: dict[str, Any] = {}
    for name in names:
        before = len(found)
        for origin, text in files.texts(name):
            try:
                loaded = manifests.load(text)
            except manifests.NotYaml as error:
                raise problem.Problem(f"cannot read {origin}: {error}") from error
            for one in _flat(loaded):
                if isinstance(one, dict) and one.get("kind") == "Adjustment":
                    metadata = one.get("metadata")
                    called = metadata.get("name") if isinstance(metadata, dict) else None
                    found[str(called or origin)] = one.get("spec") or {}
        if len(found) == before:
            message = f"cannot match: there is no Adjustment in {name}"
            raise problem.Problem(message, status=exits.USAGE)
    return found


def _flat(documents: Iterable[Any]) -> Iterable[Any]:
    for one in documents:
        items = one.get("items") if isinstance(one, dict) else None
        yield from items if isinstance(items, list) else [one]


def _write(
    where: output.Screen,
    caught: Sequence[matching.Caught],
    refused: Mapping[str, str],
    count: int,
) -> None:
    rows = []
    for one in caught:
        rows += [_row(one.rule, subject.title) for subject in one.subjects]
        if not one.subjects:
            rows.append(_row(one.rule, "nobody"))
    output.write_table(where, ("OF", "EXPRESSION", "CATCHES", "WHERE AND HOW"), rows)
    for name, text in refused.items():
        where.out.write(f"refused for {output.plain(name)}: {output.plain(text)}\n")
    reached = {subject.title for one in caught for subject in one.subjects}
    where.out.write(f"{len(reached)} of {count} containers are caught\n")


def _row(rule: matching.Rule, caught: str) -> list[str | None]:
    return [rule.name or None, rule.shown, caught, rule.detail or None]


def _document(
    caught: Sequence[matching.Caught], refused: Mapping[str, str], count: int
) -> dict[str, Any]:
    return {
        "rules": [
            {
                "of": one.rule.name,
                "expression": one.rule.shown,
                "detail": one.rule.detail,
                "catches": [subject.title for subject in one.subjects],
            }
            for one in caught
        ],
        "refused": dict(refused),
        "containers": count,
    }
