# SPDX-License-Identifier: Apache-2.0
"""The bundle, built for real: once a session, on an interpreter that is built once a machine."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def bundle(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of this checkout."""
    folder = tmp_path_factory.mktemp("bundle") / "made"
    subprocess.run([checkout / "hacks/build-bundle", "-o", folder], check=True)
    return folder
