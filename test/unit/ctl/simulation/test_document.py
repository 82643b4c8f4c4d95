# SPDX-License-Identifier: Apache-2.0
"""The documents that programs read."""

import json

from unit.ctl.simulation import made

from ctl.simulation import compare, document, placements, play
from ctl.simulation.steps import Add, Remove


def test_placements_have_everything() -> None:
    """Sets as lists of the kernel's form; all of it can be written as JSON."""
    placed = placements.of(made.simulation("topology-aware", made.whole("a", "2")))
    shown = json.loads(json.dumps(document.placements(placed)))

    assert list(shown) == [
        "policy",
        "machine",
        "containers",
        "pools",
        "whole",
        "quality",
        "notes",
        "cpuClasses",
    ]
    assert shown["machine"]["nodes"]["0"]["cpus"] == "0-3,8-11"
    container = shown["containers"][0]
    assert {key: container[key] for key in ("pod", "state", "cpuRequest", "exclusive", "mems")} == {
        "pod": "a",
        "state": "running",
        "cpuRequest": 2000,
        "exclusive": "4,12",
        "mems": "1",
    }
    assert shown["whole"]["free"] == 14_000
    assert shown["quality"]["pinned"] == 1


def test_steps_tell_who_came_went_and_moved() -> None:
    """With both placements of who moved."""
    node = made.simulation("static", made.pod("b"))
    happening = (Add("add a", made.specs(made.whole("a", "2"))), Remove("x", ("default/b",)))
    first, second = (document.told(one) for one in play.play(node, happening))

    assert first["step"] == "add a"
    assert [one["pod"] for one in first["came"]] == ["a"]
    assert first["moved"][0]["from"]["cpus"] == "0-15"
    assert first["moved"][0]["to"]["cpus"] == "0,2-8,10-15"
    assert second["went"] == ["default/b:c"]


def test_comparisons_name_the_better_side() -> None:
    """And both placements of each difference."""
    pods = (made.whole("a", "99"),)
    one = placements.of(made.simulation("static", *pods))
    other = placements.of(made.simulation("none", *pods))
    shown = document.comparison(compare.compare(one, other))

    assert shown["figures"][0] == {
        "name": "containers refused",
        "first": 1.0,
        "second": 0.0,
        "better": "second",
    }
    assert shown["differences"][0]["what"] == ["state"]
    assert shown["same"] == 0
