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


_LONGEST = 64
"""Characters that are compared of a word that is not known."""


def value_of(key: str) -> Value:
    """Give what a key, plain or joint, stands for."""
    names, joined = _split(key)
    parts = [_plain(part) for part in names]
    if len(parts) == 1 and not joined:
        return parts[0]

    def value(subject: Subject) -> str | None:
        found = [part(subject) for part in parts]
        if all(one is None for one in found):
            return None
        return joined.join(one or "" for one in found)

    return value


def unknown(key: str) -> tuple[str, ...]:
    """Give the parts of a key that stand for nothing, whatever the container is."""
    return tuple(part for part in _split(key)[0] if _plain(part) is _nothing)


def meant(part: str) -> str:
    """Give the key that was probably meant by one that stands for nothing."""
    import difflib  # noqa: PLC0415 - only who is wrong pays for it

    first, *rest = posixpath.normpath(part).split("/") if part else [""]
    pod = first == "pod"
    word, *rest = rest if pod and rest else [first, *rest]
    known: Mapping[str, object] = _ON_POD if pod else {**_ON_CONTAINER, "tags": None, "pod": None}
    near = difflib.get_close_matches(word[:_LONGEST].casefold(), [*known, "labels"], n=1)
    found = near[0] if near else "labels"
    if found == "pod":
        return "/".join(("pod", *(rest or ["name"])))
    if found in {"labels", "tags"}:
        rest = rest or [word if word not in {found, "pod", "", "."} else "NAME"]
        pod = pod or not near
    else:
        rest = []
    return "/".join((*(["pod"] if pod else []), found, *rest))


def _split(key: str) -> tuple[list[str], str]:
    """Give the plain keys of a key, and what joins their values; empty for one that is plain."""
    if len(key) < 4 or not key.startswith(":"):
        return [key], ""
    between, joined, rest = ":", ":", key[1:]
    if _separates(key[1]) and _separates(key[2]):
        between, joined, rest = key[1], key[2], key[3:]
    return rest.split(between), joined


def _nothing(subject: Subject) -> str | None:
    del subject
    return None


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
    return _nothing
