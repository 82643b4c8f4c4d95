# SPDX-License-Identifier: Apache-2.0
"""Containers that ask for it are told of their CPUs, through a real runtime; others see nothing."""

import pytest
from node import daemons, kubelet

from resmgr.config import annotation_keys
from resmgr.effects import exports

CPU = 1024
SCRIPT = f". {exports.TARGET}/{exports.FILE}; echo $SHARED_CPUS/$EXCLUSIVE_CPUS/$ALLOWED_CPUS"


async def pod(here: kubelet.Kubelet, ways: str, level: str = kubelet.BURSTABLE) -> kubelet.Pod:
    """Run a pod whose container `main` asks to be told."""
    key = f"{annotation_keys.EXPORT}/container.main"
    return await here.run_pod("told", level, {key: ways})


async def test_a_container_reads_what_it_shares_and_what_becomes_of_it(
    static: daemons.Node,
) -> None:
    """It cannot write there, and the other container of its pod sees nothing."""
    here = static.kubelet
    told = await pod(here, "file")
    main, other = await here.run(told), await here.run(told, "other")
    first = await here.execute(main, "sh", "-c", SCRIPT)
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    later = await here.execute(main, "sh", "-c", SCRIPT)
    await here.stop(one)
    again = await here.execute(main, "sh", "-c", SCRIPT)
    writing = await here.execute(main, "sh", "-c", f"echo > {exports.TARGET}/mine")
    elsewhere = await here.execute(other, "ls", exports.TARGET)

    assert (first.output, later.output, again.output) == ("0-1//0-1\n", "0//0\n", "0-1//0-1\n")
    assert "Read-only file system" in writing.errors
    assert "No such file" in elsewhere.errors


async def test_a_container_finds_what_it_has_alone_in_its_environment(
    static: daemons.Node,
) -> None:
    """As it was at its creation; nothing is mounted."""
    here = static.kubelet
    told = await pod(here, "environment", kubelet.GUARANTEED)
    main = await here.run(told, shares=CPU)
    found = await here.execute(main, "sh", "-c", "echo $EXCLUSIVE_CPUS/$ALLOWED_CPUS")
    mounted = await here.execute(main, "ls", exports.TARGET)

    assert found.output == "1/1\n"
    assert "No such file" in mounted.errors


async def test_the_file_goes_with_its_container(static: daemons.Node) -> None:
    """As soon as anything else is decided; who does not ask has none."""
    here = static.kubelet
    told = await pod(here, "file")
    main = await here.run(told)
    folder = static.daemon.state / exports.FOLDER
    there = [path.name for path in folder.iterdir()]
    await here.stop(main)
    await here.remove(main)
    await here.run(await here.run_pod("other"))

    assert there == [f"{told.config.metadata.uid}-main"]
    assert list(folder.iterdir()) == []


async def test_a_file_is_written_after_a_restart_too(static: daemons.Node) -> None:
    """The mount stays where it is."""
    here = static.kubelet
    told = await pod(here, "file")
    main = await here.run(told)
    await static.daemon.kill()
    await static.restart()
    await here.run(await here.run_pod("alone", kubelet.GUARANTEED), shares=CPU)
    later = await here.execute(main, "sh", "-c", SCRIPT)

    assert later.output == "0//0\n"


@pytest.mark.parametrize("asked", ["true", "false"])
async def test_a_container_is_left_untouched_if_its_pod_asks_for_that(
    static: daemons.Node, asked: str
) -> None:
    """It may run everywhere, also where somebody is alone otherwise."""
    here = static.kubelet
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    left = await here.run_pod("left", annotations={annotation_keys.PRESERVE_CPU: asked})
    main = await here.run(left)

    assert kubelet.cpus(alone, one) == "1"
    assert kubelet.cpus(left, main) == ("0-1" if asked == "true" else "0")
