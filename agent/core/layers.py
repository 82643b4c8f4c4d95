# SPDX-License-Identifier: Apache-2.0
"""Which ConfigMap counts on a node: its own one, else its group's, else the default one.

They are never merged, and a group without a ConfigMap gets the default one (configs, part 2).
Nothing is concluded from what is not known: a layer below counts only when those above are known to
be missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Level(Enum):
    """Where a configuration comes from, the first one counting most."""

    NODE = "node"
    GROUP = "group"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class ConfigMap:
    """What counts of a ConfigMap; `version` is its resourceVersion."""

    name: str
    version: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layer:
    """The configuration that counts: all of one ConfigMap, and why it is this one."""

    level: Level
    config_map: ConfigMap


class Nothing(Enum):
    """There is no configuration: because none exists, or because not enough is known."""

    MISSING = "missing"
    """Every ConfigMap that could count is known not to exist, or to be empty."""

    UNKNOWN = "unknown"
    """Wait: what was decided before stays."""


Choice = Layer | Nothing


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the ConfigMaps of a node; `group` is known once its Node is, empty for none."""

    base: str
    node: str

    def own(self) -> str:
        """Name of the node's own ConfigMap."""
        return f"{self.base}.node.{self.node}"

    def of_group(self, group: str) -> str:
        """Name of a group's ConfigMap."""
        return f"{self.base}.group.{group}"

    def default(self) -> str:
        """Name of the default ConfigMap."""
        return f"{self.base}.default"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the cluster, as far as configurations go."""

    group: str | None = None
    """The group of the node, empty for none; None: not known yet."""

    found: Mapping[str, ConfigMap | None] = field(default_factory=dict)
    """ConfigMaps by name; None: known not to exist. What is not in it is not known."""


def choose(known: Known, names: Names) -> Choice:
    """Say which configuration counts."""
    levels: list[tuple[Level, str | None]] = [(Level.NODE, names.own())]
    if known.group is None:
        levels.append((Level.GROUP, None))
    elif known.group:
        levels.append((Level.GROUP, names.of_group(known.group)))
    levels.append((Level.DEFAULT, names.default()))
    for level, name in levels:
        if name is None or name not in known.found:
            return Nothing.UNKNOWN
        config_map = known.found[name]
        # One without data would be an empty configuration, which nobody gets by accident.
        if config_map is not None and config_map.data:
            return Layer(level, config_map)
    return Nothing.MISSING


def wanted_names(group: str | None, names: Names) -> frozenset[str]:
    """Give the names of the ConfigMaps to follow."""
    more = {names.of_group(group)} if group else set()
    return frozenset({names.own(), names.default(), *more})


def read(obj: Mapping[str, Any]) -> ConfigMap:
    """Take from a ConfigMap object what counts; `binaryData` does not."""
    metadata = obj["metadata"]
    return ConfigMap(metadata["name"], metadata["resourceVersion"], dict(obj.get("data") or {}))


@dataclass(frozen=True, slots=True)
class Take:
    """The daemon is to take this configuration, by module; it is never empty."""

    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drop:
    """The daemon is to forget what the agent gave it, and to go by its fallback."""


Instruction = Take | Drop


def instruction(choice: Choice) -> Instruction | None:
    """Give what the daemon is to do; None: nothing, whatever it has stays."""
    match choice:
        case Layer(_, config_map):
            return Take(config_map.data)
        case Nothing.MISSING:
            return Drop()
        case _:
            return None
