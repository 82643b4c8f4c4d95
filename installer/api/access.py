# SPDX-License-Identifier: Apache-2.0
"""The way to the API server that every pod has: its address, and files with token and CA."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where the kubelet mounts the account's token and the CA; it renews the token in place."""


@dataclass(frozen=True, slots=True)
class Access:
    """Host and port of the API server, files of the CA and of the token."""

    host: str
    port: int
    ca_file: str
    token_file: str


def in_cluster(environ: Mapping[str, str], account: Path = ACCOUNT) -> Access | None:
    """Give the way that a pod has, `None` outside of one."""
    host = environ.get("KUBERNETES_SERVICE_HOST", "")
    port = environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not port.isdecimal():
        return None
    return Access(host, int(port), str(account / "ca.crt"), str(account / "token"))
