# SPDX-License-Identifier: Apache-2.0
"""Policies made from settings."""

from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr.daemon.configuring import policies, settings
from resmgr.policy import constraints
from resmgr.policy.interface import BadConfiguration

MACHINE = trees.Tree(cores=4).machine()
CGROUPS = constraints.Cgroups()


def test_the_active_policy_is_made() -> None:
    """With its own data and the constraints."""
    wanted = settings.Policy("static", {"ReservedResources": {"CPU": 1}})

    assert policies.make(wanted, MACHINE, CGROUPS).name == "static"


def test_what_does_not_fit_the_machine_is_refused() -> None:
    """By the policy, with its words."""
    wanted = settings.Policy("static", {"ReservedResources": {"CPU": "cpuset:99"}})
    with pytest.raises(BadConfiguration):
        policies.make(wanted, MACHINE, CGROUPS)


def test_constraints_of_cgroups_are_read_below_the_root() -> None:
    """As an absolute path, and below the root."""
    asked: list[str] = []

    def read(path: str) -> str | None:
        asked.append(path)
        return "0-1" if path == "/tree/sys/fs/cgroup/mine/cpuset.cpus" else None

    wanted = settings.Policy("static", {"ReservedResources": {"CPU": "cgroup:mine"}})
    policies.make(wanted, MACHINE, constraints.Cgroups("/tree", "/tree/sys/fs/cgroup"), read)

    assert asked[-1] == "/tree/sys/fs/cgroup/mine/cpuset.cpus"


def test_files_are_read(tmp_path: Path) -> None:
    """One that is not there is nothing."""
    (tmp_path / "cpus").write_text("0-3\n")

    assert policies.read(str(tmp_path / "cpus")) == "0-3\n"
    assert policies.read(str(tmp_path / "nope")) is None


def test_pools_of_static_pools_may_stand_in_files(tmp_path: Path) -> None:
    """Below the root of the machine."""
    (tmp_path / "etc/cmk/pools/shared/0/1-2").mkdir(parents=True)
    made = policies.make(
        settings.Policy("static-pools", {}), MACHINE, constraints.Cgroups(str(tmp_path))
    )

    assert made.introspect(made.start(None, []).state)["Pools"] == {
        "shared": {"Name": "shared", "CPUs": "1-2"}
    }
