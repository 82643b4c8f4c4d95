# SPDX-License-Identifier: Apache-2.0
"""What goes through the daemon in a file, for people, without what is secret."""

import contextlib
import re
from pathlib import Path

from node import containerd, daemons, kubelet

from resmgr.relay import unary
from resmgr.wire.grpc import statuses

STAMPED = re.compile(
    r"\[(\d{4}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}| *\+\d+\.\d{6})\] (<\S+> )?\w+ (=>|<=)"
)


async def test_everything_but_secrets_is_in_the_file(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """Variables, credentials, and what the runtime repeats of them when it is asked for all."""
    path = tmp_path / "dump"
    config: dict[str, object] = {"dump": {"Config": "full:.*", "File": str(path)}}
    async with daemons.node(runtime, tmp_path, config) as node:
        here = node.kubelet
        pod = await here.run_pod("web")
        wanted = here.container_config("main")
        wanted.envs.add(key="PASSWORD", value="s3cret-one")
        container = await here.create(pod, wanted)
        await here.start(container)
        told = await here.raw("ContainerStatus", kubelet.field(1, container) + kubelet.field(2, 1))
        auth = kubelet.field(1, "user") + kubelet.field(2, "s3cret-two")
        image = kubelet.field(1, kubelet.field(1, "localhost:1/none:1")) + kubelet.field(2, auth)
        with contextlib.suppress(statuses.CallError):
            await unary.call(here.there, "/runtime.v1.ImageService/PullImage", image, timeout=20)
        await node.daemon.end()
        text = path.read_text()
        log = node.daemon.log.read_text()
    lines = text.splitlines()

    # The runtime does tell it, so something was hidden.
    assert b"s3cret-one" in told
    assert "s3cret" not in text
    assert "s3cret" not in log
    assert any("PASSWORD" in line for line in lines)
    assert any("<web:main> CreateContainer => (intercepted) REQUEST" in line for line in lines)
    assert any("ContainerStatus <= (passthrough) REPLY" in line for line in lines)
    assert any("PullImage => (passthrough) REQUEST" in line for line in lines)
    assert [line for line in lines if not STAMPED.match(line)] == []
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_cannot_be_opened(runtime: containerd.Containerd, tmp_path: Path) -> None:
    """It is told; calls go through all the same."""
    config: dict[str, object] = {"dump": {"File": str(tmp_path / "absent" / "dump")}}
    async with daemons.node(runtime, tmp_path, config) as node:
        await node.kubelet.run(await node.kubelet.run_pod("web"))
        await node.daemon.logged("cannot open dump file")


async def test_a_link_in_the_place_of_the_file(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """It is not followed: whoever made it cannot have another file emptied."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "dump").symlink_to(precious)
    config: dict[str, object] = {"dump": {"Config": "full:.*", "File": str(tmp_path / "dump")}}
    async with daemons.node(runtime, tmp_path, config) as node:
        await node.kubelet.raw("Version")
        await node.daemon.logged("cannot open dump file")

    assert precious.read_text() == "precious"
