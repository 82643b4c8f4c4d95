# SPDX-License-Identifier: Apache-2.0
"""`state dump`: the daemon's memory as JSON."""

import json
from pathlib import Path

import pytest

from ctl import exits, main
from resmgr.model import Container, Pod
from resmgr.state.changes import PutContainer, PutPod
from resmgr.state.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of a daemon that remembers one pod and one container."""
    place = tmp_path / "state"
    with Store.open(place, now=lambda: 0.0) as store:
        store.load()
        pod = Pod("p1", "u1", "web", "default")
        container = Container("u1:main", "p1", "main", id="c1", env=(("TOKEN", "hush"),))
        store.write([PutPod(pod), PutContainer(container)])
    return place


def test_dump_prints_what_is_remembered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pods by id and containers by cache id, under the original's member names."""
    status = main.main(["state", "dump", "--relay-dir", str(folder)])

    document = json.loads(capsys.readouterr().out)
    assert status == 0
    assert document["Pods"]["p1"]["Name"] == "web"
    assert document["Containers"]["u1:main"]["ID"] == "c1"


def test_secrets_are_hidden(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values of environment variables are not shown."""
    main.main(["state", "dump", "--relay-dir", str(folder)])

    assert "hush" not in capsys.readouterr().out


def test_secrets_are_shown_when_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--secrets` they are."""
    main.main(["state", "dump", "--relay-dir", str(folder), "--secrets"])

    assert "hush" in capsys.readouterr().out


def test_missing_state_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a state there is one line that says where it was looked for, and status 3."""
    status = main.main(["state", "dump", "--relay-dir", str(tmp_path / "nowhere")])

    assert status == exits.UNREACHABLE
    assert "nowhere" in capsys.readouterr().err
