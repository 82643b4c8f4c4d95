# SPDX-License-Identifier: Apache-2.0
"""`install` on a node that is refused; real nodes have tests of their own."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installer import bundle


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A bundle of one file."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    program = b"#!/bin/false\n"
    (folder / bundle.PROGRAM).write_bytes(program)
    entry = {"sha256": hashlib.sha256(program).hexdigest(), "mode": "0755", "size": len(program)}
    manifest = {"version": "1.0", "glibc": "2.17", "files": {bundle.PROGRAM: entry}}
    (folder / bundle.MANIFEST).write_text(json.dumps(manifest))
    return folder


def test_a_node_that_is_refused(call: Callable[..., Any], root: Path, made: Path) -> None:
    """The first reason and what helps; nothing is installed."""
    said = call("install", "--root", str(root), "--bundle", str(made))

    assert said.status == 3
    assert said.out.startswith("unsupported: ")
    assert "\nhint: " in said.out
    assert not (root / "opt/cri-resmgr").exists()


def test_without_a_bundle(call: Callable[..., Any], root: Path) -> None:
    """A checkout has none; that is said with how to make one."""
    said = call("install", "--root", str(root))

    assert said.status == 3
    assert "this program is in no bundle" in said.out
