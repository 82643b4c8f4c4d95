# SPDX-License-Identifier: Apache-2.0
"""What a simulation is made of, as words name it."""

import argparse
import io
from pathlib import Path

import pytest
import yaml
from unit.ctl.simulation import made
from unit.resmgr.sysfs import trees

from ctl import configured, problem, scenario
from ctl.simulation.steps import Add


def build(*words: str, pods: tuple[str, ...] = (), stdin: str = "") -> scenario.Scenario:
    """Build from words."""
    parser = argparse.ArgumentParser()
    scenario.add_arguments(parser)
    return scenario.build(parser.parse_args(words), pods, io.StringIO(), io.StringIO(stdin))


def test_pods_come_from_what_is_piped_in() -> None:
    """As kubectl prints them."""
    listed = yaml.safe_dump({"kind": "List", "items": [made.pod("a"), {"kind": "Service"}]})
    found = build("--machine", "1x1x4x1", pods=("-",), stdin=listed)

    assert [one.full_name for one in found.pods] == ["default/a"]
    assert found.skipped == ("Service without a name",)


def test_a_machine_that_is_mounted_has_files(tmp_path: Path) -> None:
    """One that is made up has none."""
    trees.LAPTOP.write(tmp_path)
    mounted = build("--sysfs-root", str(tmp_path))

    assert (len(mounted.kubelet.machine.cpus), mounted.root) == (8, tmp_path)
    assert build("--machine", "1x1x4x1").root is None


def test_steps_read_files_beside_them(tmp_path: Path) -> None:
    """Wherever the command is run."""
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(made.pod("a")), encoding="utf-8")
    (tmp_path / "day.yaml").write_text("- add: a.yaml\n", encoding="utf-8")
    (step,) = build("--machine", "1x1x4x1", "--events", str(tmp_path / "day.yaml")).steps

    assert isinstance(step, Add)
    assert [one.name for one in step.pods] == ["a"]


def test_files_that_steps_miss_are_told_with_the_step(tmp_path: Path) -> None:
    """Pods and configurations, all at once."""
    day = tmp_path / "day.yaml"
    day.write_text("- add: a.yaml\n- switch: b.yaml\n", encoding="utf-8")
    with pytest.raises(problem.Problem) as error:
        build("--machine", "1x1x4x1", "--events", str(day))
    lines = error.value.message.splitlines()

    assert [line.partition(": cannot read")[0] for line in lines] == [
        f"cannot read pods: {day}: step 1: add",
        f"cannot read pods: {day}: step 2: switch",
    ]


def test_devices_are_near_to_nodes_of_the_machine() -> None:
    """Others are wrong."""
    found = build("--machine", "2x1x4x1", "--device", "a/b=0-1", "--device", "c/d=1")

    assert found.kubelet.devices == {"a/b": 0b11, "c/d": 0b10}
    for text in ("a/b", "=1", "a/b=", "a/b=2", "a/b=x"):
        with pytest.raises(problem.Problem, match="expected RESOURCE=NODES"):
            build("--machine", "2x1x4x1", "--device", text)


def test_a_machine_that_is_made_up_has_no_cgroups() -> None:
    """The hint says what to write instead."""
    text = "policy: {Active: static, ReservedResources: {CPU: 'cgroup:system'}}"
    with pytest.raises(problem.Problem, match="failed to find cpuset") as error:
        build("--machine", "1x1x4x1").policy(configured.judge(text, "x"))

    assert error.value.hint.endswith("name CPUs, as in cpuset:0-3")
