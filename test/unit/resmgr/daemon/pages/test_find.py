# SPDX-License-Identifier: Apache-2.0
"""Which container is meant."""

import pytest

from resmgr.daemon.pages import find
from resmgr.model import Container, ContainerState, Pod

PODS = {
    "p1": Pod("p1", "uid1", "web", "default"),
    "p2": Pod("p2", "uid2", "web", "other"),
    "p3": Pod("p3", "uid3", "db", "default"),
}
KNOWN = [
    Container("uid1:main", "p1", "main", "aaaa1111", ContainerState.RUNNING),
    Container("uid1:side", "p1", "side", "aaaa2222", ContainerState.RUNNING),
    Container("uid2:main", "p2", "main", "bbbb1111", ContainerState.CREATED),
    Container("uid3:db", "p3", "db", "cccc1111", ContainerState.EXITED),
    Container("lost:x", "p9", "x", "dddd1111", ContainerState.RUNNING, "default"),
]


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("aaaa1111", ["uid1:main"]),
        ("uid2:main", ["uid2:main"]),
        ("aaaa", ["uid1:main", "uid1:side"]),
        ("bbbb1", ["uid2:main"]),
        ("aaa", []),
        ("", []),
        ("web/side", ["uid1:side"]),
        ("web:side", ["uid1:side"]),
        ("web/main", ["uid1:main", "uid2:main"]),
        ("other/web/main", ["uid2:main"]),
        ("other/web:main", ["uid2:main"]),
        ("other/web", ["uid2:main"]),
        ("web", ["uid1:main", "uid1:side", "uid2:main"]),
        ("side", ["uid1:side"]),
        ("db", ["uid3:db"]),
        ("uid3", ["uid3:db"]),
        ("nobody", []),
        ("lost:x", ["lost:x"]),
    ],
)
def test_words_are_tried_one_kind_after_the_other(word: str, ids: list[str]) -> None:
    """Those that fit best alone count."""
    assert [one.cache_id for one in find.containers(word, KNOWN, PODS)] == ids


def test_who_runs_counts_first() -> None:
    """A pod that was made anew has the name of the one before."""
    old = Container("uid9:main", "p3", "main", "eeee1111", ContainerState.EXITED)

    assert old not in find.containers("main", [*KNOWN, old], PODS)
    assert find.containers("eeee1111", [*KNOWN, old], PODS) == (old,)


def test_a_title_tells_containers_apart() -> None:
    """Also where their pod is not known."""
    titles = [find.title(one, PODS.get(one.pod_id)) for one in KNOWN]

    assert titles[:3] == ["default/web:main", "default/web:side", "other/web:main"]
    assert titles[4] == "default/p9:x"
