# SPDX-License-Identifier: Apache-2.0
"""What was measured on, and with which versions: figures mean little without."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

from garden import binaries

PROC = Path("/proc")


def describe(*, proc: Path = PROC) -> dict[str, str]:
    """Tell processor, memory and versions, name -> text."""
    programs = binaries.find("kube-apiserver", "etcd")
    version = importlib.metadata.version
    return {
        "processor": f"{os.cpu_count()} x {_field(proc / 'cpuinfo', 'model name')}",
        "memory": f"{int(_field(proc / 'meminfo', 'MemTotal').split()[0]) / 1e6:.0f} GB",
        "kernel": platform.release(),
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in ("kopf", "aiohttp")),
        "API server": _said(programs["kube-apiserver"], "--version"),
        "etcd": _said(programs["etcd"], "--version"),
    }


def _field(file: Path, name: str) -> str:
    return _first(
        value.strip()
        for key, _, value in (line.partition(":") for line in file.read_text("utf-8").splitlines())
        if key.strip() == name
    )


def _said(program: Path, argument: str) -> str:
    """Give the first line of what a program says of itself."""
    done = subprocess.run([program, argument], check=False, capture_output=True, text=True)
    return _first(done.stdout.splitlines())


def _first(lines: Iterable[str]) -> str:
    return next(iter(lines), "unknown")
