# SPDX-License-Identifier: Apache-2.0
"""Pods and containers as plain data."""

from dataclasses import fields, replace
from typing import Any

from resmgr.model import Container, LinuxResources


def test_other_resources() -> None:
    """All else is as it was, in a value of its own."""
    values: dict[str, Any] = {one.name: object() for one in fields(Container)}
    before, linux = Container(**values), LinuxResources(shares=2)
    after = before.having(linux)

    assert after == replace(before, linux=linux)
    assert before == Container(**values)
