# SPDX-License-Identifier: Apache-2.0
"""What people get wrong in configurations, and what they are told: path and reason.

On a machine of two CPUs.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """Texts as the node agent gives them, and words that have to be in the answer."""

    config: Mapping[str, str]
    told: tuple[str, ...]


def _policy(active: str, rest: str = "", *, reserved: str = "cpuset:0") -> Mapping[str, str]:
    text = f"Active: {active}\nReservedResources: {{CPU: '{reserved}'}}\n{rest}"
    return {"policy": text}


POLICIES_WITH_RESERVED = (
    *("static", "static-plus", "topology-aware", "memtier"),
    *("podpools", "balloons", "dynamic-pools"),
)

MISTAKES: Mapping[str, Mistake] = {
    "five at once": Mistake(
        {
            "policy": "Actve: static\nReservedResources: {CPU: -3}\nballoons: {PinCPU: perhaps}",
            "logger": "Debug: [[]]",
            "blokio": "{}",
        },
        (
            "policy.Actve: unknown key, did you mean Active",
            "policy.ReservedResources.CPU: ",
            "policy.balloons.PinCPU: ",
            "logger.Debug",
            "blokio: unknown module, did you mean blockio",
        ),
    ),
    "a policy that is misspelt": Mistake(
        _policy("topology-awrae"), ("policy.Active", "did you mean topology-aware")
    ),
    **{
        f"{name}: reserved CPUs that are not there": Mistake(
            _policy(name, reserved="cpuset:99"),
            ("policy.ReservedResources.CPU: ", "CPUs 99", "0-1"),
        )
        for name in POLICIES_WITH_RESERVED
    },
    **{
        f"{name}: more reserved than available": Mistake(
            _policy(name, "AvailableResources: {CPU: 'cpuset:0-1'}", reserved="3"),
            ("policy.ReservedResources.CPU: cannot reserve 3 CPUs: only 0-1 are available",),
        )
        for name in POLICIES_WITH_RESERVED
    },
    **{
        f"{name}: nothing reserved": Mistake(
            {"policy": f"Active: {name}"}, (f"policy {name}", "ReservedResources: {CPU: 1}")
        )
        for name in POLICIES_WITH_RESERVED
    },
    **{
        f"{name}: no available CPU is there": Mistake(
            _policy(name, "AvailableResources: {CPU: 'cpuset:64-95'}"),
            ("policy.AvailableResources.CPU: ", "64-95", "0-1"),
        )
        for name in POLICIES_WITH_RESERVED
    },
    **{
        f"{name}: available CPUs as an amount": Mistake(
            _policy(name, "AvailableResources: {CPU: 2}"),
            ("policy.AvailableResources: ", f"policy {name} has to know which", "cpuset:0-7"),
        )
        for name in POLICIES_WITH_RESERVED
    },
    "lists that are none": Mistake(
        _policy("static", "AvailableResources: {CPU: 'cpuset:3-1'}", reserved="cpuset:a"),
        ("policy.AvailableResources.CPU", "policy.ReservedResources.CPU"),
    ),
    "balloons: a balloon that is too large": Mistake(
        _policy("balloons", "balloons: {BalloonTypes: [{Name: a, MinCPUs: 9, MinBalloons: 1}]}"),
        ("policy.balloons: not enough free CPUs for balloon type 'a'",),
    ),
    "balloons: limits the wrong way round": Mistake(
        _policy("balloons", "balloons: {BalloonTypes: [{Name: a, MinCPUs: 2, MaxCPUs: 1}]}"),
        ("policy.balloons.BalloonTypes[0].MinCPUs: 2 is more than MaxCPUs 1",),
    ),
    "balloons: a level that is none": Mistake(
        _policy("balloons", "balloons: {BalloonTypes: [{Name: a, ShareIdleCPUsInSame: nma}]}"),
        ("policy.balloons.BalloonTypes[0].ShareIdleCPUsInSame", "did you mean numa"),
    ),
    "balloons: no name": Mistake(
        _policy("balloons", "balloons: {BalloonTypes: [{MinCPUs: 1}]}"),
        ("policy.balloons.BalloonTypes[0].Name: missing",),
    ),
    "balloons: the reserved one of another size": Mistake(
        _policy("balloons", "balloons: {BalloonTypes: [{Name: reserved, MinCPUs: 2}]}"),
        ("policy.balloons.BalloonTypes[0].MinCPUs: the built-in balloon type reserved",),
    ),
    "podpools: more CPUs than there are": Mistake(
        _policy("podpools", "podpools: {Pools: [{Name: a, CPU: 4}]}"),
        ("policy.podpools.Pools[0]", "insufficient CPUs"),
    ),
    "podpools: a size that is none": Mistake(
        _policy("podpools", "podpools: {Pools: [{Name: a, CPU: '55%'}]}"),
        ("policy.podpools.Pools[0].CPU: invalid CPUs per pool",),
    ),
    "podpools: instances that are none": Mistake(
        _policy("podpools", "podpools: {Pools: [{Name: a, CPU: 1, Instances: 2 CPUs CPU}]}"),
        ("policy.podpools.Pools[0].Instances: invalid Instances",),
    ),
    "podpools: an order that is none": Mistake(
        _policy("podpools", "podpools: {Pools: [{Name: a, CPU: 1, FillOrder: packed}]}"),
        ("policy.podpools.Pools[0].FillOrder", "Packed"),
    ),
    "dynamic-pools: no name": Mistake(
        _policy("dynamic-pools", "dynamic-pools: {DynamicPoolTypes: [{CpuClass: x}]}"),
        ("policy.dynamic-pools.DynamicPoolTypes[0].Name: missing",),
    ),
    "dynamic-pools: no CPU for pools": Mistake(
        _policy("dynamic-pools", reserved="cpuset:0-1"),
        ("policy.ReservedResources.CPU: ", "no CPU for its pools"),
    ),
    "static-pools: no pools": Mistake(
        {"policy": "Active: static-pools\nstatic-pools: {ConfDirPath: /nowhere}"},
        ("policy.static-pools.pools: ", "no pools configured"),
    ),
    "static-pools: CPUs that are not there": Mistake(
        {
            "policy": "Active: static-pools\nstatic-pools: {pools:"
            " {shared: {cpuLists: [{Socket: 0, Cpuset: '0,77'}]}}}"
        },
        ("policy.static-pools.pools.shared: CPUs 77 of list 0,77 are not online",),
    ),
    "static-pools: exclusive twice": Mistake(
        {
            "policy": "Active: static-pools\nstatic-pools: {pools: {shared: {exclusive: true,"
            " cpuLists: [{Socket: 0, Cpuset: '0'}, {Socket: 0, Cpuset: '0-1'}]}}}"
        },
        ("policy.static-pools.pools.shared: CPUs 0 are in list 0-1 and in list 0",),
    ),
    "topology-aware: a word for a truth value": Mistake(
        _policy("topology-aware", "topology-aware: {PinCPU: sometimes}"),
        ("policy.topology-aware.PinCPU",),
    ),
    "topology-aware: an option that is misspelt": Mistake(
        _policy("topology-aware", "topology-aware: {PreferIsolatedCPU: true}"),
        ("policy.topology-aware.PreferIsolatedCPU", "did you mean PreferIsolatedCPUs"),
    ),
}
"""None of them may change anything."""
