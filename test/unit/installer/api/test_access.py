# SPDX-License-Identifier: Apache-2.0
"""The way to the API server."""

from pathlib import Path

import pytest

from installer.api import access


def test_in_a_pod() -> None:
    """Address from the environment, files of the account."""
    environ = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "8443"}

    assert access.in_cluster(environ, Path("/a")) == access.Access(
        "10.0.0.1", 8443, "/a/ca.crt", "/a/token"
    )


@pytest.mark.parametrize(
    "environ", [{}, {"KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "tcp://"}]
)
def test_outside_of_one(environ: dict[str, str]) -> None:
    """There is none."""
    assert access.in_cluster(environ) is None
