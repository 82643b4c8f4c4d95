# SPDX-License-Identifier: Apache-2.0
"""What keys stand for."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from resmgr.model import Container, Pod, Qos
from resmgr.policy.affinity import keys
from resmgr.policy.interface import Subject

POD = Pod("pid", "puid", "P1", "pns", labels={"l1": "plone", "app.x": "dotted"}, qos=Qos.BURSTABLE)
SUBJECT = Subject(
    Container(
        "c",
        "pid",
        "C1",
        id="cid",
        namespace="cns",
        labels={"l1": "clone", "a.b": "dot", "app.kubernetes.io": "cut"},
        tags={"t1": "ctone"},
    ),
    POD,
)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("name", "C1"),
        ("namespace", "cns"),
        ("id", "cid"),
        ("qosclass", "Burstable"),
        ("labels/l1", "clone"),
        ("labels/none", None),
        ("labels", None),
        ("tags/t1", "ctone"),
        ("tags", None),
        ("a.b", "dot"),
        ("a.none", None),
        ("name/foo", "C1"),
        ("name/", "C1"),
        ("x/../name", "C1"),
        ("labels//l1", "clone"),
        ("labels/app.kubernetes.io/name", "cut"),
        ("pod", None),
        ("pod/name", "P1"),
        ("pod/namespace", "pns"),
        ("pod/id", "pid"),
        ("pod/uid", "puid"),
        ("pod/qosclass", "Burstable"),
        ("pod/labels/l1", "plone"),
        ("pod/labels/app.x", "dotted"),
        ("pod/tags/t1", None),
        ("annotations/x", None),
        ("", None),
        (":,-pod/qosclass,pod/namespace,pod/name,name", "Burstable-pns-P1-C1"),
        (":name:namespace", "C1:cns"),
        (":name:nothing", "C1:"),
        (":no:not", None),
        (":ab", None),
    ],
)
def test_keys_stand_for_what_is_there(key: str, expected: str | None) -> None:
    """Plain ones are paths, joint ones lists of them; what is not there is nothing."""
    assert keys.value_of(key)(SUBJECT) == expected


def test_a_container_without_a_namespace_has_that_of_its_pod() -> None:
    """Not every front end tells it for the container."""
    assert keys.value_of("namespace")(Subject(Container("c", "pid", "C1"), POD)) == "pns"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("naem", "name"),
        ("pod/Namespace", "pod/namespace"),
        ("pod/labl/app", "pod/labels/app"),
        ("pdo/name", "pod/name"),
        ("app", "pod/labels/app"),
        ("tag/x", "tags/x"),
        ("pod/labels", "pod/labels/NAME"),
        ("", "pod/labels/NAME"),
    ],
)
def test_a_key_that_stands_for_nothing(wrong: str, right: str) -> None:
    """Has one that was probably meant: labels of pods are what most people look for."""
    assert keys.unknown(wrong) == (wrong,)
    assert keys.meant(wrong) == right


@given(st.text(max_size=12).map(lambda text: f"pod/{text}") | st.text(max_size=12))
def test_what_was_meant_stands_for_something(wrong: str) -> None:
    """Whatever was written."""
    for part in keys.unknown(wrong):
        assert not keys.unknown(keys.meant(part))
