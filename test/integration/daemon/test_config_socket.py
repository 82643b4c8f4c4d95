# SPDX-License-Identifier: Apache-2.0
"""Configurations over the socket for the node agent, while real containers run."""

import asyncio
from pathlib import Path

import pytest
from node import agents, daemons, kubelet

from resmgr.wire.grpc import codes, statuses

CPU = 1024
STATIC = {"policy": "Active: static\nReservedResources: {CPU: 'cpuset:0'}"}
NONE = {"policy": "Active: none"}


async def give(node: daemons.Node, config: dict[str, str]) -> str:
    """Give a configuration; give what is wrong with it."""
    return await agents.give(node.daemon.config_socket, config)


async def placed(here: kubelet.Kubelet) -> list[tuple[kubelet.Pod, str]]:
    """A container that shares CPUs, and one that asks for one of its own where there are such."""
    shared, alone = await here.run_pod("shared"), await here.run_pod("alone", kubelet.GUARANTEED)
    return [(shared, await here.run(shared)), (alone, await here.run(alone, shares=CPU))]


async def test_a_policy_by_the_agent(none: daemons.Node) -> None:
    """Containers that run are placed at once, those that come are too, also after a restart."""
    here = none.kubelet
    (shared, many), (alone, one) = await placed(here)
    before = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    error = await give(none, STATIC)
    await daemons.until_cpus(shared, many, "0")
    await daemons.until_cpus(alone, one, "1")
    await none.daemon.end()
    await none.restart()
    other = await here.run_pod("other")
    came = await here.run(other)

    assert before == ("0-1", "0-1")
    assert error == ""
    assert kubelet.cpus(other, came) == "0"
    assert kubelet.cpus(alone, one) == "1"
    assert "using the configuration that the node agent gave last" in none.daemon.log.read_text()


async def test_the_socket_is_for_the_daemons_user_alone(none: daemons.Node) -> None:
    """And goes with the daemon."""
    mode = none.daemon.config_socket.stat().st_mode & 0o777
    await none.daemon.end()

    assert mode == 0o600
    assert not none.daemon.config_socket.exists()


async def test_a_bad_configuration_is_refused_with_all_that_is_wrong(none: daemons.Node) -> None:
    """The last good one stays, for those that run, those that come, and the next start."""
    here = none.kubelet
    await give(none, STATIC)
    (shared, many), (alone, one) = await placed(here)
    error = await give(
        none,
        {
            "policy": "Actve: none\nReservedResources: {CPU: -3}",
            "logger": "Debug: [[]]",
            "blokio": "{}",
        },
    )
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    await none.daemon.end()
    await none.restart()
    other = await here.run_pod("other")
    came = await here.run(other)

    assert error.startswith("failed to apply configuration: configuration rejected:")
    assert [
        path
        for path in ("policy.Actve", "policy.ReservedResources.CPU", "logger.Debug", "blokio")
        if path not in error
    ] == []
    assert during == ("0", "1")
    assert kubelet.cpus(other, came) == "0"


async def test_a_configuration_that_the_machine_cannot_meet(none: daemons.Node) -> None:
    """Its policy refuses it; nothing changes."""
    here = none.kubelet
    await give(none, STATIC)
    (shared, many), (alone, one) = await placed(here)
    error = await give(none, {"policy": "Active: static\nReservedResources: {CPU: 'cpuset:99'}"})

    assert "99" in error
    assert (kubelet.cpus(shared, many), kubelet.cpus(alone, one)) == ("0", "1")


async def test_a_policy_and_back(none: daemons.Node) -> None:
    """With none again every container may run everywhere, and nobody is refused any more."""
    here = none.kubelet
    await give(none, STATIC)
    (shared, many), (alone, one) = await placed(here)
    with pytest.raises(statuses.CallError) as refused:
        await here.run(alone, "second", shares=CPU)
    error = await give(none, NONE)
    await daemons.until_cpus(shared, many, "0-1")
    await daemons.until_cpus(alone, one, "0-1")
    second = await here.run(alone, "second", shares=CPU)

    assert refused.value.status.code is codes.Code.RESOURCE_EXHAUSTED
    assert error == ""
    assert kubelet.cpus(alone, second) == "0-1"


async def test_many_configurations_at_once(none: daemons.Node) -> None:
    """They are taken one after the other; containers end as the last one says."""
    here = none.kubelet
    (shared, many), (alone, one) = await placed(here)
    async with asyncio.TaskGroup() as tasks:
        given = [
            tasks.create_task(give(none, NONE if number % 2 else STATIC), name=str(number))
            for number in range(10)
        ]
    last = await give(none, STATIC)
    await daemons.until_cpus(shared, many, "0")
    await daemons.until_cpus(alone, one, "1")

    assert {one.result() for one in given} == {""}
    assert last == ""


async def test_a_policy_that_is_nailed_down(none: daemons.Node) -> None:
    """With --disable-policy-switch neither the agent nor the next start changes it."""
    here = none.kubelet
    await give(none, STATIC)
    (shared, many), (alone, one) = await placed(here)
    await none.daemon.end()
    none.daemon.more = ["--disable-policy-switch"]
    await none.restart()
    error = await give(none, NONE)
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    await none.daemon.end()
    none.daemon.configure({"policy": {"Active": "none"}})
    none.daemon.more.append(f"--force-config={none.daemon.folder / 'config'}")
    await none.daemon.start()
    code = await none.daemon.ended()

    assert "--disable-policy-switch is given" in error
    assert during == ("0", "1")
    assert code == 1
    assert "cannot load cache with policy static for active policy none" in (
        none.daemon.log.read_text()
    )


async def test_a_policy_that_is_reset(none: daemons.Node) -> None:
    """Whoever it pinned is free with the next start, which may have another one."""
    here = none.kubelet
    await give(none, STATIC)
    (shared, many), (alone, one) = await placed(here)
    refused = await run(none.daemon, "--reset-policy")
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    await none.daemon.end()
    done = await run(none.daemon, "--reset-policy", "--reset-config")
    none.daemon.more = ["--disable-policy-switch"]
    await none.restart()
    await daemons.until_cpus(shared, many, "0-1")
    await daemons.until_cpus(alone, one, "0-1")

    assert (refused, done) == (1, 0)
    assert during == ("0", "1")
    assert "a daemon serves the relay's socket; stop it first" in none.daemon.log.read_text()


async def test_a_configuration_that_is_reset(none: daemons.Node, tmp_path: Path) -> None:
    """The fallback counts then, as it did before the agent came."""
    here = none.kubelet
    (tmp_path / "fallback").write_text(
        "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"
    )
    await give(none, NONE)
    (shared, many), (alone, one) = await placed(here)
    await none.daemon.end()
    none.daemon.more = [f"--fallback-config={tmp_path / 'fallback'}"]
    await none.restart()
    kept = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    await none.daemon.end()
    code = await run(none.daemon, "--reset-config")
    await none.restart()
    await daemons.until_cpus(shared, many, "0")
    await daemons.until_cpus(alone, one, "1")

    assert kept == ("0-1", "0-1")
    assert code == 0


async def test_a_forced_configuration(static: daemons.Node) -> None:
    """Nobody else is heard, and is told so."""
    error = await give(static, NONE)

    assert "the forced configuration" in error
    assert "remove --force-config" in error


async def run(daemon: daemons.Daemon, *more: str) -> int:
    """Run the daemon's program beside it with these flags; give the exit code."""
    child, before = daemon.child, daemon.more
    daemon.more = [*before, *more]
    try:
        await daemon.start()
        return await daemon.ended()
    finally:
        daemon.child, daemon.more = child, before
