# SPDX-License-Identifier: Apache-2.0
"""Which pool a container goes to."""

import pytest

from resmgr.model import Container, Pod, Requirements
from resmgr.policy.dynamic_pools import choose, types
from resmgr.policy.interface import CannotAllocate, Subject

OPTIONS = types.read(
    {
        "ReservedPoolNamespaces": ["sys-*"],
        "DynamicPoolTypes": [
            {"Name": "a", "Namespaces": ["x", "y"]},
            {"Name": "b", "Namespaces": ["y", "z*"]},
            {"Name": "shared", "Namespaces": ["zoo"]},
        ],
    }
)


def pool(
    namespace: str = "default", request: int = 100, limit: int = 0, wish: str | None = None
) -> str:
    """Give the name of a container's pool."""
    noted = {} if wish is None else {f"{choose.ANNOTATION}/container.c": wish}
    container = Container("c", "p", "c", requirements=Requirements(request, limit))
    found, why = choose.pool(
        Subject(container, Pod("p", "p", "p", namespace, annotations=noted)), OPTIONS
    )
    assert why
    return OPTIONS.types[found].name


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("default", "shared"),
        ("kube-system", "reserved"),
        ("sys-1", "reserved"),
        ("x", "a"),
        ("y", "a"),
        ("zap", "b"),
        ("zoo", "shared"),
    ],
)
def test_namespaces_tell(namespace: str, name: str) -> None:
    """The first type that matches; reserved, shared, then the others in their order."""
    assert pool(namespace) == name


def test_an_annotation_counts_more() -> None:
    """In reserved namespaces, too."""
    assert pool("x", wish="b") == "b"
    assert pool("kube-system", wish="b") == "b"
    assert pool(wish="reserved") == "reserved"


def test_who_asks_for_nothing_shares() -> None:
    """Whatever is annotated, but not in a reserved namespace; a limit is enough."""
    assert pool("x", request=0, wish="b") == "shared"
    assert pool("x", request=0, limit=10) == "a"
    assert pool("kube-system", request=0) == "reserved"


def test_an_unknown_pool_is_refused() -> None:
    """In words that tools know, and with those that there are."""
    with pytest.raises(
        CannotAllocate, match=r'^no dynamicPool for annotation "c", known: reserved'
    ):
        pool(wish="c")
