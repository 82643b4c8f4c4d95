# SPDX-License-Identifier: Apache-2.0
"""CRI messages as YAML for the dump, with their secrets hidden.

Hidden are values of environment variables, credentials of registries, and the `info` of verbose
answers, where runtimes repeat all of them. Only with `Secrets` they are shown.
"""

from collections.abc import Mapping
from typing import Any

from . import prototree

LARGEST = 256 * 1024
"""Bytes of a message that is shown; of larger ones only the size is."""

REQUEST = "Request"
RESPONSE = "Response"

_SECRETS: Mapping[tuple[str, str], frozenset[prototree.Path]] = {
    ("CreateContainer", REQUEST): frozenset([(2, 6, 2)]),
    ("PullImage", REQUEST): frozenset([(2,)]),
    ("Status", RESPONSE): frozenset([(2,)]),
    ("ContainerStatus", RESPONSE): frozenset([(2,)]),
    ("PodSandboxStatus", RESPONSE): frozenset([(2,)]),
    ("ImageStatus", RESPONSE): frozenset([(2,)]),
}
"""Method and direction -> paths of field numbers. Official numbers, which never change."""


def shown(method: str, direction: str, data: bytes, *, secrets: bool) -> str:
    """Give a message of a method (plain name) as YAML without a newline at its end."""
    if len(data) > LARGEST:
        return f"{len(data)} bytes"
    # Needed for a full dump only, which few ask for.
    import yaml  # noqa: PLC0415

    hidden = frozenset() if secrets else _SECRETS.get((method, direction), frozenset())
    tree = prototree.tree(data, _descriptor(f"{method}{direction}"), hidden)
    text: str = yaml.dump(
        tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=1000
    )
    return text.rstrip("\n")


def _descriptor(name: str) -> Any:
    from ...cri import api_pb2  # noqa: PLC0415

    of = getattr(api_pb2, name, None)
    return None if of is None else of.DESCRIPTOR
