# SPDX-License-Identifier: Apache-2.0
"""Annotations that are known, and what is told of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.config import annotation_keys as keys

NS = keys.DOMAIN
NRI = keys.SUCCESSOR


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.name)
def test_every_form_of_a_key_is_found(key: keys.Key) -> None:
    """Whichever of them a pod has."""
    assert [keys.find(form.replace("NAME", "web")) for form in keys.forms(key)] == [key] * len(
        keys.forms(key)
    )


@pytest.mark.parametrize(
    "annotation",
    [
        f"rdtclass.{NS}/container.",
        f"rdtclass.{NS}/containers.web",
        f"rdtclass.{NS}/pods",
        f"pool.podpools.{NS}/container.web",
        f"{NS}/affinity/pod",
        f"{NS}/hide-hyperthreads",
        f"cpu.preserve.{NS}",
    ],
)
def test_other_forms_are_not_known(annotation: str) -> None:
    """Nobody looks at them."""
    assert keys.find(annotation) is None


@pytest.mark.parametrize(
    ("annotation", "meant"),
    [
        (f"rdtclas.{NS}/pod", f"did you mean rdtclass.{NS}/container.NAME, rdtclass.{NS}/pod or"),
        (f"{NS}/rdtclass", f"did you mean rdtclass.{NS}/container.NAME"),
        (f"prefer-isolated-cpu.{NS}", f"did you mean prefer-isolated-cpus.{NS}/container.NAME"),
        (f"{NS}/affinit", f"did you mean {NS}/affinity"),
        (f"{NS}/anti-affinit", f"did you mean {NS}/anti-affinity"),
        (f"affinity.{NS}/pod", f"did you mean {NS}/affinity"),
        (f"balloon.{NS}", ""),
        (f"balloon.balloon.{NS}", f"did you mean balloon.balloons.{NS}/container.NAME"),
        (f"pool.podpools.{NS}/container.a", f"write pool.podpools.{NS}/pod or pool.podpools.{NS}"),
        (f"cpu.preserve.{NS}/pod", f"did you mean cpu.preserve.{NRI}/container.NAME"),
        (f"cpus.preserve.{NRI}", f"did you mean cpu.preserve.{NRI}/container.NAME"),
        (f"memory.preserve.{NRI}/containers.a", f"write memory.preserve.{NRI}/container.NAME"),
    ],
)
def test_an_unknown_one_of_our_domain_is_told_with_the_likely_one(
    annotation: str, meant: str
) -> None:
    """The value does not matter."""
    (doubt,) = keys.doubts({annotation: "x"})

    assert f"annotation {annotation} is not known and has no effect" in doubt
    assert meant in doubt


@pytest.mark.parametrize(
    "annotation",
    [
        "example.com/affinity",
        f"other.{NRI}/pod",
        f"my{NS}/affinity",
        "intel.com/gpu",
        "kubernetes.io/config.source",
    ],
)
def test_annotations_of_others_are_their_business(annotation: str) -> None:
    """Also when they look like ours."""
    assert not keys.is_ours(annotation)
    assert keys.doubts({annotation: "x"}) == ()


@pytest.mark.parametrize(
    ("annotation", "value", "wrong"),
    [
        (f"topologyhints.{NS}", "no", "'no': expected true or false"),
        (f"prefer-shared-cpus.{NS}/pod", "yes", "'yes': expected true or false"),
        (f"cpu.preserve.{NRI}/container.a", "", "'': expected true or false"),
        (f"toptierlimit.{NS}", "lots", "expected an amount of bytes such as 512Mi"),
        (f"toptierlimit.{NS}", "-1", "expected 0 or more bytes"),
        (f"memory-type.{NS}", "dram,swap", "expected some of dram, pmem, hbm, mixed"),
        (f"export-resources.{NS}", "file;env", "expected some of file, environment"),
        (f"cold-start.{NS}", "60s", "expected `duration: 60s`"),
        (f"{NS}/prefer-shared-cpus", "no", "or a mapping from container names"),
        (f"{NS}/memory-type", "ram", "expected some of dram, pmem, hbm, mixed"),
        ("intel.com/resources", "{", "expected a JSON object"),
        ("intel.com/resources", "[]", "expected a JSON object"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(
    annotation: str, value: str, wrong: str
) -> None:
    """Beside the annotation as it was written."""
    (doubt,) = keys.doubts({annotation: value})

    assert doubt.startswith(f"annotation {annotation} is ")
    assert wrong in doubt


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (f"topologyhints.{NS}", "F"),
        (f"rdtclass.{NS}/pod", ""),
        (f"toptierlimit.{NS}/pod", "3G"),
        (f"memory-type.{NS}/container.db", "DRAM,pmem"),
        (f"memory-type.{NS}", ""),
        (f"export-resources.{NS}", "file,environment"),
        (f"cold-start.{NS}", "Duration: 60s"),
        (f"{NS}/prefer-isolated-cpus", "{a: true}"),
        (f"{NS}/prefer-isolated-cpus", "false"),
        (f"{NS}/memory-type", "db: dram"),
        ("intel.com/resources", '{"containers": {}}'),
    ],
)
def test_right_values_are_no_matter(annotation: str, value: str) -> None:
    """Nothing is told."""
    assert keys.doubts({annotation: value}) == ()


@pytest.mark.parametrize(
    ("containers", "noted", "hint"),
    [
        (["web", "db"], "", "did you mean web"),
        (None, '{"initContainers": {}, "containers": {"web": {}}}', "did you mean web"),
        (["postgres"], '{"containers": {"web": {}}}', "known: postgres"),
    ],
)
def test_a_container_that_is_not_there_is_told(
    containers: list[str] | None, noted: str, hint: str
) -> None:
    """With the one that was probably meant."""
    annotations = {f"rdtclass.{NS}/container.wbe": "gold"}
    if noted:
        annotations[keys.RESOURCES] = noted
    (doubt,) = keys.doubts(annotations, containers)

    assert doubt.endswith(f"has no effect: the pod has no container 'wbe', {hint}")


@pytest.mark.parametrize("noted", ["", "{}", "[]", "7", '{"containers": 7}'])
def test_where_nobody_knows_the_containers_none_is_missing(noted: str) -> None:
    """A node hears of them one by one."""
    annotations = {f"rdtclass.{NS}/container.web": "gold", keys.RESOURCES: noted or "{}"}

    assert not [one for one in keys.doubts(annotations) if "container 'web'" in one]


def test_a_container_that_is_there_is_no_matter() -> None:
    """Nor is one that another annotation of the same form is for."""
    given = {f"rdtclass.{NS}/container.web": "gold", "example.com/container.none": "x"}

    assert keys.doubts(given, ["web"]) == ()


def test_a_pod_cannot_make_many_words() -> None:
    """Whoever makes pods decides how many annotations there are, and how long they are."""
    many = {f"x{number}.{NS}/{'y' * 300}": "z" for number in range(100)}
    told = keys.doubts(many)

    assert len(told) == keys.MOST
    assert told[-1] == "there are 93 more such annotations"
    assert max(map(len, told)) < 500


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_nothing_makes_it_fail(annotations: dict[str, str], text: str) -> None:
    """Annotations are whatever somebody writes."""
    told = keys.doubts(annotations | {f"{text}.{NS}": text, f"{NS}/{text}": text})

    assert len(told) <= keys.MOST
