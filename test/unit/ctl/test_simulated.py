# SPDX-License-Identifier: Apache-2.0
"""Cells of the tables."""

import io
from typing import Any

import pytest
from unit.ctl.simulation import made

from ctl import output, simulated
from ctl.simulation import placements, play
from ctl.simulation.steps import Add
from resmgr.model import Requirements


def shown(*objects: object, policy: str = "static") -> list[str]:
    """The table of pods, with one blank between its cells, without its head."""
    out = io.StringIO()
    placed = placements.of(made.simulation(policy, *objects))
    simulated.placements(output.Screen(out), placed)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()[1:]]


def test_requests_are_written_as_people_do() -> None:
    """A limit stands in for a request that is not known."""
    assert simulated.request(Requirements(1500, None, 2**30)) == "1.5 CPU, 1Gi"
    assert simulated.request(Requirements(None, 2000, None, 2**20)) == "2 CPU, 1Mi"
    assert simulated.request(Requirements()) is None


def test_init_containers_are_told_from_others() -> None:
    """They have finished by the time that is shown."""
    pod = made.pod("a", init=(made.one("i", "1", "1Gi"),))

    assert shown(pod)[0].startswith("default/a i (init) Burstable 1 CPU, 1Gi finished - - -")


def test_whoever_waits_is_told() -> None:
    """The container that it waits for was refused."""
    pod = made.pod("a", made.one("c", "1", "1Gi"), init=(made.one("i", "99", "1Gi"),))
    first, second = shown(pod)

    assert "refused" in first
    assert second.endswith("waiting - - - an init container before it was refused")


def test_who_is_not_pinned_may_use_any() -> None:
    """CPUs and memory."""
    assert shown(made.pod("a"), policy="none") == ["default/a c BestEffort - - - any any -"]


def test_a_step_without_changes_is_one_line() -> None:
    """Under its title."""
    out = io.StringIO()
    node = made.simulation("none")
    (told,) = play.play(node, (Add("add nothing", ()),))
    simulated.told(output.Screen(out), 3, told)

    assert out.getvalue() == ("step 3: add nothing\n  0 came, 0 changed, 0 updates; 16 CPUs free\n")


def test_a_narrow_terminal_goes_without_reasons() -> None:
    """`explain` has them; a wide one folds them."""
    placed = placements.of(made.simulation("static", made.whole("a", "2")))
    heads = []
    for width in (80, 140):
        out = io.StringIO()
        simulated.placements(output.Screen(out, width), placed)
        heads.append(out.getvalue().splitlines()[0].split()[-1])

    assert heads == ["MEMORY", "WHY"]


@pytest.mark.parametrize(
    ("width", "missing"),
    [(54, "why, QoS, request, memory"), (64, "why, QoS, request"), (80, "why, QoS")],
)
def test_no_line_is_longer_than_the_terminal(width: int, missing: str) -> None:
    """What counts least goes first, and what is missing is named."""
    placed = placements.of(made.simulation("static", made.whole("a", "2"), made.pod("b")))
    out = io.StringIO()
    simulated.placements(output.Screen(out, width), placed)

    assert max(map(len, out.getvalue().splitlines())) <= width
    assert f"not shown  {missing}; " in " ".join(out.getvalue().splitlines())


def test_a_narrow_terminal_still_tells_why_not() -> None:
    """Whoever was refused has a line below the table."""
    placed = placements.of(made.simulation("static", made.whole("a", "99")))
    out = io.StringIO()
    simulated.placements(output.Screen(out, 80), placed)

    assert "\nrefused default/a:c: cannot allocate 99 exclusive CPUs" in out.getvalue()


def test_classes_of_cpus_are_shown() -> None:
    """Where there are some."""
    types = [{"Name": "own", "Namespaces": ["n"], "CpuClass": "turbo"}]
    config: dict[str, Any] = {"BalloonTypes": types}
    out = io.StringIO()
    node = made.simulation("balloons", made.whole("a", "2", "n"), **config)
    simulated.facts(output.Screen(out), placements.of(node))

    assert "\nCPU classes  turbo 1,9\n" in out.getvalue()


def test_a_refusal_is_one_line() -> None:
    """Though it may quote an annotation of many lines, whatever is in that."""
    asked = {"cri-resource-manager.intel.com/affinity": "c:\n  - {match: \x85}\n"}
    placed = placements.of(made.simulation("topology-aware", made.pod("a", annotations=asked)))
    out = io.StringIO()
    simulated.refused(output.Screen(out), placed.containers)

    assert out.getvalue().startswith("refused default/a:c: ")
    assert out.getvalue().count("\n") == 1
    assert out.getvalue()[:-1].isprintable()
