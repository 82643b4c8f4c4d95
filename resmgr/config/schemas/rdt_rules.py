# SPDX-License-Identifier: Apache-2.0
"""What partitions and classes of module `rdt` have to be to each other, on any machine.

Only shares that hold for all caches are compared: whether a cache with some id is there depends on
the machine, and ids that are not there are ignored.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from .. import forms
from ..problem import Place, quote

_LEVELS = ("l2Allocation", "l3Allocation")
_ROOT_CLASS = "system/default"


def class_name(text: str) -> str | None:
    """Class names become folders; the root class is `system/default` or empty."""
    if text in ("", _ROOT_CLASS):
        return None
    if text in (".", "..") or "/" in text or not text.isprintable() or len(text) > 200:
        return f"{quote(text)} cannot be the name of a class"
    return None


def bitmask(text: str) -> int:
    """The bits of a right absolute share `0xff` or `0-7`."""
    return int(text, 16) if text.startswith("0x") else forms.ids(text)


def _get(record: Mapping[str, Any], name: str) -> Any:
    """A record's value, in whatever case its key is given."""
    return next((v for key, v in record.items() if key.casefold() == name.casefold()), None)


def _partitions(given: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: data or {} for name, data in (given.get("partitions") or {}).items()}


def _classes(partition: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: data or {} for name, data in (_get(partition, "classes") or {}).items()}


def _unique_classes(given: Mapping[str, Any], place: Place) -> None:
    homes: dict[str, str] = {}
    for partition, data in _partitions(given).items():
        for name in _classes(data):
            known = name or _ROOT_CLASS
            if known in homes:
                at = place.key("partitions").key(partition).key("classes").key(name)
                at.problem(f"the class is already in partition {quote(homes[known])}")
            homes[known] = partition


def _levels_of_all(given: Mapping[str, Any], place: Place) -> None:
    partitions = _partitions(given)
    for level in _LEVELS:
        with_level = {name for name, data in partitions.items() if _get(data, level) is not None}
        for name, data in partitions.items():
            at = place.key("partitions").key(name)
            if with_level and name not in with_level:
                at.key(level).problem("missing, since other partitions have it")
            elif not with_level:
                for class_, own in _classes(data).items():
                    if _get(own, level) is not None:
                        at.key("classes").key(class_).key(level).problem(
                            f"its partition {quote(name)} has no {level}"
                        )


def _default_share(allocation: Any, part: str) -> str | None:
    """The share for `unified`, `code` or `data` of every cache that is not named."""
    if isinstance(allocation, dict):
        allocation = allocation.get("all")
    if isinstance(allocation, dict):
        allocation = _get(allocation, part) or _get(allocation, "unified")
    return allocation if isinstance(allocation, str) else None


def _shares_fit(given: Mapping[str, Any], place: Place) -> None:
    partitions = _partitions(given)
    for level in _LEVELS:
        for part in ("unified", "code", "data"):
            shares = {
                name: share
                for name, data in partitions.items()
                if (share := _default_share(_get(data, level), part)) is not None
            }
            if len(shares) == len(partitions) and (wrong := _misfit(shares)):
                place.key("partitions").problem(f"{level}: {wrong}")
                break


def _misfit(shares: Mapping[str, str]) -> str | None:
    percentages = {name: int(text[:-1]) for name, text in shares.items() if text.endswith("%")}
    if percentages and len(percentages) < len(shares):
        return "percentages and bitmasks are mixed"
    if (total := sum(percentages.values())) > 100:
        return f"the partitions take more than 100% together, {total}%"
    masks = {name: bitmask(text) for name, text in shares.items() if name not in percentages}
    for (one, bits), (other, more) in combinations(masks.items(), 2):
        if bits & more:
            return f"partitions {quote(one)} and {quote(other)} overlap"
    return None


RULES = (_unique_classes, _levels_of_all, _shares_fit)
