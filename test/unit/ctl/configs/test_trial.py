# SPDX-License-Identifier: Apache-2.0
"""Machines that policies are tried on."""

from pathlib import Path

import pytest
from unit.ctl.checks import nodes

from ctl import configured, hardware, machines, problem
from ctl.configs import trial
from resmgr import cpuset
from resmgr.daemon.configuring.settings import Policy
from resmgr.policy.interface import BadConfiguration

MACHINE = machines.parse("1x1x4x2")


def wanted(text: str) -> Policy:
    """Give what a document says about the policy."""
    return configured.judge(text, "x").settings.policy


def test_a_machine_that_is_mounted(tmp_path: Path) -> None:
    """It is read below its root, where its files are, too."""
    nodes.cpus(tmp_path, 4)
    found = trial.Hardware.below(tmp_path)

    assert (found.machine.online, found.root) == (cpuset.parse("0-3"), tmp_path)


def test_a_folder_without_a_machine_is_refused(tmp_path: Path) -> None:
    """It says which."""
    with pytest.raises(problem.Problem, match=f"cannot read machine {tmp_path}"):
        trial.Hardware.below(tmp_path)


def test_a_machine_that_is_made_up_has_no_files() -> None:
    """Those of the machine that this runs on do not matter."""
    assert trial.Hardware.of(hardware.of("1x1x4x2")) == trial.Hardware(MACHINE, None)


def test_cgroups_are_read_below_the_root_alone(tmp_path: Path) -> None:
    """A machine that is made up has none."""
    policy = wanted("policy: {Active: static, ReservedResources: {CPU: 'cgroup:system'}}")
    folder = tmp_path / "sys/fs/cgroup/system"
    folder.mkdir(parents=True)
    (folder / "cpuset.cpus").write_text("0-1\n", encoding="ascii")

    assert trial.Hardware(MACHINE, tmp_path).policy(policy).name == "static"
    with pytest.raises(BadConfiguration, match=r"failed to find cpuset.cpus"):
        trial.Hardware(MACHINE).policy(policy)


def test_a_cgroup_by_its_whole_path_is_one_below_the_root(tmp_path: Path) -> None:
    """The same path on the machine that this runs on is another machine's."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here/cpuset.cpus").write_text("0-1\n", encoding="ascii")
    (tmp_path / "there").mkdir()
    document = f"policy: {{Active: static, ReservedResources: {{CPU: 'cgroup:{tmp_path}/here'}}}}"
    with pytest.raises(BadConfiguration, match=r"failed to find cpuset.cpus"):
        trial.Hardware(MACHINE, tmp_path / "there").policy(wanted(document))


def test_pools_are_read_below_the_root_alone(tmp_path: Path) -> None:
    """Folders of CMK on this machine are not looked at."""
    folder = tmp_path / "etc/cmk/pools/shared"
    (folder / "0/2-3").mkdir(parents=True)
    (folder / "exclusive").write_text("0", encoding="ascii")
    pools = wanted("policy: {Active: static-pools}")
    policy = trial.Hardware(MACHINE, tmp_path).policy(pools)

    assert list(policy.introspect(policy.start(None, []).state)["Pools"]) == ["shared"]
    with pytest.raises(BadConfiguration, match="no pools configured"):
        trial.Hardware(MACHINE).policy(pools)
