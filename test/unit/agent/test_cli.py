# SPDX-License-Identifier: Apache-2.0
"""The program: what it prints and how it ends; whole agents are in test/integration/agent."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import cli


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The program takes over all logging of its process."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)


def run(*words: str, **environ: str) -> tuple[int, str, str]:
    """Run it; give exit code, output and errors."""
    out, err = io.StringIO(), io.StringIO()
    return cli.run(words, environ, out, err), out.getvalue(), err.getvalue()


def test_what_is_only_printed() -> None:
    """On standard output, and all is well."""
    code, out, err = run("-version")

    assert (code, err) == (0, "")
    assert out.startswith("cri-resmgr-agent ")


def test_a_wrong_flag() -> None:
    """With a hint, and exit code 2."""
    code, _, err = run("-confg-ns=x")

    assert code == 2
    assert "hint: did you mean --config-ns?" in err


def test_a_node_without_a_name() -> None:
    """The original's words."""
    code, _, err = run()

    assert code == 1
    assert (
        "node name not set, NODE_NAME env variable should be set to match the name of this k8s Node"
    ) in err


def test_no_way_to_the_server() -> None:
    """It is told with what would help."""
    code, _, err = run(NODE_NAME="n")

    assert code == 1
    assert "give --kubeconfig FILE" in err


def test_a_socket_that_cannot_be_made(tmp_path: Path) -> None:
    """One line, no stack."""
    (tmp_path / "config").write_text(
        '{"clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],'
        ' "users": [{"name": "u"}], "current-context": "x",'
        ' "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}]}'
    )
    (tmp_path / "sock").write_text("precious")
    words = (f"-kubeconfig={tmp_path / 'config'}", f"-agent-socket={tmp_path / 'sock'}")
    code, _, err = run(*words, NODE_NAME="n")

    assert code == 1
    assert "something that is no socket" in err
    assert "Traceback" not in err
