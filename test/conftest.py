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
