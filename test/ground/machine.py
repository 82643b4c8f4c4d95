# SPDX-License-Identifier: Apache-2.0
"""A machine of systemd-nspawn with systemd as its first process, seen and driven from outside.

It can be switched off, lose its power and boot again; its disk stays.
"""

import asyncio
import contextlib
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import cgroups, network, places, tree

BOOT_TIMEOUT = 120.0
STOP_TIMEOUT = 60.0

_POLL = 0.05
_POWER_OFF = signal.SIGRTMIN + 4  # what systemd understands as poweroff, see systemd(1)


class MachineProblem(Exception):
    """A machine does not do what it should; the text tells what was seen."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command in a machine did."""

    argv: tuple[str, ...]
    code: int
    output: str
    errors: str


class Machine:
    """One machine of a place, off at first."""

    def __init__(
        self, place: places.Place, name: str, disk: tree.Tree, *, nspawn: Path, log: Path
    ) -> None:
        """Start nothing yet. `log` takes what the console says."""
        self.name = name
        self.disk = disk
        self.log = log
        self.cgroup = f"{place.prefix}{name}"
        self._nspawn = nspawn
        self._bridge = place.bridge
        self._process: subprocess.Popen[bytes] | None = None

    # -- Power -------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether it is switched on."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its first process, as this machine numbers it. Raises `MachineProblem` when it is off."""
        if self._process is not None and self._process.poll() is None:
            pid = self._process.pid
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
                for child in children.split():
                    if _is_first(int(child)):
                        return int(child)
        message = f"cannot find the first process of {self.name}: it does not run"
        raise MachineProblem(message)

    async def start(self, *, timeout: float = BOOT_TIMEOUT) -> None:
        """Switch it on and wait until containerd and kubelet have been started.

        Raises `MachineProblem`.
        """
        self._switch_on()
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(MachineProblem):
                states = await self.unit_states("containerd.service", "kubelet.service")
                if set(states.values()) == {"active"}:
                    return
            if not self.on or time.monotonic() > deadline:
                raise MachineProblem(f"{self.name} does not boot:\n{self._last_words()}")
            await asyncio.sleep(_POLL)

    async def stop(self, *, timeout: float = STOP_TIMEOUT) -> None:
        """Switch it off as a person does: units are stopped first."""
        if self.on:
            os.kill(self.pid, _POWER_OFF)
            await self._ended(timeout)
        await self._clear()

    async def reboot(self) -> None:
        """Switch it off in order and on again.

        `systemctl reboot` inside only switches it off: systemd-nspawn leaves the rest to whoever
        has started it. Raises `MachineProblem`.
        """
        await self.stop()
        await self.start()

    async def cut_power(self) -> None:
        """Take its power away: nothing is stopped, nothing is written any more."""
        if self.on:
            os.kill(self.pid, signal.SIGKILL)
            await self._ended(STOP_TIMEOUT)
        await self._clear()

    def forget(self) -> None:
        """Reap its process, which somebody else has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _switch_on(self) -> None:
        procs = cgroups.make(self.cgroup)
        argv: list[str | Path] = [
            self._nspawn,
            "--quiet",
            "--boot",
            f"--directory={self.disk.root}",
            f"--machine={self.cgroup}",
            f"--hostname={self.name}",
            "--register=no",
            "--keep-unit",
            "--console=pipe",
            "--capability=all",
            "--resolv-conf=off",
            "--link-journal=no",
            "--timezone=off",
            "--system-call-filter=@mount @privileged @debug bpf keyctl",
            f"--network-bridge={self._bridge}",
            f"--bind={self.disk.containerd}:/var/lib/containerd",
            f"--bind={self.disk.kubelet}:/var/lib/kubelet",
            "--bind=/dev/kmsg",
        ]
        # A shell moves itself into the cgroups, for whoever is in them has its children there.
        enter = "".join(f"echo $$ >{shlex.quote(str(file))} && " for file in procs)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", f'{enter}exec "$@"', "sh", *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={"PATH": os.environ["PATH"]},
            )

    async def _ended(self, timeout: float) -> None:
        assert self._process is not None
        try:
            await asyncio.to_thread(self._process.wait, timeout)
        except subprocess.TimeoutExpired:
            message = f"{self.name} does not end in {timeout:.0f} s:\n{self._last_words()}"
            raise MachineProblem(message) from None

    async def _clear(self) -> None:
        """Take away what would hinder the next start: left cgroups cost a boot half a minute."""
        await asyncio.to_thread(cgroups.kill, self.cgroup)
        self.forget()
        network.unplug(self.cgroup)
        await asyncio.to_thread(cgroups.remove, self.cgroup)

    def _last_words(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-15:])

    # -- Inside ------------------------------------------------------------------------------

    def command(self, *argv: str) -> list[str]:
        """Give the command line that runs a command in the machine, for who wants a process."""
        return ["nsenter", "--target", str(self.pid), "-m", "-u", "-i", "-n", "-p", "-C", *argv]

    async def run(
        self, *argv: str, stdin: bytes | None = None, check: bool = True, timeout: float = 60.0
    ) -> Ran:
        """Run a command as root and wait for its end.

        Raises `MachineProblem` when the machine is off, when it takes longer, and, with `check`,
        when it ends with another code than 0.
        """
        process = await asyncio.create_subprocess_exec(
            *self.command(*argv),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        )
        try:
            output, errors = await asyncio.wait_for(process.communicate(stdin), timeout)
        except TimeoutError:
            raise MachineProblem(f"{shlex.join(argv)} takes more than {timeout:.0f} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        ran = Ran(argv, process.returncode, _text(output), _text(errors))
        if check and ran.code != 0:
            said = (ran.errors or ran.output).strip()
            raise MachineProblem(f"{shlex.join(argv)} on {self.name} ends with {ran.code}: {said}")
        return ran

    async def systemctl(self, *words: str, check: bool = True) -> Ran:
        """Drive the machine's systemd."""
        return await self.run("systemctl", *words, check=check)

    async def unit(self, name: str, *properties: str) -> dict[str, str]:
        """Read properties of a unit: ActiveState, SubState, MainPID, NRestarts, Result, ..."""
        words = ("show", name, f"--property={','.join(properties)}")
        lines = (await self.systemctl(*words)).output.splitlines()
        return dict(line.split("=", 1) for line in lines)

    async def unit_states(self, *names: str) -> dict[str, str]:
        """Read whether units are active, activating, failed or inactive."""
        ran = await self.systemctl("is-active", *names, check=False)
        states = ran.output.split()
        if len(states) != len(names):
            raise MachineProblem(f"systemd of {self.name} does not answer: {ran.errors.strip()}")
        return dict(zip(names, states, strict=True))

    async def journal(self, *units: str, lines: int = 0) -> str:
        """Read the journal of this boot, of all units if none is named."""
        words = [f"--unit={unit}" for unit in units]
        words += [f"--lines={lines}"] if lines else []
        return (await self.run("journalctl", "--no-pager", "--boot", "-o", "cat", *words)).output

    async def main_pid(self, unit: str) -> int:
        """Give the main process of a unit as the machine numbers it, 0 if there is none."""
        return int((await self.unit(unit, "MainPID"))["MainPID"])

    async def arguments(self, unit: str) -> tuple[str, ...]:
        """Read the command line that the main process of a unit runs with."""
        pid = await self.main_pid(unit)
        line = (await self.run("cat", f"/proc/{pid}/cmdline")).output
        return tuple(line.removesuffix("\0").split("\0"))

    def path(self, inside: str) -> Path:
        """Give a path as the running machine sees it, /run and sockets included."""
        return Path(f"/proc/{self.pid}/root") / inside.lstrip("/")

    async def until(self, what: str, holds: Callable[[], bool], *, timeout: float = 30.0) -> None:
        """Wait until something holds. Raises `MachineProblem`."""
        deadline = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > deadline:
                raise MachineProblem(f"{self.name}: {what}, but not in {timeout:.0f} s")
            await asyncio.sleep(_POLL)


def _is_first(pid: int) -> bool:
    """Whether a process is number 1 of a namespace below ours, see proc(5)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()
    return len(numbers) > 2 and numbers[-1] == "1"


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
