# SPDX-License-Identifier: Apache-2.0
"""`match`: who is caught, on this node and in manifests."""

import json
from pathlib import Path

import pytest
from unit.ctl.configs import states

from ctl import exits, main

ROOT = Path(__file__).resolve().parents[3]
PODS = str(ROOT / "examples/simulation/pods.yaml")


def test_pods_of_manifests(capsys: pytest.CaptureFixture[str]) -> None:
    """As they would be created, those of workloads too."""
    assert main.main(["match", "pod/name", "Matches", "web-*", "-f", PODS]) == exits.FINE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[4] for line in lines[1:4]] == [
        f"default/web-{number}:nginx" for number in range(3)
    ]
    assert lines[-1] == "3 of 12 containers are caught"


def test_pods_of_this_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that the daemon remembers."""
    states.written(tmp_path / "state", states.remembered(states.hardware(tmp_path), db=1, web=0))
    words = ["match", "pod/qosclass", "Equals", "Guaranteed", f"--relay-dir={tmp_path / 'state'}"]

    assert main.main([*words, "-o", "json"]) == exits.FINE
    found = json.loads(capsys.readouterr().out)
    assert found["rules"][0]["catches"] == ["default/db:main"]
    assert found["containers"] == 2


def test_nobody_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    """That is a problem, as an expression is meant for somebody."""
    assert main.main(["match", "pod/name", "Equals", "wbe", "-f", PODS]) == exits.PROBLEM
    assert "nobody" in capsys.readouterr().out


def test_adjustments_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """By their names, with the nodes that they are for."""
    adjustment = str(ROOT / "examples/adjustment.yaml")

    assert main.main(["match", "-a", adjustment, "-f", PODS]) == exits.PROBLEM
    assert "web-more-memory" in capsys.readouterr().out


def test_what_a_node_would_refuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is told by container."""
    (tmp_path / "a.yaml").write_text(
        "kind: List\nitems:\n"
        "- {kind: Adjustment, metadata: {name: a}}\n- {kind: Adjustment, metadata: {name: b}}\n"
    )

    assert main.main(["match", "-a", str(tmp_path / "a.yaml"), "-f", PODS]) == exits.PROBLEM
    assert "refused for default/db-0:db: conflicting adjustments" in capsys.readouterr().out


def test_affinities(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the pods that are given."""
    pods = str(ROOT / "examples/pod-affinity.yaml")

    assert main.main(["match", "--affinities", "-f", pods]) == exits.FINE
    assert "away, -20" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ((), exits.USAGE, "there is no expression"),
        (("name", "Inn", "a"), exits.USAGE, "did you mean In"),
        (("-a", PODS), exits.USAGE, "there is no Adjustment in"),
        (("-a", "-", "-f", "-"), exits.USAGE, "more than one thing"),
        (("name", "Exists", "--relay-dir=/nowhere"), exits.UNREACHABLE, "-f PODS.yaml"),
    ],
)
def test_what_cannot_be_done(
    words: tuple[str, ...], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is said with what helps."""
    pods = () if "-f" in words or "--relay-dir=/nowhere" in words else ("-f", PODS)

    assert main.main(["match", *words, *pods]) == status
    assert told in capsys.readouterr().err
