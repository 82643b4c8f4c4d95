# SPDX-License-Identifier: Apache-2.0
"""Where a policy would put containers, before any node is touched.

It takes a machine (made up, recorded, or this one), a configuration, and pods as ordinary
Kubernetes YAML, and runs the daemon's own engine and policy. Nothing is asked, nothing is changed.

Examples:
  cri-resmgrctl simulate --machine 2x2x14x2 -c topology-aware.yaml pods.yaml
  cri-resmgrctl simulate --sysfs-root / -c fallback.cfg --summary manifests/
  cri-resmgrctl simulate --machine snc --compare topology-aware.yaml balloons.yaml pods.yaml
  cri-resmgrctl simulate --machine laptop -c static.yaml --events day.yaml pods.yaml
  kubectl get pods -A -o yaml --field-selector spec.nodeName=NODE |
      cri-resmgrctl simulate --machine snc -c shoot.yaml -
"""

import argparse
from collections.abc import Iterable
from typing import TextIO

from . import configured, exits, files, output, problem, progress, scenario, simulated
from .scenario import Scenario
from .simulation import compare, document, placements, play
from .simulation.placements import Placements
from .simulation.run import Simulation


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `simulate`."""
    command.add_argument("manifests", nargs="*", metavar="PODS.yaml", help="the same as with -f")
    scenario.add_arguments(command)
    group = command.add_argument_group("what is shown")
    group.add_argument(
        "--compare",
        nargs=2,
        metavar=("A.yaml", "B.yaml"),
        help="place the same pods by two configurations, and show what differs",
    )
    group.add_argument(
        "--summary", action="store_true", help="show pools and figures, and only who was refused"
    )
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Simulate; the exit status tells whether everybody got what was asked for."""
    if bool(arguments.compare) is bool(arguments.config):
        message = "cannot simulate: give either -c CONFIG or --compare A.yaml B.yaml"
        raise problem.Problem(message, "`cri-resmgrctl simulate --help` has examples", exits.USAGE)
    if arguments.compare and arguments.events:
        message = "cannot compare step by step: --events goes with -c only"
        raise problem.Problem(message, status=exits.USAGE)
    pods = [*arguments.pods, *arguments.manifests]
    if not pods and not arguments.events:
        message = "cannot simulate: no pods are given"
        raise problem.Problem(
            message, "name files or folders, or - for what is piped in", exits.USAGE
        )
    names = arguments.compare or [arguments.config]
    files.refuse_two_pipes([*names, *pods, arguments.events])
    by = configured.read_all(names)
    given = scenario.build(arguments, pods, err)
    _note(err, [f"{one.name}: {text}" for one in by for text in one.warnings])
    if not given.pods and not given.steps:
        _note(err, ["there are no pods in what was given"])
    if given.skipped:
        _note(err, [f"no pods come of {', '.join(given.skipped)}"])
    if arguments.compare:
        return _compare(arguments, given, by, out, err)
    if given.steps:
        return _steps(arguments, given, by[0], out, err)
    placed = placements.of(begun(given, by[0], err))
    _note(err, placed.notes)
    if arguments.output != output.TABLE:
        output.write_document(out, document.placements(placed), arguments.output)
    else:
        _show(output.screen(out), placed, short=arguments.summary)
    return exits.FINE if placed.fine else exits.PROBLEM


def begun(given: Scenario, by: configured.Configured, err: TextIO) -> Simulation:
    """Let all pods come, with progress on a terminal."""
    simulation = Simulation(given.kubelet, given.policy(by))
    with progress.Progress(err, f"{by.name}: pod", len(given.pods)) as heard:
        play.add(simulation, given.pods, heard)
    return simulation


def _note(err: TextIO, notes: Iterable[str]) -> None:
    err.writelines(f"note: {line}\n" for line in notes)


def _show(where: output.Screen, placed: Placements, *, short: bool) -> None:
    if short:
        simulated.refused(where, placed.containers)
    else:
        simulated.placements(where, placed)
        where.out.write("\n")
    simulated.totals(where, placed)
    where.out.write("\n")
    simulated.facts(where, placed)


def _steps(
    arguments: argparse.Namespace,
    given: Scenario,
    by: configured.Configured,
    out: TextIO,
    err: TextIO,
) -> int:
    where, fine = output.screen(out), True
    simulation = begun(given, by, err)
    first = placements.of(simulation)
    fine = first.fine
    told = []
    table = arguments.output == output.TABLE
    if table and given.pods and not arguments.summary:
        simulated.placements(where, first)
        out.write("\n")
    elif table:
        simulated.refused(where, first.containers)
    last = first
    with progress.Progress(err, "pod", sum(map(_coming, given.steps))) as heard:
        for number, one in enumerate(play.play(simulation, given.steps, heard), 1):
            fine, last = fine and one.fine, one.after
            if table:
                heard.done()
                simulated.told(where, number, one)
                out.write("\n")
            else:
                told.append(document.told(one))
    _note(err, last.notes)
    if table:
        simulated.totals(where, last)
        out.write("\n")
        simulated.facts(where, last)
    else:
        whole = {
            "before": document.placements(first),
            "steps": told,
            "after": document.placements(last),
        }
        output.write_document(out, whole, arguments.output)
    return exits.FINE if fine else exits.PROBLEM


def _coming(step: object) -> int:
    return len(getattr(step, "pods", ()))


def _compare(
    arguments: argparse.Namespace,
    given: Scenario,
    by: list[configured.Configured],
    out: TextIO,
    err: TextIO,
) -> int:
    one, other = (placements.of(begun(given, each, err)) for each in by)
    found = compare.compare(one, other)
    names = (by[0].name, by[1].name)
    _note(err, dict.fromkeys((*one.notes, *other.notes)))
    if arguments.output != output.TABLE:
        whole = {
            "first": {"configuration": names[0], **document.placements(one)},
            "second": {"configuration": names[1], **document.placements(other)},
            "comparison": document.comparison(found),
        }
        output.write_document(out, whole, arguments.output)
    else:
        simulated.comparison(output.screen(out), names, found)
    return exits.FINE if one.fine and other.fine else exits.PROBLEM
