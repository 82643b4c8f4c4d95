# SPDX-License-Identifier: Apache-2.0
"""A virtual machine of qemu, which carries out each instruction itself: no root, no KVM."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

from garden import binaries, processes
from node import waiting

from . import filesystem, guest, inside, layout

ADDRESS = "10.0.2.15"
"""Of the machine in the network that qemu pretends."""

_BOOT = 90.0
"""Seconds within which it has to answer; some six on a quiet machine."""

_KERNEL = "console=ttyS0 panic=-1 mitigations=off nowatchdog random.trust_cpu=on"


class NotUp(Exception):
    """The machine does not answer; the text ends with the last lines of its console."""


@contextlib.contextmanager
def running(bundle: Path, form: layout.Layout) -> Iterator[guest.Guest]:
    """A machine that answers, with containerd being started; it goes at the end."""
    run = processes.Run("numa")
    try:
        archive, console = run.folder / "initramfs", run.folder / "console"
        filesystem.write(archive, bundle, address=ADDRESS, work=run.folder)
        programs = binaries.find("qemu-system-x86_64", "linux")
        port = _free_port()
        machine = run.start(
            [
                programs["qemu-system-x86_64"],
                *(
                    "-accel",
                    "tcg,thread=multi",
                    "-cpu",
                    "max,vendor=GenuineIntel",
                    *form.arguments(),
                ),
                *("-kernel", programs["linux"], "-initrd", archive, "-append", _KERNEL),
                *("-nodefaults", "-no-reboot", "-display", "none", "-serial", f"file:{console}"),
                *("-netdev", f"user,id=net,restrict=on,{_forward(port)}"),
                *("-device", "virtio-net-pci,netdev=net,romfile="),
            ],
            log=run.folder / "qemu.log",
        )
        up = waiting.until(
            lambda: console.exists() and "inside: ready" in console.read_text(errors="replace"),
            machine,
            patience=_BOOT,
            pause=0.05,
        )
        if not up:
            logs = [file.read_text(errors="replace") for file in (run.folder / "qemu.log", console)]
            raise NotUp("\n".join("".join(logs).splitlines()[-15:]))
        yield guest.Guest(port, run.folder)
    finally:
        run.close()


def _forward(port: int) -> str:
    return f"hostfwd=tcp:127.0.0.1:{port}-{ADDRESS}:{inside.PORT}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
