# SPDX-License-Identifier: Apache-2.0
"""Containers that ask static-pools for CPU lists in the ways there are."""

import json

from unit.resmgr.policy.playbook import Create

from resmgr.policy.static_pools import wants


def asking(
    name: str, cores: int = 0, pool: str = "", socket: str = "", command: tuple[str, ...] = ()
) -> Create:
    """A container that asks for exclusive lists, a pool, a socket, as far as they are given."""
    text = json.dumps({"containers": {name: {"requests": {wants.CORES: str(cores)}}}})
    env = {"STP_POOL": pool, "STP_SOCKET_ID": socket}
    return Create(
        name,
        annotations={wants.REQUESTS: text},
        command=command,
        env={key: value for key, value in env.items() if value},
    )
