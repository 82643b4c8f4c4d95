# SPDX-License-Identifier: Apache-2.0
"""The policy of the tutorial: a page of code that decides, played as real ones are."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from unit.resmgr.policy.playbook import (
    Because,
    Create,
    Node,
    Rebalance,
    Remove,
    Resize,
    Restart,
    SetCpuset,
)
from unit.resmgr.sysfs import trees

from resmgr.policy.interface import BadConfiguration, Constraints

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "examples/policies/halves.py"
PAGE = ROOT / "docs/tutorials/your-first-policy.md"


def module() -> Any:
    """Import the example."""
    spec = importlib.util.spec_from_file_location("halves", FILE)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def node() -> Node:
    """A node of eight CPUs."""
    return Node(module().make, trees.FLAT)


def test_the_emptier_half_is_given() -> None:
    """The play of the tutorial."""
    assert (
        node()
        >> Create("a") << SetCpuset("a", "0-3") << Because("a", "0 others are there")
        >> Create("b") << SetCpuset("b", "4-7")
        >> Create("c") << SetCpuset("c", "0-3") << Because("c", "1 others are there")
        >> Remove("b")
        >> Create("d") << SetCpuset("d", "4-7")
    )  # fmt: skip


def test_a_restart_moves_nobody() -> None:
    """Those that are still there keep their half, and those that have gone are forgotten."""
    played = node() >> Create("a") << SetCpuset("a", "0-3")
    played = played >> Create("b") << SetCpuset("b", "4-7")

    assert played >> Restart(without=("a",)) >> Create("c") << SetCpuset("c", "0-3")
    assert played >> Restart(saved={}) << SetCpuset("b", "0-3") << SetCpuset("c", "4-7")


def test_nothing_else_moves_anybody() -> None:
    """Neither resizes nor time; a container may know its CPUs."""
    played = node() >> Create("a", cpu="1") << SetCpuset("a", "0-3") >> Resize("a", "3")

    assert played >> Rebalance()
    assert played.offers("a") == {"SHARED_CPUS": "0-3"}
    assert played.policy.introspect(played.state)["Assignments"] == {
        "a": {"Pool": "half 0", "SharedCPUs": "0-3"}
    }


def test_one_cpu_has_no_halves() -> None:
    """That is told before anything starts."""
    with pytest.raises(BadConfiguration, match="two CPUs"):
        module().make(trees.FLAT.machine(), Constraints(available=1), {})


def test_the_page_shows_what_is_there() -> None:
    """Each piece of Python on it stands in the example or in this file, line by line."""
    there = {
        line.strip()
        for file in (FILE, Path(__file__))
        for line in file.read_text("utf-8").splitlines()
    }
    shown = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.strip() for piece in shown for line in piece.splitlines()]

    assert len(lines) > 20
    assert [line for line in lines if line not in there] == []
