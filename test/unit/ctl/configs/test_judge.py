# SPDX-License-Identifier: Apache-2.0
"""Configurations judged without a daemon."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ctl import problem
from ctl.configs import judge

RIGHT = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"
WRONG = """
policy:
  Actve: static
  ReservedResources: {Memory: 1}
logger: {Debg: all}
instrumentation: {PrometheusExport: 7}
cpuu: {}
"""


def judged(text: str, on: judge.Hardware | None = None) -> judge.Verdict:
    """Judge a text."""
    return judge.judge("file", on, lambda _: text)


def test_a_right_document_tells_its_policy() -> None:
    """Nothing is said against it."""
    assert judged(RIGHT) == judge.Verdict("file", "static")


def test_all_problems_come_at_once() -> None:
    """Each with the path of its key and what was probably meant."""
    found = {one.path: one.text for one in judged(WRONG).problems}

    assert found.keys() >= {"policy.Actve", "logger.Debg", "instrumentation.PrometheusExport"}
    assert len(found) == 5
    assert found["policy.Actve"] == "unknown key, did you mean Active"


def test_a_machine_refuses_what_it_does_not_have() -> None:
    """The same document is right on another machine."""
    text = RIGHT.replace("cpuset:0", "cpuset:4-5")

    assert not judged(text, judge.Hardware.named("1x1x2x1", None)).ok
    assert judged(text, judge.Hardware.named("1x1x8x1", None)).ok


def test_reserving_more_than_is_available_is_refused() -> None:
    """What a policy says to its constraints is what is told."""
    text = "policy: {Active: topology-aware, ReservedResources: {CPU: '9'}}"

    (found,) = judged(text, judge.Hardware.named("1x1x4x1", None)).problems
    assert "9" in found.text


def test_a_cgroup_is_not_looked_for_on_a_made_up_machine() -> None:
    """It has none; this one's would be another machine's."""
    text = "policy: {Active: static, ReservedResources: {CPU: '/'}}"

    assert not judged(text, judge.Hardware.named("1x1x4x1", None)).ok


def test_this_machine_is_one(tmp_path: Path) -> None:
    """Its sys is below the root; a folder without it is refused."""
    with pytest.raises(problem.Problem, match=r"cannot|no "):
        judge.Hardware.named(None, str(tmp_path))

    assert judge.Hardware.named(None, None) is None


def test_a_shape_that_is_none_is_refused() -> None:
    """The message tells how machines are written."""
    with pytest.raises(problem.Problem, match="expected PACKAGESxNODES"):
        judge.Hardware.named("two sockets", None)


def test_a_configmap_is_judged_by_its_data() -> None:
    """Its keys are modules, its values their texts."""
    form = "kind: ConfigMap\ndata: {policy: 'Active: %s'}\n"

    assert judged(form % "none").ok
    assert [one.path for one in judged(form % "nune").problems] == ["policy.Active"]


@pytest.mark.parametrize("data", ["", "data: []", "data: {policy: {Active: none}}"])
def test_a_configmap_without_texts_is_refused(data: str) -> None:
    """It has no data, or something else where texts belong."""
    assert not judged(f"kind: ConfigMap\n{data}\n").ok


def test_other_objects_are_named() -> None:
    """Who has a Shoot is told which program judges it."""
    (found,) = judged("kind: Shoot\nspec: {}\n").problems

    assert found.path == "kind"
    assert "gardener-extension-cri-resmgr validate" in found.text


def test_what_is_doubtful_is_a_warning() -> None:
    """It can be used."""
    found = judged("logger: {Klog: {v: '3'}}")

    assert found.ok
    assert found.warnings


def test_files_are_read(tmp_path: Path) -> None:
    """One that is missing or no text is told like any other problem."""
    (tmp_path / "right").write_text(RIGHT)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")

    assert judge.judge(str(tmp_path / "right"), None).ok
    for name in ("bytes", "missing"):
        (found,) = judge.judge(str(tmp_path / name), None).problems
        assert found.text.startswith("cannot read it")


def test_lines_are_parted_from_their_paths() -> None:
    """A path has no blank."""
    assert judge.parted("policy.X: bad: worse") == judge.Remark("policy.X", "bad: worse")
    assert judge.parted("it is so: really") == judge.Remark("", "it is so: really")


@given(some.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    """Whatever a file holds, there is a verdict."""
    found = judged(text)

    assert found.ok == bool(found.policy)
