# SPDX-License-Identifier: Apache-2.0
"""Nodes that the former extension has changed: what it left, and the unit as it was before.

That extension took every line with `containerd` out of the kubelet's unit and put an endpoint
argument beside `$KUBELET_EXTRA_ARGS`. gardener-node-agent keeps the unit's true text in its last
applied OperatingSystemConfig (Gardener contract, section 6.9). Pure: texts in, a verdict out.
"""

from dataclasses import dataclass
from enum import StrEnum

from . import names, plain_yaml

_ARGUMENT = f"{names.ENDPOINT_FLAG}="
_VARIABLE = f"${names.EXTRA_ARGS_KEY}"


class Verdict(StrEnum):
    """What the kubelet's unit looks like."""

    CLEAN = "clean"
    """Nothing of the former extension is in it."""
    EDITED = "edited"
    """The former extension's edit and nothing else; `Finding.original` is what was there."""
    UNCLEAR = "unclear"
    """It leads to the relay, and what it was before cannot be told; `Finding.cause` says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a kubelet's unit."""

    verdict: Verdict
    original: bytes = b""
    cause: str = ""


def look(unit: bytes | None, osc: bytes | None) -> Finding:  # noqa: PLR0911 - a list of causes
    """Judge the kubelet's unit by what gardener-node-agent last applied (None: not there)."""
    text = (unit or b"").decode(errors="replace")
    if names.RELAY_SOCKET not in text:
        return Finding(Verdict.CLEAN)
    if osc is None:
        return _unclear("gardener-node-agent has left no record of the unit")
    try:
        original = content(osc)
    except plain_yaml.NotPlain as error:
        return _unclear(f"gardener-node-agent's record of it cannot be read: {error}")
    except LookupError as error:
        return _unclear(f"gardener-node-agent's record {error.args[0]}")
    if names.RELAY_SOCKET in original:
        return _unclear("gardener-node-agent's record has the relay in it as well")
    if "containerd" in text or _kept(original, dropped="containerd") != _kept(text):
        return _unclear("somebody else has edited it as well")
    return Finding(Verdict.EDITED, original.encode())


def content(osc: bytes) -> str:
    """Text of the kubelet's unit in an OperatingSystemConfig, units of the OS extension first.

    Raises `NotPlain` for what is not understood, and `LookupError` when it has no such unit, or
    more than one.
    """
    tree = plain_yaml.read(osc)
    for path in (("status", "extensionUnits"), ("spec", "units")):
        listed: plain_yaml.Tree = tree
        for key in path:
            listed = listed.get(key, "null") if isinstance(listed, dict) else "null"
        units = [
            unit
            for unit in (listed if isinstance(listed, list) else [])
            if isinstance(unit, dict) and unit.get("name") == names.KUBELET_UNIT
        ]
        if len(units) > 1:
            raise LookupError(f"names the unit {names.KUBELET_UNIT} twice")
        if units and isinstance(text := units[0].get("content"), str) and text not in ("null", "~"):
            return text
    raise LookupError(f"does not have the unit {names.KUBELET_UNIT}")


def _kept(text: str, *, dropped: str = "") -> list[str]:
    """Lines without those that hold a word, and without what the edit changed around them.

    The endpoint may stand on a line of its own, or on that of any other argument.
    """
    kept = []
    for line in text.splitlines():
        if dropped and dropped in line and _VARIABLE not in line:
            continue
        words = line.strip().removesuffix("\\").split()
        if left := [word for word in words if not _of_edit(word)]:
            kept.append(" ".join(left))
    return kept


def _of_edit(word: str) -> bool:
    return word == _VARIABLE or (word.startswith(_ARGUMENT) and names.RELAY_SOCKET in word)


def _unclear(cause: str) -> Finding:
    return Finding(Verdict.UNCLEAR, cause=cause)


def foreign_unit(unit: bytes | None) -> bool:
    """Whether the relay's unit has a text that is not ours, hence the former extension's."""
    return unit is not None and b"/opt/cri-resmgr/current/" not in unit


OLD_STATE = "cache"
"""File in the relay's state folder that only the former daemon writes."""
