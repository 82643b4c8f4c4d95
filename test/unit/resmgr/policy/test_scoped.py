# SPDX-License-Identifier: Apache-2.0
"""Annotations with a scope."""

import pytest

from resmgr.model import Pod
from resmgr.policy import scoped

ALL = {"key": "plain", "key/pod": "pod", "key/container.c": "container", "key/container.": "no"}


@pytest.mark.parametrize(
    ("keys", "of_container", "of_pod"),
    [
        (ALL, "container", "pod"),
        (["key", "key/pod"], "pod", "pod"),
        (["key", "key/container.d"], "plain", "plain"),
        (["key/container.c"], "container", None),
        (["key/container.", "other"], None, None),
    ],
)
def test_the_narrowest_key_wins(
    keys: list[str], of_container: str | None, of_pod: str | None
) -> None:
    """One for the container, then one for its pod, then the plain one."""
    pod = Pod("id", "uid", "p", "ns", annotations={key: ALL.get(key, "x") for key in keys})

    assert scoped.of_container(pod, "key", "c") == of_container
    assert scoped.of_pod(pod, "key") == of_pod


def test_an_empty_value_is_one() -> None:
    """It hides what is wider."""
    pod = Pod("id", "uid", "p", "ns", annotations={"key": "x", "key/pod": ""})

    assert scoped.of_pod(pod, "key") == ""
