# SPDX-License-Identifier: Apache-2.0
"""What the keys of expressions stand for, on a container and its pod (annotations, 5.3 and 5.4)."""

import posixpath
from collections.abc import Callable, Mapping

from ..interface import Subject

Value = Callable[[Subject], str | None]
"""Gives what a key stands for on a container; None where it stands for nothing."""

_ON_POD: Mapping[str, Value] = {
    "name": lambda subject: subject.pod.name,
    "namespace": lambda subject: subject.pod.namespace,
    "id": lambda subject: subject.pod.id,
    "uid": lambda subject: subject.pod.uid,
    "qosclass": lambda subject: subject.pod.qos.value,
}
_ON_CONTAINER: Mapping[str, Value] = {
    "name": lambda subject: subject.container.name,
    "namespace": lambda subject: subject.container.namespace or subject.pod.namespace,
    "id": lambda subject: subject.container.id,
    "qosclass": lambda subject: subject.pod.qos.value,
}


def value_of(key: str) -> Value:
    """Give what a key, plain or joint, stands for."""
    if len(key) < 4 or not key.startswith(":"):
        return _plain(key)
    between, joined, rest = ":", ":", key[1:]
    if _separates(key[1]) and _separates(key[2]):
        between, joined, rest = key[1], key[2], key[3:]
    parts = [_plain(part) for part in rest.split(between)]

    def value(subject: Subject) -> str | None:
        found = [part(subject) for part in parts]
        if all(one is None for one in found):
            return None
        return joined.join(one or "" for one in found)

    return value


def _separates(char: str) -> bool:
    return not (char.isascii() and char.isalnum()) and char not in "/."


def _plain(key: str) -> Value:
    path = posixpath.normpath(key).split("/") if key else [""]
    if len(path) == 1 and "." in path[0]:
        path = ["labels", path[0]]
    if path[0] == "pod":
        return _in(path[1:], _ON_POD, {"labels": lambda subject: subject.pod.labels})
    tables: Mapping[str, Callable[[Subject], Mapping[str, str]]] = {
        "labels": lambda subject: subject.container.labels,
        "tags": lambda subject: subject.container.tags,
    }
    return _in(path, _ON_CONTAINER, tables)


def _in(
    path: list[str],
    texts: Mapping[str, Value],
    tables: Mapping[str, Callable[[Subject], Mapping[str, str]]],
) -> Value:
    """What follows a text is swallowed; what ends at a table is nothing."""
    if path and path[0] in texts:
        return texts[path[0]]
    if len(path) > 1 and path[0] in tables:
        table, name = tables[path[0]], path[1]
        return lambda subject: table(subject).get(name)
    return lambda _: None
