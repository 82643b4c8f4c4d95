# SPDX-License-Identifier: Apache-2.0
"""Available and reserved CPUs as configured."""

from typing import Any

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.config import documents
from resmgr.policy import constraints, interface

FILES = {
    "/sys/fs/cgroup/kubepods/cpuset.cpus": "0-3\n",
    "/sys/fs/cgroup/cpuset/system/cpuset.cpus": "4",
    "/sys/fs/cgroup/cpuset/kubepods/cpuset.cpus": "7",
    "/srv/cpus/cpuset.cpus": "5",
    "/host/srv/cpus/cpuset.cpus": "6",
    "/host/srv/deep/cpuset.cpus": "6",
    "/sys/fs/cgroup/unset/cpuset.cpus": "\n",
    "/sys/fs/cgroup/unset/cpuset.cpus.effective": "0-1\n",
    "/sys/fs/cgroup/odd/cpuset.cpus": "all",
}


def resolve(available: Any = None, reserved: Any = None) -> interface.Constraints:
    """Resolve two values on a machine below /host."""
    data = {"AvailableResources": {"CPU": available}, "ReservedResources": {"cpu": reserved}}
    return constraints.resolve(data, constraints.Cgroups(root="/host"), FILES.get)


@pytest.mark.parametrize(
    ("value", "milli"),
    [(1, 1000), (0.75, 750), (0, 0), ("750m", 750), ("2", 2000), ("1.5", 1500), (1.0005, 1000)],
)
def test_numbers_and_quantities_tell_how_many(value: Any, milli: int) -> None:
    """A bare number is one of CPUs; a text without list or directory is a quantity."""
    assert resolve(reserved=value) == interface.Constraints(reserved_milli=milli)


@pytest.mark.parametrize(
    ("value", "cpus"),
    [("cpuset:3", "3"), ("cpuset:0-2,5", "0-2,5"), ("0-2", "0-2"), ("1,3", "1,3")],
)
def test_lists_tell_which(value: str, cpus: str) -> None:
    """A list is one if it says so, or has a dash or comma."""
    mask = cpuset.parse(cpus)

    assert resolve(value, value) == interface.Constraints(available=mask, reserved=mask)


@pytest.mark.parametrize(
    ("value", "cpus"),
    [
        ("cgroup:kubepods", "0-3"),
        ("cgroup:/kubepods/", "0-3"),
        ("/kubepods", "0-3"),
        ("cgroup:system", "4"),
        ("/system", "4"),
        ("cgroup:srv/cpus", None),
        ("/srv/cpus", "5"),
        ("cgroup:/srv/cpus", "5"),
        ("/srv/deep", "6"),
        ("cgroup:unset", "0-1"),
    ],
)
def test_cgroups_are_looked_for(value: str, cpus: str | None) -> None:
    """As an absolute path, then below the root, the mount point, and the cpuset controller."""
    if cpus is None:
        with pytest.raises(interface.BadConfiguration, match=r"failed to find cpuset\.cpus"):
            resolve(value)
    else:
        assert resolve(value) == interface.Constraints(available=cpuset.parse(cpus))


def test_nothing_given_is_no_constraint() -> None:
    """Neither a missing section nor an empty one nor a key without value is a constraint."""
    cgroups = constraints.Cgroups()

    assert constraints.resolve({}, cgroups, FILES.get) == interface.Constraints()
    assert (
        constraints.resolve(
            {"AvailableResources": None, "ReservedResources": {}}, cgroups, FILES.get
        )
        == interface.Constraints()
    )
    assert resolve() == interface.Constraints()


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("", "missing CPU constraint value"),
        ("cpu:1", "invalid CPU constraint qualifier 'cpu', known: cpuset, cgroup"),
        ("cpuset:", "the CPU list is empty"),
        ("cpuset:a", "'a' is no id"),
        ("3-1", "runs backwards"),
        ("many", "not a quantity"),
        ("-1", "is no id"),
        ("cgroup:", "no directory of a cgroup"),
        ("/", "no directory of a cgroup"),
        ("cgroup:../../etc", "no directory of a cgroup"),
        ("cgroup:odd", "'all' is no id"),
        ("cgroup:none", r"failed to find .* \"none\" \(looked in /sys/fs/cgroup/none, "),
        (-1, "-1 is no number of CPUs"),
        (float("nan"), "nan is no number of CPUs"),
        (True, "expected CPUs, got True"),
        ([1], "expected CPUs"),
    ],
)
def test_other_values_are_refused(value: Any, cause: str) -> None:
    """The message has the path of the key and what is wrong."""
    with pytest.raises(
        interface.BadConfiguration, match=rf"policy\.ReservedResources\.cpu: .*{cause}"
    ):
        resolve(reserved=value)


