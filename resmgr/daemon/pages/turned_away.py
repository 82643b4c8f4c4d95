# SPDX-License-Identifier: Apache-2.0
"""What `/explain` tells of a container that was refused: it is not known, but the decision is."""

from typing import Any

from ..records import decisions

STATE = "refused"
"""Where such a container stands, beside the states of those that the runtime has."""


def last(kept: decisions.Decisions, word: str) -> decisions.Decision | None:
    """Give the last refusal of a container that a word names, if nothing else came of it since.

    Words are those that name a container which runs, but for the runtime's id, which it never got.
    """
    found = (one for one in kept.refusals() if word in _names(one))
    return max(found, key=lambda one: one.number, default=None)


def document(policy: str, refusal: decisions.Decision, kept: decisions.Decisions) -> dict[str, Any]:
    """Explain it by what was decided then, with the members of every explanation.

    Nothing is worked out anew: what it asked for is forgotten by now.
    """
    namespace, pod, name = _parts(refusal.title)
    return {
        "container": refusal.title,
        "who": {
            "id": "",
            "cacheID": refusal.container,
            "namespace": namespace,
            "pod": pod,
            "name": name,
            "title": refusal.title,
            "state": STATE,
        },
        "policy": policy,
        "qos": "",
        "request": "",
        "state": STATE,
        "now": "",
        "has": {"cpus": "", "mems": "", "shares": None, "assignment": None},
        "recorded": [one.document() for one in kept.about(refusal.container)],
        "rule": "",
        "cpus": "",
        "mems": "",
        "refusal": refusal.text.removeprefix(decisions.REFUSED),
        "candidates": [],
        "text": [],
    }


def _parts(title: str) -> tuple[str, str, str]:
    path, _, name = title.rpartition(":")
    namespace, _, pod = path.rpartition("/")
    return namespace, pod, name


def _names(one: decisions.Decision) -> frozenset[str]:
    namespace, pod, name = _parts(one.title)
    short = (pod, f"{pod}:{name}", f"{pod}/{name}")
    return frozenset({one.container, name, *short, *(f"{namespace}/{word}" for word in short)})
