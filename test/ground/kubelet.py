# SPDX-License-Identifier: Apache-2.0
"""The kubelet of a node: its arguments, its health, and another socket to speak to."""

import asyncio
import contextlib
import time

from . import gardener, machine

UNIT = "kubelet.service"
VARIABLE = "KUBELET_EXTRA_ARGS"

_HEALTHZ = r"""
exec 3<>/dev/tcp/127.0.0.1/10248 || exit 1
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
"""
_POLL = 0.1


async def healthy(on: machine.Machine) -> bool:
    """Whether the kubelet says so itself."""
    return (await on.run("bash", "-c", _HEALTHZ, check=False)).code == 0


async def until_healthy(on: machine.Machine, *, timeout: float = 60.0) -> None:
    """Wait until the kubelet says that it is well. Raises `machine.MachineProblem`."""
    deadline = time.monotonic() + timeout
    while not await healthy(on):
        if time.monotonic() > deadline:
            said = await on.journal(UNIT, lines=10)
            message = f"the kubelet of {on.name} is not healthy in {timeout:.0f} s:\n{said}"
            raise machine.MachineProblem(message)
        await asyncio.sleep(_POLL)


async def until_restarted(on: machine.Machine, before: int, *, timeout: float = 60.0) -> None:
    """Wait until another process than `before` is the kubelet, and is healthy.

    Raises `machine.MachineProblem`.
    """
    deadline = time.monotonic() + timeout
    while await on.main_pid(UNIT) in {0, before}:
        if time.monotonic() > deadline:
            message = f"the kubelet of {on.name} has not been restarted in {timeout:.0f} s"
            raise machine.MachineProblem(message)
        await asyncio.sleep(_POLL)
    await until_healthy(on, timeout=timeout)


def set_extra_args(on: machine.Machine, *words: str) -> None:
    """Write the words into the file of more arguments; without words the file goes."""
    if words:
        on.disk.write(gardener.EXTRA_ARGS, f"{VARIABLE}={' '.join(words)}\n")
    else:
        on.disk.path(gardener.EXTRA_ARGS).unlink(missing_ok=True)


async def restart(on: machine.Machine) -> None:
    """Restart it and wait until it is healthy. Raises `machine.MachineProblem`."""
    await on.systemctl("restart", UNIT)
    await until_healthy(on)


async def endpoint(on: machine.Machine, *, timeout: float = 10.0) -> str:
    """Give the socket that the running kubelet was told: of a flag given twice the last counts.

    One that is just being restarted is waited for. Raises `machine.MachineProblem`.
    """
    flag = "--container-runtime-endpoint="
    deadline = time.monotonic() + timeout
    while True:
        with contextlib.suppress(machine.MachineProblem):  # its process went while it was read
            found = [word for word in await on.arguments(UNIT) if word.startswith(flag)]
            if found:
                return found[-1].removeprefix(flag)
        if time.monotonic() > deadline:
            raise machine.MachineProblem(f"no kubelet runs on {on.name}")
        await asyncio.sleep(_POLL)
