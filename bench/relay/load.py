# SPDX-License-Identifier: Apache-2.0
"""Load by h2load: so many calls of one method, so many of them in flight."""

import dataclasses
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

_FINISHED = re.compile(r"finished in ([0-9.]+)(us|ms|s)\b")
_SUCCEEDED = re.compile(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


class LoadFailed(Exception):
    """Calls failed, or the output is not understood; the text is that output."""


@dataclasses.dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: `calls` of a method with `in_flight` of them at a time."""

    method: str
    calls: int
    in_flight: int


def command(program: Path, load: Load, socket: Path, message: Path) -> list[str]:
    """The command line; `message` is a file with one message and its prefix."""
    return [
        str(program),
        *("-n", str(load.calls), "-c", "1", "-m", str(load.in_flight), "-d", str(message)),
        *("-H", "content-type: application/grpc", "-H", "te: trailers"),
        *("-B", f"unix:{socket}", f"http://localhost{load.method}"),
    ]


def seconds(output: str, load: Load) -> float:
    """The time that all calls took, from h2load's output. Raises `LoadFailed`."""
    finished = _FINISHED.search(output)
    succeeded = _SUCCEEDED.search(output)
    wanted = (str(load.calls), "0", "0", "0")
    if finished is None or succeeded is None or succeeded.groups() != wanted:
        raise LoadFailed(output)
    return float(finished[1]) * _SECONDS[finished[2]]


def latencies(log: str) -> list[float]:
    """Give the seconds of each call, ascending, from the file that h2load writes.

    Raises `LoadFailed` where a call was not answered.
    """
    rows = [line.split("\t") for line in log.splitlines()]
    if not rows or any(row[1] != "200" for row in rows):
        raise LoadFailed(log[:2000])
    return sorted(int(row[2]) / 1e6 for row in rows)


def answered(program: Path, load: Load, socket: Path, message: Path) -> bool:
    """Whether somebody is there and answers."""
    try:
        run(program, load, socket, message)
    except LoadFailed:
        return False
    return True


def run(program: Path, load: Load, socket: Path, message: Path) -> float:
    """Make the calls and give the seconds that they took. Raises `LoadFailed`."""
    argv = command(program, load, socket, message)
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    return seconds(done.stdout + done.stderr, load)


def run_paced(
    program: Path, load: Load, a_second: int, socket: Path, message: Path, log: Path
) -> list[float]:
    """Make so many calls a second and give the seconds of each. Raises `LoadFailed`."""
    log.unlink(missing_ok=True)
    words = command(program, load, socket, message)
    words[-1:-1] = [f"--log-file={log}", f"--rps={a_second}"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    seconds(done.stdout + done.stderr, load)
    return latencies(log.read_text(encoding="ascii"))


def run_during(
    program: Path,
    load: Load,
    socket: Path,
    message: Path,
    log: Path,
    step: Callable[[], None],
    interval: float,
) -> list[float]:
    """Make calls while something is done every `interval` seconds; give the seconds of each.

    Raises `LoadFailed`.
    """
    log.unlink(missing_ok=True)
    words = command(program, load, socket, message)
    words[-1:-1] = [f"--log-file={log}"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        while True:
            try:
                output, _ = running.communicate(timeout=interval)
                break
            except subprocess.TimeoutExpired:
                step()
    seconds(output, load)
    return latencies(log.read_text(encoding="ascii"))


def run_beside(
    program: Path, load: Load, other: Load, socket: Path, message: Path, log: Path
) -> list[float]:
    """Make calls while another client makes others all the time; give the seconds of each.

    The other client's load has to last longer. Raises `LoadFailed`.
    """
    argv = command(program, other, socket, message)
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as beside:
        log.unlink(missing_ok=True)
        words = command(program, load, socket, message)
        words[-1:-1] = [f"--log-file={log}"]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if beside.poll() is not None:
            raise LoadFailed("the load that was to go on beside ended early")
        beside.terminate()
    seconds(done.stdout + done.stderr, load)
    return latencies(log.read_text(encoding="ascii"))
