# SPDX-License-Identifier: Apache-2.0
"""Waiting for a process."""

import subprocess
from collections.abc import Iterator

import pytest
from node import waiting


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that ends with its input."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        yield running


def test_what_comes_true(child: "subprocess.Popen[bytes]") -> None:
    """It is looked at again and again."""
    looks = iter([False, False, True])

    assert waiting.until(lambda: next(looks), child, patience=60, pause=0)


def test_patience_ends(child: "subprocess.Popen[bytes]") -> None:
    """Even if the process lives on."""
    assert not waiting.until(lambda: False, child, patience=0, pause=0)
    assert child.poll() is None


def test_a_process_that_ends(child: "subprocess.Popen[bytes]") -> None:
    """Its end is noticed in the middle of a pause."""
    assert child.stdin is not None
    child.stdin.close()

    assert not waiting.until(lambda: False, child, patience=3600, pause=3600)
