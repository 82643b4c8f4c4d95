# SPDX-License-Identifier: Apache-2.0
"""The child that speaks to the API server, as a process."""

import json
import subprocess
import sys


def test_it_answers_what_it_is_asked() -> None:
    """Outside of a pod it says that there is no API server; it never fails without a word."""
    done = subprocess.run(
        [sys.executable, "-m", "installer", "exchange"],
        input='{"method": "GET", "path": "/"}',
        check=True,
        capture_output=True,
        text=True,
        env={},
    )

    assert "this is no pod" in json.loads(done.stdout)["problem"]
