# SPDX-License-Identifier: Apache-2.0
"""Controllers in the whole daemon."""

import pytest
from unit.resmgr.daemon import test_wiring
from unit.resmgr.daemon.fake_node import Node
from unit.resmgr.effects import knobs

from resmgr.daemon.prepare import CannotStart

STATIC = "Active: static\nReservedResources: {CPU: 1}"
OFF = "Controllers: {cri: disabled}"
POOLS = """
policy:
  Active: dynamic-pools
  ReservedResources: {CPU: 1}
  dynamic-pools:
    DynamicPoolTypes:
      - {Name: shared, CPUClass: slow}
cpu: {classes: {slow: {maxFreq: 1000000}}}
"""


def shown(node: Node, cpu: int) -> tuple[int, int]:
    """Give the limits of a CPU's frequency; zeros while they are being written.

    Files of sysfs are never seen empty, those of a test are.
    """
    try:
        return knobs.shown(node.folder / "root", f"cpu{cpu}/cpufreq")
    except ValueError:
        return 0, 0


async def test_without_controller_cri_nobody_is_pinned_until_it_is_enabled(node: Node) -> None:
    """Decisions are taken all the same, and wait."""
    config = {"policy": STATIC, "resource-manager.control": OFF}
    async with test_wiring.running(node):
        first = await test_wiring.set_config(node, **config)
        kubelet = node.client()
        container = await kubelet.create(await kubelet.pod("web"), "main", cpus=2)
        await kubelet.start(container)
        off, quiet = node.runtime.cpus(container), list(node.runtime.updates)
        second = await test_wiring.set_config(node, policy=STATIC)
        await node.until(lambda: node.runtime.updates)

    assert (first, second) == ("", "")
    assert (off, quiet) == ("", [])
    assert node.runtime.updates == [(container, "1-2")]


async def test_cpus_run_as_their_classes_say_until_the_daemon_ends(node: Node) -> None:
    """Nobody tells it whether it comes back."""
    knobs.make(node.folder / "root", cpus=range(8))
    config = test_wiring.fallback(node, POOLS)
    async with test_wiring.running(node, config):
        await node.until(lambda: shown(node, 7) == (800_000, 1_000_000))
        reserved = shown(node, 0)

    assert reserved == (800_000, 3_000_000)
    assert shown(node, 7) == (800_000, 3_000_000)


async def test_another_policy_has_frequencies_as_they_were_found(node: Node) -> None:
    """Classes go with the policy that has decided them."""
    knobs.make(node.folder / "root", cpus=range(8))
    async with test_wiring.running(node, test_wiring.fallback(node, POOLS)):
        await node.until(lambda: shown(node, 7) == (800_000, 1_000_000))
        error = await test_wiring.set_config(node, policy=STATIC)
        await node.until(lambda: shown(node, 7) == (800_000, 3_000_000))

    assert error == ""


async def test_a_required_controller_that_cannot_run_ends_the_start(node: Node) -> None:
    """With what is missing."""
    text = POOLS + "resource-manager: {control: {Controllers: {cpu: required}}}\n"
    with pytest.raises(CannotStart) as caught:
        async with test_wiring.running(node, test_wiring.fallback(node, text)):
            pytest.fail("it started")

    assert "controller cpu is required and cannot run: cpu class 'slow'" in str(caught.value)


async def test_an_update_that_cannot_be_is_refused_and_changes_nothing(node: Node) -> None:
    """There is no driver for dies here."""
    uncore = "classes: {a: {uncoreMaxFreq: 2000000}}"
    async with test_wiring.running(node) as daemon:
        error = await test_wiring.set_config(node, policy=STATIC, cpu=uncore)
        policy = daemon._status()

    assert 'uncore limits set in cpu class "a" but uncore driver not available' in error
    assert policy.startswith("policy none, 0 containers; defaults since ")


async def test_what_fails_in_a_required_controller_is_told_to_the_agent(node: Node) -> None:
    """The configuration counts nevertheless."""
    knobs.make(node.folder / "root", cpus=range(8))
    path = node.folder / "root/sys/devices/system/cpu/cpu7/cpufreq/scaling_max_freq"
    path.write_text("?\n")
    texts = {
        "policy": "Active: dynamic-pools\nReservedResources: {CPU: 1}\n"
        "dynamic-pools: {DynamicPoolTypes: [{Name: shared, CPUClass: slow}]}",
        "cpu": "classes: {slow: {maxFreq: 1000000}}",
        "resource-manager.control": "Controllers: {cpu: required}",
    }
    async with test_wiring.running(node) as daemon:
        error = await test_wiring.set_config(node, **texts)
        status = daemon._status()

    assert "failed to run post-update hooks after reconfiguration" in error
    assert "cpu7/cpufreq/scaling_max_freq: '?' is no number" in error
    assert status.startswith("policy dynamic-pools")
