# SPDX-License-Identifier: Apache-2.0
"""Killed at any point, the store has lost nothing that it said was written."""

import random
import subprocess
import sys
from pathlib import Path

from unit.resmgr.state import samples, writer

from resmgr.state import replay
from resmgr.state.changes import Saved
from resmgr.state.store import Store

KILLS = 50


def killed_after(folder: Path, answers: int) -> int:
    """Kill a writer once it has given that many answers; give the number of the last one."""
    process = subprocess.Popen(
        [sys.executable, writer.__file__, str(folder)], stdout=subprocess.PIPE, bufsize=0
    )
    assert process.stdout is not None
    with process.stdout as answered:
        first = answered.readline()
        lines = [answered.readline() for _ in range(answers)]
        process.kill()
        rest = answered.read().splitlines()
    process.wait()

    assert first == b"open\n"
    return int((lines + rest or [b"0"])[-1])


def test_nothing_answered_is_lost_and_nothing_is_half_written(tmp_path: Path) -> None:
    """Fifty times a process is killed while it writes and while another thread moves the log.

    What is there afterwards is exactly the transactions up to the last one that was answered, or
    one more that was written and not yet answered; the next process opens it without a word.
    """
    folder = tmp_path / "state"
    chance = random.Random(1)  # noqa: S311 - spread moments, no secret
    expected, done = Saved(), 0
    for _ in range(KILLS):
        answered = killed_after(folder, chance.randrange(120)) or done
        with Store.open(folder, now=samples.clock) as store:
            saved = store.load()
        last = int(saved.policy["last"]) if saved.policy else 0
        for number in range(done + 1, last + 1):
            expected = replay.apply(expected, writer.transaction(number))

        assert answered <= last <= answered + 1
        assert saved == expected
        assert (store.problems, store.degraded) == ([], "")
        done = last

    assert done > KILLS
