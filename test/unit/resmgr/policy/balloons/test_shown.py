# SPDX-License-Identifier: Apache-2.0
"""What is seen of balloons."""

from unit.resmgr.sysfs import trees

from resmgr.policy.balloons import shown, tree
from resmgr.policy.balloons.state import Balloon, Member, State
from resmgr.policy.balloons.types import Type

MACHINE = trees.EXAMPLE.machine()
BALLOON = Balloon("x", 0, 2, 0b110, near=0xF).holding("a", Member("p", "n", 500))
STATE = State({"x[0]": BALLOON}, free=0xFF8, places={"a": "x[0]"})


def test_introspection_shows_balloons_and_who_is_in_them() -> None:
    """Containers run on idle CPUs as well."""
    assert shown.balloons(MACHINE, STATE) == {
        "Pools": {
            "x[0]": {"Name": "x[0]", "CPUs": "1-2", "Memory": "0", "Parent": "", "Children": []}
        },
        "Assignments": {
            "a": {
                "SharedCPUs": "1-3",
                "CPUShare": 512,
                "ExclusiveCPUs": "",
                "Memory": "0",
                "Pool": "x[0]",
            }
        },
    }


def test_a_balloon_has_a_metric() -> None:
    """Its size, and where it is."""
    types = {"x": Type("x", cpu_class="turbo", min_cpus=1, max_cpus=4)}
    samples = shown.metric(MACHINE, shown.parts(tree.build(MACHINE)), types, STATE)
    ((labels, value),) = samples.values

    assert value == 2
    assert dict(zip(samples.metric.labels, labels, strict=True)) == {
        "balloon_type": "x",
        "cpu_class": "turbo",
        "cpus_min": "1",
        "cpus_max": "4",
        "balloon": "x[0]",
        "cpus": "1-2",
        "cpus_count": "2",
        "numas": "p0d0n0",
        "numas_count": "1",
        "dies": "p0d0",
        "dies_count": "1",
        "packages": "p0",
        "packages_count": "1",
        "sharedidlecpus": "3",
        "sharedidlecpus_count": "1",
        "cpus_allowed": "1-3",
        "cpus_allowed_count": "3",
        "mems": "0",
        "tot_req_millicpu": "500",
    }
