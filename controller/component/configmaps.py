# SPDX-License-Identifier: Apache-2.0
"""What lies in the shoot's ConfigMaps, from a TYPE -> text mapping (configs, part 5).

`default`, `group.*` and `node.*` are read by the node agents, one data key a module. `fallback`,
`force` and `EXTRA_OPTIONS` are files that are mounted into the installation pods.
"""

import dataclasses
import functools
import hashlib
from collections.abc import Mapping

from resmgr.config import documents, types

STATIC = {kind: f"{kind}.cfg" for kind in ("fallback", "force", types.EXTRA_OPTIONS)}
"""TYPE -> data key of what is mounted."""


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigMap:
    """Name and data of one ConfigMap."""

    name: str
    data: Mapping[str, str]


def build(configs: Mapping[str, str]) -> list[ConfigMap]:
    """One ConfigMap a TYPE, sorted by name.

    Args:
        configs: TYPE -> text, merged and judged before; an empty text gives no ConfigMap.

    Raises:
        ValueError: a TYPE gives no object name, or a text is no configuration. Both were refused
            before, so this is the last line of defence and not the place for good messages.
    """
    return sorted(
        (_config_map(kind, text) for kind, text in configs.items() if text.strip()),
        key=lambda config_map: config_map.name,
    )


def static_checksum(configs: Mapping[str, str]) -> str:
    """SHA-256 over the texts that are mounted, so that pods roll when one of them changes."""
    digest = hashlib.sha256()
    for kind in sorted(STATIC):
        text = configs.get(kind, "").encode()
        digest.update(b"%d:" % len(text) + text)
    return digest.hexdigest()


def _config_map(kind: str, text: str) -> ConfigMap:
    if problems := types.check(kind, "TYPE"):
        raise ValueError(f"cannot make a ConfigMap for {kind[:60]!r}: {problems[0]}")
    data = {STATIC[kind]: text} if kind in STATIC else _modules(text)
    return ConfigMap(types.config_map(kind), data)


@functools.lru_cache(maxsize=64)
def _modules(text: str) -> Mapping[str, str]:
    """Top-level key -> its YAML. Kept, since an operator's text is that of all shoots."""
    document, problems = documents.check(text, "")
    if document is None or problems:
        raise ValueError(f"cannot split a configuration: {'; '.join(map(str, problems))}")
    return documents.split(document)
