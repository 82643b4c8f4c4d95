# SPDX-License-Identifier: Apache-2.0
"""Pods and containers as plain data."""

from dataclasses import replace

from resmgr.model import Container, ContainerState, LinuxResources


def test_other_resources() -> None:
    """All else is as it was, in a value of its own."""
    before = Container("u:a", "p", "a", id="1", state=ContainerState.RUNNING, tags={"AVX512": ""})
    linux = LinuxResources(shares=2)
    after = before.having(linux)

    assert after == replace(before, linux=linux)
    assert before.linux == LinuxResources()