def test_both_problems_are_told() -> None:
    """The second one is not hidden behind the first one."""
    with pytest.raises(interface.BadConfiguration) as error:
        resolve("a:b", "c:d")

    assert len(str(error.value).splitlines()) == 2


def test_only_cpus_can_be_constrained() -> None:
    """Another resource is named."""
    data = {"ReservedResources": {"Memory": "1G"}}

    with pytest.raises(interface.BadConfiguration, match="Memory: unknown resource, known: CPU"):
        constraints.resolve(data, constraints.Cgroups(), FILES.get)


@pytest.mark.parametrize(
    "value", ["1", "'1'", "750m", "cpuset:0-2", "'0-2,5'", "3.5", "cpuset:7", "cgroup:kubepods"]
)
def test_what_is_accepted_as_configuration_is_resolved(value: str) -> None:
    """The judgement of documents and this one agree."""
    text = f"policy: {{ReservedResources: {{CPU: {value}}}}}"
    document, problems = documents.check(text, "node")
    found = constraints.resolve((document or {})["policy"], constraints.Cgroups(), FILES.get)

    assert problems == []
    assert (found.reserved is None) != (found.reserved_milli is None)


@pytest.mark.parametrize(
    ("mask", "milli", "text"),
    [(None, None, ""), (0b111, None, "cpuset:0-2"), (None, 750, "750m"), (None, 2000, "2")],
)
def test_constraints_are_written_as_they_are_read(
    mask: int | None, milli: int | None, text: str
) -> None:
    """What is shown can be put into a configuration again."""
    assert constraints.show(mask, milli) == text
    if text:
        assert resolve(reserved=text) == interface.Constraints(reserved=mask, reserved_milli=milli)


@pytest.mark.parametrize(("milli", "cpus"), [(0, 0), (1, 1), (1000, 1), (1001, 2)])
def test_quantities_are_whole_cpus(milli: int, cpus: int) -> None:
    """A part of a CPU counts as one."""
    assert constraints.whole(milli) == cpus


def test_usable_cpus_are_online() -> None:
    """All that are online, or those of the available ones that are."""
    machine = trees.FLAT.but(offline="3").machine()

    assert constraints.usable(interface.Constraints(), machine) == machine.online
    assert constraints.usable(interface.Constraints(available=0b1110), machine) == 0b110


def test_a_quantity_of_available_cpus_is_refused() -> None:
    """The message tells how to say which."""
    with pytest.raises(interface.BadConfiguration, match=r"invalid type .* name them, as in"):
        constraints.usable(interface.Constraints(available_milli=2000), trees.FLAT.machine())


def test_some_available_cpu_is_online() -> None:
    """A list of CPUs that are all offline is refused with those that are not."""
    machine = trees.FLAT.but(offline="2-3").machine()

    with pytest.raises(interface.BadConfiguration, match="no available CPU is online: 2-3 of 0-1,"):
        constraints.usable(interface.Constraints(available=0b1100), machine)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (interface.Constraints(available=0b11 << 7), "policy.AvailableResources.CPU"),
        (interface.Constraints(reserved=0b11 << 7), "policy.ReservedResources.CPU"),
    ],
)
def test_cpus_outside_the_machine_are_refused(given: interface.Constraints, where: str) -> None:
    """Even if others of the list are in it, since the list was meant for another machine."""
    with pytest.raises(interface.BadConfiguration) as caught:
        constraints.usable(given, trees.FLAT.machine())

    assert str(caught.value) == f"{where}: CPUs 8 are not in this machine, which has 0-7"


def test_cpus_that_are_offline_may_be_named() -> None:
    """They are in the machine, and may come back."""
    machine = trees.FLAT.but(offline="3").machine()
    given = interface.Constraints(available=0b1110, reserved=0b1010)

    assert constraints.usable(given, machine) == 0b110
