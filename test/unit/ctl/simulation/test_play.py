# SPDX-License-Identifier: Apache-2.0
"""Steps, and what each of them changed."""

from unit.ctl.simulation import made

from ctl.simulation import play, steps
from ctl.simulation.run import Simulation
from ctl.simulation.steps import Add, Load, Rebalance, Remove, Resize, Switch
from resmgr import cpuset


def played(node: Simulation, *happening: steps.Step) -> list[play.Told]:
    """What each step changed."""
    return list(play.play(node, happening))


def test_those_who_come_are_told_and_those_who_make_room() -> None:
    """With what they had before."""
    node = made.simulation("static", made.pod("b"))
    (told,) = played(node, Add("add a", made.specs(made.whole("a", "2"))))

    assert [one.name for one in told.came] == ["default/a:c"]
    assert [(one.first.name, one.what) for one in told.moved] == [("default/b:c", ("CPUs",))]
    assert cpuset.show(told.moved[0].first.cpus) == "0-15"
    assert cpuset.show(told.moved[0].second.cpus) == "0,2-8,10-15"
    assert (told.updates, told.problem, told.fine) == (1, "", True)


def test_those_who_go_are_told() -> None:
    """And who gets what they had."""
    node = made.simulation("static", made.whole("a", "2"), made.pod("b"))
    (told,) = played(node, Remove("remove a", ("default/a",)))

    assert [one.name for one in told.went] == ["default/a:c"]
    assert [one.first.name for one in told.moved] == ["default/b:c"]


def test_a_resize_that_is_refused_is_told() -> None:
    """And nothing else has changed."""
    node = made.simulation("static", made.whole("a", "2"))
    (spec,) = made.specs(made.whole("x", "99"))
    (told,) = played(node, Resize("resize", "default/a", "c", spec.containers[0].resources))

    assert "cannot allocate 99" in told.problem
    assert told.moved == ()
    assert not told.fine


def test_who_was_refused_comes_when_there_is_room() -> None:
    """That is a change like any other."""
    node = made.simulation("static", made.whole("a", "10"), made.whole("b", "10"))
    (told,) = played(node, Remove("remove a", ("default/a",)))

    assert [(one.first.name, one.what) for one in told.moved] == [("default/b:c", ("state",))]


def test_a_switch_that_fails_is_told() -> None:
    """The former policy goes on."""
    node = made.simulation("static", made.whole("a", "2"))
    bad = Switch("switch", lambda: made.policy("static", reserved="0-99"))
    good = Switch("switch", lambda: made.policy("none"))
    first, second = played(node, bad, good)

    assert first.problem != ""
    assert first.after.policy == "static"
    assert (second.problem, second.after.policy) == ("", "none")


def test_load_and_rebalancing_happen() -> None:
    """Here without any change."""
    node = made.simulation("static", made.whole("a", "2"))
    told = played(node, Load("load", {0: 900}), Rebalance("rebalance"))

    assert [(one.moved, one.fine) for one in told] == [((), True), ((), True)]


def test_those_who_come_are_counted() -> None:
    """For whoever waits."""
    heard: list[int] = []
    play.add(made.simulation("none"), made.specs(made.pod("a"), made.pod("b")), heard.append)

    assert heard == [1, 2]
    play.nothing(1)
