# SPDX-License-Identifier: Apache-2.0
"""The commands that the documentation gives for running the daemon by hand."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from node import containerd

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("README.md", "docs/how-to/run-the-daemon-by-hand.md")
SOCKET = "/var/run/cri-resmgr/cri-resmgr.sock"
"""Where the daemon listens by default."""


def commands(page: str) -> list[list[str]]:
    """Give the words of the commands that begin with `sudo`, without it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^sudo (?!make )(.*?)(?: +#.*)?$", text, flags=re.MULTILINE)
    return [shlex.split(line) for line in found]


@pytest.mark.parametrize("page", PAGES)
def test_the_three_commands(page: str, runtime: containerd.Containerd, tmp_path: Path) -> None:
    """After `make setup` the daemon of the first one is ready, and the second one gets its answer.

    Paths are those of the test, since the defaults may be in use on this machine.
    """
    (daemon, *flags), (ctr, *words) = commands(page)
    socket = tmp_path / "relay.sock"
    assert daemon == ".venv/bin/cri-resmgr"
    assert ctr == "ctr"
    assert SOCKET in words
    argv = [
        f"{ROOT / daemon}",
        *flags,
        f"--runtime-socket={runtime.socket}",
        f"--relay-socket={socket}",
    ]
    argv += [f"--relay-dir={tmp_path / 'state'}", f"--pid-file={tmp_path / 'pid'}"]
    argv += [f"--config-socket={tmp_path / 'config.sock'}", "--introspection-socket=disabled"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            lines = []
            for line in running.stderr:
                lines.append(line)
                if "up and running with policy none" in line:
                    break
            else:
                pytest.fail("".join(lines))
            told = [str(socket) if word == SOCKET else word for word in words[1:]]
            assert words[0] == "--address"
            answer = runtime.ctr(*told[1:], through=socket)
        finally:
            running.terminate()

    assert "Server:" in answer
    assert running.returncode == 0
