# SPDX-License-Identifier: Apache-2.0
"""How many instances of a pool there are."""

import pytest

from resmgr.policy.podpools import sizes


@pytest.mark.parametrize(
    ("instances", "cpu", "free", "result"),
    [
        ("", 42, 100, (1, 42)),
        ("10", 2, 100, (10, 2)),
        ("10 CPUs", 2, 100, (5, 2)),
        ("8cpu", 2, 9, (4, 2)),
        ("90 %", 2, 10, (4, 2)),
        ("90%", 90, 100, (1, 90)),
        ("10 %", 2, 10, (0, 2)),
        (None, "0x10", 100, (1, 16)),
        (3, "08", 0, (3, 8)),
    ],
)
def test_examples(
    instances: str | int | None, cpu: str | int, free: int, result: tuple[int, int]
) -> None:
    """The examples of the contract (policies, section 11.4), and the borders."""
    cpus = sizes.each(cpu)

    assert (sizes.count(instances, cpus, free), cpus) == result


@pytest.mark.parametrize(
    ("instances", "free", "message"),
    [
        ("2 CPUs CPU", 10, "invalid Instances"),
        ("-1", 10, "invalid Instances"),
        ("3 CPUs", 0, "insufficient CPUs: 3 are wanted, 0 are free"),
    ],
)
def test_instances_that_mean_nothing_or_do_not_fit(instances: str, free: int, message: str) -> None:
    """Each is refused with its own words."""
    with pytest.raises(sizes.BadSize, match=message):
        sizes.count(instances, 4, free)


@pytest.mark.parametrize("cpu", ["55%", "0", "-1", "1.5", "0x", "x"])
def test_cpus_that_are_no_number(cpu: str) -> None:
    """A whole number of at least 1 is expected."""
    with pytest.raises(sizes.BadSize, match=r"invalid CPUs per pool: .*> 1 expected"):
        sizes.each(cpu)


@pytest.mark.parametrize("cpu", [None, "", " "])
def test_cpus_that_are_missing(cpu: str | None) -> None:
    """There is no default."""
    with pytest.raises(sizes.BadSize, match="missing CPUs"):
        sizes.each(cpu)
