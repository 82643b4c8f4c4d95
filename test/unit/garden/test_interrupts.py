# SPDX-License-Identifier: Apache-2.0
"""Programs that are told to end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio
from garden import interrupts

async def main():
    try:
        print("ready", flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        print("cleaned", flush=True)

interrupts.take()
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_loop_ends_its_work_first(checkout: Path, told: int) -> None:
    """Whichever signal it is, and though the program was started deaf to Ctrl-C."""
    child = subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, PROGRAM],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(checkout / "test")},
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    child.send_signal(told)
    rest, _ = child.communicate(timeout=60)

    assert (first, rest) == ("ready\n", "cleaned\ninterrupted\n")
