# SPDX-License-Identifier: Apache-2.0
"""Pools as they are configured."""

import re
from typing import Any

import pytest
from unit.resmgr.sysfs import trees

from resmgr.policy.interface import BadConfiguration
from resmgr.policy.static_pools import pools

MACHINE = trees.FLAT.but(offline="7").machine()


def read(**given: Any) -> pools.Pools:
    """Read pools on a machine of CPUs 0-6."""
    return pools.read({"pools": given}, MACHINE)


def lists(*texts: Any, exclusive: bool = False) -> dict[str, Any]:
    """Data of a pool."""
    return {"exclusive": exclusive, "cpuLists": [{"Socket": 0, "Cpuset": one} for one in texts]}


def test_lists_are_in_their_order() -> None:
    """Keys count in any case, a single CPU may be a number, a socket need not be given."""
    found = read(a={"Exclusive": True, "cpulists": [{"socket": 1, "cpuset": 3}, {"Cpuset": "1,2"}]})

    assert found["a"] == pools.Pool(
        "a", exclusive=True, lists=(pools.CpuList(1, "3", 0b1000), pools.CpuList(0, "1,2", 0b110))
    )
    assert found["a"].text == "3,1,2"


def test_a_pool_may_be_empty() -> None:
    """Nobody gets anything of it then."""
    assert read(a=None)["a"] == pools.Pool("a", exclusive=False, lists=())


@pytest.mark.parametrize("config", [{}, {"pools": {}}, {"pools": None}])
def test_pools_are_needed(config: dict[str, Any]) -> None:
    """In the words of the original, behind the path."""
    words = "policy.static-pools.pools: invalid config, no pools configured"
    with pytest.raises(BadConfiguration, match=f"^{re.escape(words)}$"):
        pools.read(config, MACHINE)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": lists("6-8")}, "pools.a: CPUs 7-8 of list 6-8 are not online, online are 0-6"),
        ({"a": lists("1-2", "2", exclusive=True)}, "pools.a: CPUs 2 are in list 2 and in list 1-2"),
        (
            {"a": lists("1", exclusive=True), "b": lists("0-3")},
            "pools.b: CPUs 1 are in list 0-3 and in list 1 of pool a",
        ),
        ({"a": lists("")}, "pools.a: it has an empty CPU list"),
        ({"a": lists("x")}, "pools.a: cannot read 'x'"),
    ],
)
def test_what_does_not_fit_the_machine_is_refused(given: Any, message: str) -> None:
    """CPUs that are not there, and exclusive ones that are in two lists."""
    with pytest.raises(BadConfiguration, match=message):
        read(**given)


def test_all_problems_are_told_at_once() -> None:
    """One a line."""
    with pytest.raises(BadConfiguration) as caught:
        read(a=lists("8"), b=lists("9"))

    assert len(str(caught.value).splitlines()) == 2


def test_pools_that_are_not_exclusive_may_have_the_same_cpus() -> None:
    """As infra and shared often do."""
    assert set(read(infra=lists("0-1"), shared=lists("0-3"))) == {"infra", "shared"}
