# SPDX-License-Identifier: Apache-2.0
"""Controllers of one daemon, judged and put to work."""

import logging
from pathlib import Path

import pytest
from unit.resmgr.effects import knobs
from unit.resmgr.engine import toy
from unit.resmgr.sysfs import trees

from resmgr.config import documents
from resmgr.control.memory import places
from resmgr.daemon.configuring import settings
from resmgr.daemon.configuring.controls import Controls, Places
from resmgr.daemon.configuring.settings import Settings
from resmgr.effects.carry_out import Executor
from resmgr.effects.controlled import Controlled
from resmgr.effects.exports import Exports
from resmgr.effects.plan import Plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.intents import AssignCpuClass
from resmgr.model import Container
from resmgr.policy.interface import BadConfiguration, Step
from resmgr.state.changes import Saved

MACHINE = trees.Tree(cores=4).machine()
CLASSES = "cpu: {classes: {slow: {maxFreq: 1000000}}}"
UNCORE = "cpu: {classes: {slow: {uncoreMaxFreq: 1000000}}}"


class Slow(toy.OneEach):
    """Has CPU 0 in a class."""

    def allocate(self, state: toy.Given, subject: object) -> Step[toy.Given]:
        """Give nothing but the class."""
        del subject
        return Step(state, (AssignCpuClass(1, "slow"),))


def document(*texts: str, **modes: str) -> Settings:
    """Judge and decode a document."""
    control = "\n".join(f"      {name}: {mode}" for name, mode in modes.items())
    text = "\n".join((*texts, "resource-manager:\n  control:\n    Controllers:\n" + control))
    found, problems = documents.check(text if modes else "\n".join(texts), "test")
    assert problems == []
    return settings.decode(found or {})


def controls(root: Path) -> Controls:
    """Make them for a machine."""
    return Controls(Places(root, root, root / "cgroup"), MACHINE)


async def send(_: Container) -> None:
    """Take an update."""


def working(made: Controls, root: Path) -> Controlled:
    """Put them to work with a policy that has CPU 0 in a class."""
    engine = Engine(Slow(), Saved())
    engine.start(events.Synchronised((), ()))
    engine.handle(toy.creating())
    executor = Executor(send, engine.ledger.containers.get, Exports(root))
    return made.put_to_work(executor, engine)


def test_what_is_required_and_cannot_run_refuses_a_configuration(tmp_path: Path) -> None:
    """At the start as well."""
    made = controls(tmp_path)
    for first in (True, False):
        with pytest.raises(BadConfiguration) as caught:
            made.judge(document(CLASSES, cpu="required", memory="required"), first=first)

        lines = str(caught.value).splitlines()
        assert [one.split(" and cannot run")[0] for one in lines] == [
            "controller cpu is required",
            "controller memory is required",
        ]


def test_limits_of_dies_without_a_driver_refuse_an_update(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A start only tells; a controller that is disabled does not care."""
    made = controls(tmp_path)
    with pytest.raises(BadConfiguration, match="uncore driver not available"):
        made.judge(document(UNCORE))
    made.begin(document(UNCORE))

    assert made.roster.runs("cpu")
    assert "uncore driver not available" in caplog.text
    assert not made.judge(document(UNCORE, cpu="disabled")).runs("cpu")


def test_missing_hardware_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As a warning to those who have asked for it."""
    caplog.set_level(logging.INFO)
    made = controls(tmp_path)
    made.begin(document(memory="optional", cpu="relaxed"))
    made.follow(document(CLASSES, memory="optional", cpu="relaxed"))
    made.follow(document(CLASSES, memory="optional"))
    missing = [one for one in caplog.records if "does not run" in one.getMessage()]

    assert [(one.levelno, one.getMessage().split(":")[0]) for one in missing] == [
        (logging.WARNING, "controller memory does not run"),
        (logging.WARNING, "controller cpu does not run"),
    ]


def test_what_nobody_has_asked_for_is_no_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Hardly any machine has limits for top-tier memory."""
    caplog.set_level(logging.INFO)
    controls(tmp_path).begin(document())

    assert places.FILE in caplog.text
    assert {one.levelno for one in caplog.records} == {logging.INFO}


def test_by_default_everything_runs_that_can(tmp_path: Path) -> None:
    """Also without any configuration: what a former policy has pinned has to be let go."""
    made = controls(tmp_path)
    made.begin(document())

    assert made.roster.running == {"cpu", "cri"}


async def test_frequencies_follow_configurations(tmp_path: Path) -> None:
    """Another one, one that disables the controller, and the end."""
    knobs.make(tmp_path)
    made = controls(tmp_path)
    executor = working(made, tmp_path)
    seen = []
    for wanted in (
        document(CLASSES),
        document("cpu: {classes: {slow: {maxFreq: 2000000}}}"),
        document(CLASSES, cpu="disabled"),
        document(CLASSES),
    ):
        made.follow(wanted)
        await executor.carry_out(Plan())
        seen.append(knobs.shown(tmp_path, "cpu0/cpufreq")[1])
    made.end()

    assert seen == [1_000_000, 2_000_000, 3_000_000, 1_000_000]
    assert knobs.shown(tmp_path, "cpu0/cpufreq") == (800_000, 3_000_000)


async def test_what_fails_in_a_required_controller_is_an_error(tmp_path: Path) -> None:
    """Told to whoever gave the configuration."""
    knobs.make(tmp_path)
    path = tmp_path / "sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq"
    path.write_text("?")
    made = controls(tmp_path)
    executor = working(made, tmp_path)
    made.follow(document(CLASSES, cpu="required"))
    await executor.carry_out(Plan())

    assert made.strict
    assert made.failure().startswith("failed to run post-update hooks after reconfiguration: ")
    assert made.failure() == ""
