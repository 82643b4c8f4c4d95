# SPDX-License-Identifier: Apache-2.0
"""Where the programs are that the test ground starts: etcd, kube-apiserver, helm."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
"""The checkout."""

VARIABLES = ("GARDEN_PROGRAMS", "KUBEBUILDER_ASSETS")
"""Environment variables that may name a folder with programs; the first that has them counts."""


class ProgramMissing(Exception):
    """A program is not there and could not be made; the text says which and what was tried."""


def find(*names: str, environment: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """Give the path of each named program, made or installed by `hacks/programs` if need be.

    Raises `ProgramMissing`.
    """
    found: dict[str, Path] = {}
    for variable in VARIABLES:
        folder = environment.get(variable)
        for name in names:
            if folder and name not in found and os.access(Path(folder, name), os.X_OK):
                found[name] = Path(folder, name)
    missing = [name for name in names if name not in found]
    if missing:
        folder = _make(missing)
        found |= {name: Path(folder, name) for name in missing}
    return found


def _make(names: list[str]) -> str:
    script = PROJECT / "hacks" / "programs"
    command = " ".join(["hacks/programs", *names])
    try:
        done = subprocess.run([script, *names], stdout=subprocess.PIPE, check=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"cannot find {', '.join(names)}: {error}; hint: {command}"
        raise ProgramMissing(message) from error
    return done.stdout.strip().splitlines()[-1]
