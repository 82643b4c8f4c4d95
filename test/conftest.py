# SPDX-License-Identifier: Apache-2.0
"""What tests of every kind share."""

import subprocess
from pathlib import Path

import hypothesis
import pytest

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bundle(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give what a node gets: built once a session, on an interpreter built once a machine."""
    folder = tmp_path_factory.mktemp("bundle") / "made"
    subprocess.run([checkout / "hacks/build-bundle", "-o", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def tracked(checkout: Path) -> list[Path]:
    """Every file that is in the project or about to be: all but what git ignores."""
    answer = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=checkout,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [checkout / name for name in answer.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]
