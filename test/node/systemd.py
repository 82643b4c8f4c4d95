# SPDX-License-Identifier: Apache-2.0
"""What systemd does for a unit with `FileDescriptorStoreMax=`: it keeps sockets over a restart.

Rules of sd_notify(3) and sd_listen_fds(3): words on a datagram socket, descriptors from number 3
on, and a connection whose peer has hung up is dropped.
"""

import asyncio
import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

PROGRAM = """\
import os
stored = [int(word) for word in os.environ.pop("STORED").split()]
high = [os.dup2(one, 100 + number) for number, one in enumerate(stored)]
for number, one in enumerate(high):
    os.dup2(one, 3 + number)
    os.close(one)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(stored))
"""
"""What happens between fork and exec there; to be run before the program of the unit."""

MOST = 8
"""As in the unit."""


class Manager:
    """Keeps what a daemon asks it to keep; see `managing`."""

    def __init__(self, path: Path) -> None:
        """Listen at a path."""
        self.path = path
        self.words: list[str] = []
        self.kept: list[tuple[str, int]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))
        asyncio.get_running_loop().add_reader(self._socket, self.hear)

    def hear(self) -> None:
        """Take every word that has come."""
        with contextlib.suppress(BlockingIOError):
            while True:
                data, descriptors, _, _ = socket.recv_fds(self._socket, 4096, 8)
                words = data.decode().splitlines()
                self.words += words
                name = next((one[7:] for one in words if one.startswith("FDNAME=")), "stored")
                if "FDSTORE=1" in words:
                    assert len(self.kept) < MOST
                    self.kept += [(name, one) for one in descriptors]
                if "FDSTOREREMOVE=1" in words:
                    self._drop({one for there, one in self.kept if there == name})

    def environment(self) -> tuple[dict[str, str], list[int]]:
        """Give a new process's environment, and the descriptors that it has to inherit."""
        self.hear()
        poll = select.poll()
        for _, one in self.kept:
            poll.register(one, 0)
        self._drop(
            {one for one, event in poll.poll(0) if event & (select.POLLHUP | select.POLLERR)}
        )
        descriptors = [one for _, one in self.kept]
        names = ":".join(name for name, _ in self.kept)
        return {
            "NOTIFY_SOCKET": str(self.path),
            "STORED": " ".join(map(str, descriptors)),
            "LISTEN_FDNAMES": names,
        }, descriptors

    def close(self) -> None:
        """Keep nothing any more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._drop({one for _, one in self.kept})

    def _drop(self, descriptors: set[int]) -> None:
        for one in descriptors:
            os.close(one)
        self.kept = [(name, one) for name, one in self.kept if one not in descriptors]


@contextlib.contextmanager
def managing(folder: Path) -> Iterator[Manager]:
    """A manager of one unit."""
    made = Manager(folder / "notify.sock")
    try:
        yield made
    finally:
        made.close()
