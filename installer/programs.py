# SPDX-License-Identifier: Apache-2.0
"""Programs of our own that are run as children: what they said, and an end after a deadline."""

import subprocess  # noqa: TID251 - gate and API exchange have a process of their own
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_SHOWN = 300


class ProgramProblem(Exception):
    """A program could not be run, or was not done in time."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a program ended: its exit status, what it wrote to standard output and error."""

    status: int
    out: str
    err: str = ""


Run = Callable[[Sequence[str], str, float], Result]
"""Runs a program with arguments, standard input and a deadline; raises `ProgramProblem`."""


def run(argv: Sequence[str], given: str, timeout: float) -> Result:
    """Run a program, give it its input, wait for its end; it is killed after `timeout` seconds."""
    try:
        done = subprocess.run(  # noqa: S603 - the program is one of our bundle
            argv,
            input=given,
            capture_output=True,
            timeout=timeout,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramProblem(f"{argv[0]} was not done in {timeout:g} s") from error
    except OSError as error:
        raise ProgramProblem(f"cannot run {argv[0]}: {error.strerror or error}") from error
    return Result(done.returncode, done.stdout, done.stderr[-_SHOWN:])
