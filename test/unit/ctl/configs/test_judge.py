# SPDX-License-Identifier: Apache-2.0
"""Configurations judged without a daemon."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ctl import machines
from ctl.configs import forms, judge, trial

RIGHT = "policy: {Active: static, ReservedResources: {CPU: 'cpuset:0'}}"
WRONG = """
policy:
  Actve: static
  ReservedResources: {Memory: 1}
logger: {Debg: all}
instrumentation: {PrometheusExport: 7}
cpuu: {}
"""


def judged(given: forms.Content, on: trial.Hardware | None = None) -> judge.Verdict:
    """Judge what a daemon would be given."""
    return judge.judged("file", given, on)


def machine(shape: str) -> trial.Hardware:
    """Make up a machine."""
    return trial.Hardware(machines.parse(shape))


def put(folder: Path, text: str) -> str:
    """Write a file; gives its name."""
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


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

    assert not judged(text, machine("1x1x2x1")).ok
    assert judged(text, machine("1x1x8x1")).ok


def test_reserving_more_than_is_available_is_refused() -> None:
    """What a policy says to its constraints is what is told."""
    text = "policy: {Active: topology-aware, ReservedResources: {CPU: '9'}}"

    (found,) = judged(text, machine("1x1x4x1")).problems
    assert "9" in found.text


def test_a_cgroup_is_not_looked_for_on_a_made_up_machine() -> None:
    """It has none; this one's would be another machine's."""
    text = "policy: {Active: static, ReservedResources: {CPU: '/'}}"

    assert not judged(text, machine("1x1x4x1")).ok


def test_texts_by_module_are_judged() -> None:
    """As the node agent gives them."""
    assert judged({"policy": "Active: none"}).ok
    assert [one.path for one in judged({"policy": "Active: nune"}).problems] == ["policy.Active"]


def test_a_file_of_the_daemon_is_a_document(tmp_path: Path) -> None:
    """A ConfigMap in its place is as wrong here as there."""
    name = put(tmp_path, "kind: ConfigMap\ndata: {policy: 'Active: none'}\n")

    assert not judge.judge(name, None).ok
    assert list(judge.each(name, None)) == [judge.Verdict(name, "none")]


SEVERAL = """
configs:
  default: "policy: {Active: none}"
  fallback: "policy: {Actve: none}"
  force: "policy: {Active: static, ReservedResources: {CPU: 'cpuset:6'}}"
"""


def test_each_configuration_of_a_file_is_judged(tmp_path: Path) -> None:
    """What is wrong with one of them does not hide what is wrong with another."""
    name = put(tmp_path, SEVERAL)
    found = list(judge.each(name, machine("1x1x4x1")))

    assert [(one.file.removeprefix(name), one.ok) for one in found] == [
        ("", False),
        ("#default", True),
        ("#force", False),
    ]
    assert [one.path for one in found[0].problems] == ["configs.fallback.policy.Actve"]


def test_a_type_of_a_file_is_judged_alone(tmp_path: Path) -> None:
    """Whatever the others are; one that is not there or wrong says so."""
    name = put(tmp_path, SEVERAL)
    right, wrong, missing = (
        next(judge.each(f"{name}#{kind}", None)) for kind in ("default", "fallback", "node.x")
    )

    assert right == judge.Verdict(f"{name}#default", "none")
    assert wrong.problems[0].path == "configs.fallback.policy.Actve"
    assert not missing.ok


def test_a_document_has_no_type(tmp_path: Path) -> None:
    """It says what to leave away."""
    (found,) = judge.each(f"{put(tmp_path, RIGHT)}#default", None)

    assert "it is one document" in found.problems[0].text
    assert "leave away #default" in found.problems[0].text


@pytest.mark.parametrize("name", ["bytes", "missing"])
def test_files_that_cannot_be_read_have_a_verdict(tmp_path: Path, name: str) -> None:
    """One that is missing or no text is told like any other problem."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    path = str(tmp_path / name)
    (found,) = judge.each(path, None)

    assert found == judge.judge(path, None)
    assert found.problems[0].text.startswith(f"cannot read {path}")


def test_what_is_doubtful_is_a_warning() -> None:
    """It can be used."""
    found = judged("logger: {Klog: {v: '3'}}")

    assert found.ok
    assert found.warnings


def test_lines_are_parted_from_their_paths() -> None:
    """A path has no blank."""
    assert judge.parted("policy.X: bad: worse") == judge.Remark("policy.X", "bad: worse")
    assert judge.parted("it is so: really") == judge.Remark("", "it is so: really")


@given(some.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    """Whatever a file holds, there is a verdict."""
    found = judged(text)

    assert found.ok == bool(found.policy)
