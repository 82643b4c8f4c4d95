# SPDX-License-Identifier: Apache-2.0
"""The TYPEs of configurations: which there are, and the ConfigMap that each becomes in a shoot."""

import re

from . import suggest
from .problem import Findings, Place, Problem, quote

EXTRA_OPTIONS = "EXTRA_OPTIONS"
"""The TYPE whose text is a line of options, no document."""

NODE_GROUP_LABEL = "cri-resource-manager.intel.com/group"
"""Node label that names a node's group."""

_PLAIN = ("default", "fallback", "force", EXTRA_OPTIONS)
_PREFIX = "cri-resmgr-config."
_MAX_OBJECT_NAME = 253
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


def check(type_name: str, path: str) -> list[Problem]:
    """What is wrong with the name of a TYPE; nothing, or one problem at `path`."""
    findings = Findings()
    judge(type_name, Place(path, findings))
    return findings.problems()


def judge(type_name: str, place: Place) -> bool:
    """As `check`, reporting at `place`; whether the name is right."""
    before = place.findings.count
    family, dot, rest = type_name.partition(".")
    if dot and family == "node":
        _judge_node(rest, place)
    elif dot and family == "group":
        _judge_group(rest, place)
    elif type_name not in _PLAIN:
        place.problem("unknown TYPE", _meant(type_name))
    return place.findings.count == before


def config_map(type_name: str) -> str:
    """Name of the ConfigMap of a right TYPE; object names have neither upper case nor `_`."""
    return _PREFIX + ("extra-options" if type_name == EXTRA_OPTIONS else type_name)


def group(type_name: str) -> str | None:
    """The GROUP of a TYPE `group.<GROUP>`, None for any other."""
    return type_name.removeprefix("group.") if type_name.startswith("group.") else None


def _meant(type_name: str) -> str | None:
    family, _, rest = type_name.partition(".")
    if rest:
        near = suggest.nearest(family, ("node", "group"))
        return f"did you mean {near}.{quote(rest)[1:-1]}" if near else None
    near = suggest.nearest(type_name, (*_PLAIN, "node.<NODE>", "group.<GROUP>", "node", "group"))
    if near in ("node", "group"):
        near += f".<{near.upper()}>"
    known = ", ".join((*_PLAIN, "node.<NODE>", "group.<GROUP>"))
    return f"did you mean {near}" if near else f"known: {known}"


def _judge_node(node: str, place: Place) -> None:
    longest = _MAX_OBJECT_NAME - len(_PREFIX) - len("node.")
    if len(node) > longest:
        place.problem(f"the node name is longer than {longest}, so its ConfigMap has no valid name")
    elif not _SUBDOMAIN.fullmatch(node):
        place.problem(
            f"{quote(node)} is not the name of a node",
            "it has lower case letters, digits, dashes and dots",
        )


def _judge_group(name: str, place: Place) -> None:
    if not _LABEL_VALUE.fullmatch(name):
        place.problem(
            f"{quote(name)} is not the value of a label",
            "it has at most 63 letters, digits, dashes, dots and underscores",
        )
    elif not _SUBDOMAIN.fullmatch(name):
        place.problem(
            f"{quote(name)} gives no valid name of a ConfigMap",
            "name the group with lower case letters, digits, dashes and dots",
        )
