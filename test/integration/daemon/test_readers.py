# SPDX-License-Identifier: Apache-2.0
"""Clients that do not read what a real runtime answers."""

import asyncio
import re
import socket
import struct
from pathlib import Path

from node import daemons, kubelet
from unit.resmgr.relay import stage
from unit.resmgr.wire import playbook

from resmgr.wire.grpc import messages

MEGABYTE = 1_000_000
WIDE = playbook.settings(initial_window_size=2**31 - 1) + playbook.frame(
    playbook.WINDOW, 0, 0, struct.pack(">L", 2**31 - 1 - 65_535)
)


def resident(pid: int) -> int:
    """Bytes that a process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


async def test_a_reader_that_does_not_read(none: daemons.Node) -> None:
    """200 MB of output of commands that nobody reads cost no memory and hold nobody up."""
    here, child = none.kubelet, none.daemon.child
    assert child is not None
    pod = await here.run_pod("talks")
    container = await here.run(pod)
    await here.execute(container, "true")
    before = resident(child.pid)
    command = ("head", "-c", str(10 * MEGABYTE), "/dev/zero")
    request = kubelet.field(1, container) + b"".join(kubelet.field(2, word) for word in command)
    framed = bytes(messages.frame(request))
    book = playbook.Book()
    grown = 0
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(none.daemon.socket))
        head = stage.head("ExecSync").fields
        client.sendall(playbook.PREFACE + WIDE)
        for number in range(20):
            client.sendall(
                book.headers(1 + 2 * number, *head)
                + playbook.frame(playbook.DATA, 1, 1 + 2 * number, framed)
            )
        # All that may come from the runtime has come when others are served again and again.
        for _ in range(40):
            ran = await here.execute(container, "echo", "next")
            assert ran.output == "next\n"
            grown = max(grown, resident(child.pid) - before)
            await asyncio.sleep(0.05)
        begun = len(client.recv(65_536, socket.MSG_WAITALL))

    assert begun == 65_536
    assert 0 <= grown < 32 * MEGABYTE


async def test_an_answer_of_twelve_megabytes(none: daemons.Node) -> None:
    """It passes whole."""
    here = none.kubelet
    container = await here.run(await here.run_pod("talks"))
    ran = await here.execute(container, "head", "-c", str(12 * MEGABYTE), "/dev/zero")

    assert len(ran.output) == 12 * MEGABYTE
