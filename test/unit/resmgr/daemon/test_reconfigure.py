# SPDX-License-Identifier: Apache-2.0
"""Configurations at run time; with everything around it in test_wiring."""

from collections.abc import Sequence
from typing import Any

import pytest

from resmgr.daemon.agentside.config_service import Rejected
from resmgr.daemon.configuring import settings, sources
from resmgr.daemon.configuring.active import Active
from resmgr.daemon.configuring.configuration import Judge
from resmgr.daemon.configuring.history import History
from resmgr.daemon.configuring.settings import Settings
from resmgr.daemon.configuring.sources import Origin
from resmgr.daemon.reconfigure import Reconfigurer
from resmgr.daemon.records.metrics import Counter
from resmgr.engine.outcome import Outcome
from resmgr.policy.interface import BadConfiguration, Policy
from resmgr.state.changes import Change, PutConfig

JUDGE = Judge(("none", "static"), {})
STATIC = {"policy": "Active: static\nReservedResources: {CPU: 1}"}


class Named:
    """A policy that has nothing but its name."""

    def __init__(self, name: str) -> None:
        """Take the name."""
        self.name = name


class World:
    """What a reconfigurer works on: node, engine, store, in one."""

    judge = JUDGE

    def __init__(self) -> None:
        """The policy `none` is active."""
        self.policy: Any = Named("none")
        self.error: Exception | None = None
        self.followed: list[Outcome] = []
        self.kept: list[Change] = []

    def make(self, wanted: settings.Policy) -> Policy[Any]:
        """Make a policy, or fail."""
        if isinstance(self.error, BadConfiguration):
            raise self.error
        return Named(wanted.active)  # type: ignore[return-value]

    def below(self) -> sources.Source:
        """Give the defaults."""
        return sources.Source(Origin.NOTHING, "", JUDGE.nothing)

    def accept(self, wanted: Settings) -> None:
        """Refuse classes of CPUs."""
        if wanted.cpu_classes:
            raise BadConfiguration("no CPU has a frequency")

    def switch(self, policy: Policy[Any]) -> Outcome:
        """Make it active, or fail."""
        if self.error is not None:
            raise self.error
        self.policy = policy
        return Outcome(failure=policy.name)

    def write(self, changes: Sequence[Change]) -> None:
        """Keep changes."""
        self.kept += changes


@pytest.fixture
def world() -> World:
    """Where nothing has happened yet."""
    return World()


def made(world: World, *, may_switch: bool = True) -> tuple[Reconfigurer, list[Settings], Counter]:
    """Make a reconfigurer, who heard of configurations, and the counter."""
    counter = Counter("configurations", "Configurations.", ("result",))
    reconfigurer = Reconfigurer(
        active=Active(JUDGE.nothing(), Origin.NOTHING),
        node=world,
        engine=world,
        follow=world.followed.append,
        keep=world,
        applied=counter,
        may_switch=may_switch,
        now=lambda: 5.0,
    )
    heard: list[Settings] = []
    reconfigurer.followers.append(heard.append)
    return reconfigurer, heard, counter


def test_a_configuration_of_the_agent_is_taken_and_kept(world: World) -> None:
    """The policy is switched, everybody hears of it, the next start will know it."""
    reconfigurer, heard, counter = made(world)
    reconfigurer.from_agent(STATIC)
    reconfigurer.keep(STATIC)

    assert world.policy.name == "static"
    assert [outcome.failure for outcome in world.followed] == ["static"]
    assert [one.policy.active for one in heard] == ["static"]
    assert world.kept == [PutConfig(STATIC)]
    assert reconfigurer.origin is Origin.AGENT
    assert counter.values == {("accepted",): 1}


def test_a_configuration_that_is_taken_away(world: World) -> None:
    """What counts without it counts again, also for the next start."""
    reconfigurer, heard, _ = made(world)
    reconfigurer.from_agent(STATIC)
    reconfigurer.from_agent({})

    assert world.policy.name == "none"
    assert [one.policy.active for one in heard] == ["static", "none"]
    assert world.kept == [PutConfig(None)]
    assert reconfigurer.origin is Origin.NOTHING


def test_nothing_to_take_away(world: World) -> None:
    """What counts stays; what was kept and not used is forgotten."""
    reconfigurer, heard, _ = made(world)
    reconfigurer.from_agent({})

    assert heard == []
    assert world.kept == [PutConfig(None)]


def test_a_forced_configuration_is_above_the_agent(world: World) -> None:
    """Another one is not taken; that there is none any more changes nothing."""
    reconfigurer, heard, _ = made(world)
    reconfigurer.active = Active(JUDGE.nothing(), Origin.FORCED, "/force.cfg")
    with pytest.raises(Rejected, match=r"the forced configuration /force\.cfg counts"):
        reconfigurer.from_agent(STATIC)
    refused = list(world.kept)
    reconfigurer.from_agent({})

    assert heard == []
    assert refused == []
    assert world.kept == [PutConfig(None)]
    assert reconfigurer.origin is Origin.FORCED


def test_what_controllers_refuse_is_refused_before_anything_changes(world: World) -> None:
    """The policy as well."""
    reconfigurer, heard, _ = made(world)
    with pytest.raises(Rejected, match="no CPU has a frequency"):
        reconfigurer.from_agent({**STATIC, "cpu": "classes: {a: {minFreq: 1}}"})

    assert world.policy.name == "none"
    assert heard == []


