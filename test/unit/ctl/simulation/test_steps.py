# SPDX-License-Identifier: Apache-2.0
"""Steps as people write them."""

from typing import Any

import pytest
import yaml
from unit.ctl.simulation import made

from ctl.simulation import steps
from ctl.simulation.podspecs import PodSpec
from ctl.simulation.steps import Add, Load, Rebalance, Remove, Resize, Switch
from resmgr.config.problem import Findings, Place
from resmgr.policy.interface import Policy

HERE = made.specs(made.whole("a", "2"), made.pod("b", namespace="n"))


BURSTABLE = (
    "pod default/a would be Burstable instead of Guaranteed,"
    " Kubernetes refuses such a resize; change requests as well"
)


def pods(path: str, place: Place) -> tuple[PodSpec, ...]:
    """The file w.yaml has two pods."""
    if path != "w.yaml":
        place.problem(f"cannot read {path}")
        return ()
    return made.specs(made.pod("w-0"), made.pod("w-1"))


def policy(path: str, place: Place) -> Any:
    """The file none.yaml has a configuration."""
    if path != "none.yaml":
        place.problem(f"cannot use {path}")
        return None
    return _none


def _none() -> Policy[Any]:
    return made.policy("none")


def read(text: str) -> tuple[tuple[steps.Step, ...], list[str]]:
    """Steps and what is wrong with them."""
    findings = Findings()
    found = steps.read(
        yaml.safe_load(text), "day", HERE, steps.Known(pods, policy, 0b1111_1111), findings
    )
    return found, [str(one) for one in findings.problems()]


def test_each_kind_of_step_is_read() -> None:
    """In their order."""
    found, problems = read(
        """
        - add: w.yaml
        - add:
            kind: Pod
            metadata: {name: x}
            spec: {containers: [{name: c}]}
        - remove: w-*
        - resize: {pod: a, limits: {cpu: 3}, requests: {cpu: 3}}
        - switch: none.yaml
        - load: {0-1: 90, 5: 0.5}
        - rebalance:
        """
    )

    assert problems == []
    add, inline, remove, resize, switch, load, rebalance = found
    assert isinstance(add, Add)
    assert [one.name for one in add.pods] == ["w-0", "w-1"]
    assert isinstance(inline, Add)
    assert inline.title == "add default/x"
    assert remove == Remove("remove w-*", ("default/w-0", "default/w-1"))
    assert isinstance(resize, Resize)
    assert (resize.pod, resize.container) == ("default/a", "c")
    assert isinstance(switch, Switch)
    assert switch.make is _none
    assert isinstance(load, Load)
    assert load.load == {0: 900, 1: 900, 5: 5}
    assert isinstance(rebalance, Rebalance)


def test_what_a_resize_does_not_name_stays() -> None:
    """A request that is not named was the limit before, and is now more than it says."""
    (step,), problems = read("- resize: {pod: a, requests: {cpu: 1}, limits: {cpu: 1}}")

    assert problems == []
    assert isinstance(step, Resize)
    assert step.resources.texts == {
        "limits": {"cpu": "1", "memory": "1Gi"},
        "requests": {"cpu": "1", "memory": "1Gi"},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("add: x", "day: expected a list of steps, got a mapping, as in - add: web.yaml"),
        ("- 5", "day: step 1: expected one of add, remove, resize, switch, load and rebalance"),
        ("- ad: x", 'day: step 1: unknown step "ad", did you mean add'),
        ("- add: v.yaml", "day: step 1: add: cannot read v.yaml"),
        ("- add: [w.yaml, w.yaml]", "day: step 1: add: pod default/w-0 is there already"),
        ("- remove: n/c", "day: step 1: remove: there is no pod n/c, did you mean n/b"),
        (
            "- resize: {pod: c}",
            "day: step 1: resize.pod: there is no pod default/c, did you mean default/a",
        ),
        (
            "- resize: {pod: a, container: d}",
            "day: step 1: resize.container: pod default/a has no container d, did you mean c",
        ),
        (
            "- resize: {pod: a, limit: {cpu: 3}}",
            "day: step 1: resize.limit: unknown key, did you mean limits",
        ),
        (
            "- resize: {pod: a, limits: {cpu: 1}}",
            "day: step 1: resize.requests.cpu: 2 is more than the limit 1",
        ),
        (
            "- resize: {pod: a, limits: {cpu: 3}}",
            f"day: step 1: resize: {BURSTABLE}",
        ),
        ("- switch: x.yaml", "day: step 1: switch: cannot use x.yaml"),
        ("- switch: 5", "day: step 1: switch: expected a file with a configuration, got a number"),
        (
            "- load: 5",
            "day: step 1: load: expected CPUs and percents, got a number, as in {0-3: 90}",
        ),
        ("- load: {x: 5}", "day: step 1: load: cannot read 'x' as a list of ids: 'x' is no id"),
        ("- load: {1: 500}", "day: step 1: load.1: expected a percentage from 0 to 100"),
        ("- load: {6-9: 5}", "day: step 1: load: there is no CPU 8-9, the machine has 0-7"),
        ("- rebalance: now", "day: step 1: rebalance: takes nothing, write - rebalance:"),
    ],
)
def test_what_is_wrong_is_told_with_its_step(text: str, said: str) -> None:
    """The first thing that is said."""
    assert read(text)[1][0] == said


def test_pods_are_known_where_a_step_stands() -> None:
    """One that went is not there any more, and may come again."""
    _, problems = read("[{remove: a}, {remove: a}]")
    _, none = read("[{add: w.yaml}, {remove: w-0}, {remove: w-1}, {add: w.yaml}]")

    assert problems == ["day: step 2: remove: there is no pod default/a"]
    assert none == []
