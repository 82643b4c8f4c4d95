# SPDX-License-Identifier: Apache-2.0
"""Certificates, as the webhook's chart makes them."""

import base64
import pathlib
import subprocess
from collections.abc import Callable

import pytest
import yaml

from webhook import certificate

ROOT = pathlib.Path(__file__).resolve().parents[3]

Issue = Callable[[], dict[str, bytes]]
"""Makes an authority and a pair: `ca.crt`, `svc.crt`, `svc.key`, each PEM."""


@pytest.fixture(scope="session")
def issue() -> Issue:
    """Give what makes a new pair each time."""
    programs = [str(ROOT / "hacks" / "programs"), "helm"]
    folder = subprocess.run(programs, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    chart = ROOT / "charts" / "cri-resmgr-webhook"
    command = [f"{folder}/helm", "template", "w", str(chart), "--namespace", "cri-resmgr"]

    def make() -> dict[str, bytes]:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        secret = next(one for one in yaml.safe_load_all(done.stdout) if one["kind"] == "Secret")
        return {name: base64.b64decode(value) for name, value in secret["data"].items()}

    return make


@pytest.fixture(scope="session")
def pair(issue: Issue) -> dict[str, bytes]:
    """Give one pair with its authority."""
    return issue()


def store(folder: pathlib.Path, made: dict[str, bytes]) -> certificate.Files:
    """Write a pair into a folder, each file whole at once."""
    for name, content in made.items():
        fresh = folder / f"{name}.new"
        fresh.write_bytes(content)
        fresh.replace(folder / name)
    return certificate.Files(folder / "svc.crt", folder / "svc.key")