def test_the_same_policy_is_not_started_anew(world: World) -> None:
    """Other sections change without moving a container."""
    reconfigurer, heard, _ = made(world)
    reconfigurer.from_agent({"logger": "Debug: policy", "policy": "static: {Rdt: true}"})

    assert world.followed == []
    assert heard[0].logger.debug == "policy"


def test_other_data_of_the_active_policy_starts_it_anew(world: World) -> None:
    """With the same name."""
    reconfigurer, _, _ = made(world)
    reconfigurer.from_agent(STATIC)
    reconfigurer.from_agent({"policy": "Active: static\nReservedResources: {CPU: 2}"})

    assert len(world.followed) == 2


@pytest.mark.parametrize(
    "error", [BadConfiguration("too few CPUs"), ValueError("a mistake of the policy")]
)
def test_whatever_a_policy_says_rolls_everything_back(world: World, error: Exception) -> None:
    """Nothing has changed, nobody has heard, nothing is kept."""
    reconfigurer, heard, counter = made(world)
    world.error = error
    with pytest.raises(Rejected, match=f"configuration rejected: {error}"):
        reconfigurer.from_agent({**STATIC, "logger": "Debug: policy"})

    assert world.policy.name == "none"
    assert reconfigurer.current == JUDGE.nothing().settings
    assert (heard, world.kept) == ([], [])
    assert counter.values == {("rejected",): 1}


def test_a_wrong_configuration_is_rejected_with_all_its_problems(world: World) -> None:
    """The policy is not even asked."""
    reconfigurer, _, _ = made(world)
    with pytest.raises(Rejected) as caught:
        reconfigurer.from_agent({"policy": "Actve: x", "rdt": "options: {l3: {optional: true}}"})

    assert len(str(caught.value).splitlines()) == 3


def test_a_switch_can_be_forbidden(world: World) -> None:
    """Other settings still change."""
    reconfigurer, heard, _ = made(world, may_switch=False)
    with pytest.raises(Rejected, match="--disable-policy-switch"):
        reconfigurer.from_agent(STATIC)
    reconfigurer.from_agent({"logger": "Debug: policy"})

    assert len(heard) == 1


def test_a_file_that_cannot_be_read_is_rejected(world: World) -> None:
    """The one before stays."""
    reconfigurer, _, _ = made(world)
    with pytest.raises(Rejected, match="configuration /nope rejected: cannot read it"):
        reconfigurer.from_file("/nope")

    assert reconfigurer.origin is Origin.NOTHING


def test_configurations_are_numbered_and_dated(world: World) -> None:
    """One that is refused counts for nothing but is remembered with why."""
    reconfigurer, _, _ = made(world)
    first = reconfigurer.active
    reconfigurer.from_agent({"logger": "Debug: policy"})
    with pytest.raises(Rejected):
        reconfigurer.from_agent({"policy": "Actve: x"})

    assert (first.generation, first.since) == (1, 0.0)
    assert (reconfigurer.active.generation, reconfigurer.active.since) == (2, 5.0)
    assert reconfigurer.active.hash != first.hash
    assert reconfigurer.refused is not None
    assert (reconfigurer.refused.origin, reconfigurer.refused.when) == (Origin.AGENT, 5.0)
    assert reconfigurer.refused.text.startswith("policy.Actve: unknown key")


def results(reconfigurer: Reconfigurer) -> list[tuple[str, str, str]]:
    """Give result, policy and reason of each configuration that is remembered."""
    found = reconfigurer.history.document()
    return [(one["result"], one["policy"], one["text"]) for one in found]


def test_what_came_is_remembered(world: World) -> None:
    """That of the start first; of one that was read it is known which policy it asked for."""
    reconfigurer, _, _ = made(world)
    reconfigurer.remember(History())
    reconfigurer.from_agent(STATIC)
    world.error = BadConfiguration("no CPU is left")
    for data in ({"policy": "Actve: x"}, {"policy": "Active: none"}):
        with pytest.raises(Rejected):
            reconfigurer.from_agent(data)

    found = results(reconfigurer)
    assert found[:2] == [("accepted", "none", ""), ("accepted", "static", "")]
    assert found[2][:2] == ("refused", "")
    assert found[2][2].startswith("policy.Actve: unknown key")
    assert found[3] == ("refused", "none", "no CPU is left")


def test_a_forced_one_refuses_others(world: World) -> None:
    """And that is remembered too."""
    reconfigurer, _, _ = made(world)
    reconfigurer.active = Active(JUDGE.nothing(), Origin.FORCED, "/etc/force.cfg")
    with pytest.raises(Rejected):
        reconfigurer.from_agent(STATIC)

    why = "the forced configuration /etc/force.cfg counts, and no other"
    assert results(reconfigurer) == [("refused", "", why)]


def test_one_that_cannot_be_carried_out(world: World) -> None:
    """It counts, and why it was refused all the same stands behind it; it is not kept."""
    reconfigurer, _, _ = made(world)
    reconfigurer.from_agent(STATIC)
    error = reconfigurer.fell_short("cannot write cpuset.cpus")

    assert str(error) == "cannot write cpuset.cpus"
    assert results(reconfigurer)[1:] == [("refused", "static", "cannot write cpuset.cpus")]
    assert world.kept == []
