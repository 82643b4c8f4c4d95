# SPDX-License-Identifier: Apache-2.0
"""What controller `cri` stands for (controllers, section 2).

While it is disabled no request is changed and no update is sent: containers have what the kubelet
asks for. Decisions are taken all the same and wait, as the pending marks of the original do, until
it is enabled by another configuration.
"""

from collections.abc import Mapping

from ...model import Container, ContainerState, LinuxResources

NAME = "cri"

_REACHABLE = frozenset((ContainerState.CREATED, ContainerState.RUNNING))


def waiting(
    withheld: Mapping[str, LinuxResources], containers: Mapping[str, Container]
) -> tuple[Container, ...]:
    """Give the containers that have to be updated once it is enabled, by cache id.

    `withheld` has what each really has, by cache id. Those that have gone, or have by now what is
    decided, need nothing.
    """
    found = []
    for cache_id, has in sorted(withheld.items()):
        container = containers.get(cache_id)
        if container is None or container.state not in _REACHABLE or container.linux == has:
            continue
        found.append(container)
    return tuple(found)
