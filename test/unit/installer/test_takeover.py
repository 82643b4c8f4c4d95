# SPDX-License-Identifier: Apache-2.0
"""Nodes that the former extension has changed."""

import json
import textwrap
from pathlib import Path

import pytest
import yaml
from node import crashes, installation, model

from installer import execute, names, preflight, takeover

ORIGINAL = model.KUBELET_UNIT

EDITED = """[Unit]
Description=kubelet daemon
[Install]
WantedBy=multi-user.target
[Service]
Restart=always
RestartSec=5
EnvironmentFile=/etc/environment
EnvironmentFile=-/var/lib/kubelet/extra_args
ExecStart=/opt/bin/kubelet \\
    --config=/var/lib/kubelet/config/kubelet \\
    --v=2 \\
    --container-runtime-endpoint=/var/run/cri-resmgr/cri-resmgr.sock \\
    $KUBELET_EXTRA_ARGS
"""
"""What that extension makes of it: the line with the variable is broken in two."""

ORIGINAL_IN_LINES = ORIGINAL.replace("--v=2 $KUBELET", "--v=2 \\\n    $KUBELET")


def osc(content: str, *, extension: str | None = None) -> bytes:
    """An OperatingSystemConfig as gardener-node-agent keeps it."""
    tree = {
        "apiVersion": "extensions.gardener.cloud/v1alpha1",
        "kind": "OperatingSystemConfig",
        "spec": {
            "files": [{"path": "/etc/x", "content": {"inline": {"data": "a: b\n  - {c\n"}}}],
            "type": "gardenlinux",
            "units": [
                {"name": "containerd.service", "content": "[Service]\n"},
                {"name": "kubelet.service", "enable": True, "content": content},
            ],
        },
        "status": {},
    }
    if extension is not None:
        tree["status"] = {"extensionUnits": [{"name": "kubelet.service", "content": extension}]}

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(
        str,
        lambda dumper, text: dumper.represent_scalar(
            "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
        ),
    )
    return yaml.dump(tree, Dumper=Dumper, width=10**6).encode()


def test_an_untouched_unit_is_clean() -> None:
    """Without the relay's socket in it, the unit is not looked at further."""
    assert takeover.look(ORIGINAL.encode(), None).verdict is takeover.Verdict.CLEAN
    assert takeover.look(None, None).verdict is takeover.Verdict.CLEAN


def test_the_endpoint_may_stand_beside_another_argument() -> None:
    """The line with the variable was broken behind the endpoint, not before it."""
    beside = EDITED.replace("--v=2 \\\n    --cont", "--v=2 --cont")
    found = takeover.look(beside.encode(), osc(ORIGINAL))

    assert "--v=2 --cont" in beside
    assert found.original == ORIGINAL.encode()


def test_the_edit_is_recognised_and_the_original_found() -> None:
    """The former extension's edit and nothing else: the truth is gardener-node-agent's text."""
    found = takeover.look(EDITED.encode(), osc(ORIGINAL_IN_LINES))

    assert found.verdict is takeover.Verdict.EDITED
    assert found.original == ORIGINAL_IN_LINES.encode()


def test_the_os_extensions_unit_counts_first() -> None:
    """A unit in `status.extensionUnits` stands above the one in `spec.units`."""
    data = osc("[Service]\nExecStart=other\n", extension=ORIGINAL_IN_LINES)

    assert takeover.content(data) == ORIGINAL_IN_LINES


def test_json_is_read_as_well() -> None:
    """The record may be JSON."""
    data = json.dumps(yaml.safe_load(osc(ORIGINAL))).encode()

    assert takeover.content(data) == ORIGINAL


@pytest.mark.parametrize(
    ("unit", "record", "cause"),
    [
        (EDITED, None, "no record"),
        (EDITED, b"spec: &a {x: *a}\n", "cannot be read"),
        (EDITED, b"spec:\n  units: []\n", "does not have the unit"),
        (EDITED, osc(EDITED), "has the relay in it as well"),
        (EDITED.replace("--v=2", "--v=9"), osc(ORIGINAL_IN_LINES), "somebody else"),
        (EDITED + "# containerd\n", osc(ORIGINAL_IN_LINES), "somebody else"),
        (EDITED.replace(" \\\n    $KUB", " --x=y \\\n    $KUB"), osc(ORIGINAL_IN_LINES), "else"),
    ],
)
def test_what_is_not_surely_that_edit_is_left_alone(
    unit: str, record: bytes | None, cause: str
) -> None:
    """Without a record that is understood, or with edits of others, nothing is written."""
    found = takeover.look(unit.encode(), record)

    assert found.verdict is takeover.Verdict.UNCLEAR
    assert cause in found.cause
    assert found.original == b""


def former(folder: Path) -> installation.World:
    """A node that the former extension serves."""
    world = installation.World(folder)
    world.lay()
    layout = world.layout
    layout.last_osc.parent.mkdir(parents=True)
    layout.last_osc.write_bytes(osc(ORIGINAL_IN_LINES))
    layout.kubelet_unit.write_text(EDITED)
    unit = layout.units / names.RELAY_UNIT
    unit.write_text("[Service]\nExecStart=/opt/bin/cri-resmgr\n[Install]\nWantedBy=x.target\n")
    layout.state.mkdir(parents=True)
    (layout.state / "cache").write_text("{}")
    layout.etc.mkdir(parents=True)
    (layout.etc / "fallback.cfg").write_text("policy: {}\n")
    world.reload_units()
    world.enable(names.RELAY_UNIT)
    world.memory.relay = "old-0"
    world.start_kubelet()
    world.told.clear()
    return world


def test_such_a_node_is_taken_over(tmp_path: Path) -> None:
    """The unit is put right with its mode, old state goes, our relay serves the kubelet; and a
    removal leaves a plain node.
    """
    world = former(tmp_path / "node")
    assert world.endpoint() == "relay"

    outcomes = world.drive(world.wanted("1"))
    assert [outcome.end for outcome in outcomes] == [execute.End.DONE]
    assert world.layout.kubelet_unit.read_text() == ORIGINAL_IN_LINES
    assert world.layout.kubelet_unit.stat().st_mode & 0o777 == 0o600
    assert not (world.layout.state / "cache").exists()
    assert (world.endpoint(), world.memory.relay[:2]) == ("relay", "1-")
    world.drive(None)
    assert world.endpoint() == "containerd"
    assert world.left() == []


def test_a_crash_during_the_takeover_is_survived(tmp_path: Path) -> None:
    """Ended at every operation up to the first of our own tree: the node works, and gets there."""
    world = former(tmp_path / "node")
    world.wanted("1")
    rehearsal = world.fork(tmp_path / "rehearsal")
    rehearsal.drive(rehearsal.wanted("1"))
    first = next(at for at, what in enumerate(rehearsal.told) if "versions" in what)

    assert first > 10
    for at in range(first):
        cut = world.fork(tmp_path / str(at))
        cut.hook = crashes.after(at)
        with pytest.raises(crashes.Crash):
            cut.once(cut.wanted("1"))
        cut.hook = cut.told.append
        assert cut.works() or cut.memory.relay
        cut.drive(cut.wanted("1"))
        assert (cut.endpoint(), cut.memory.relay[:2]) == ("relay", "1-")
        assert cut.layout.kubelet_unit.read_text() == ORIGINAL_IN_LINES


def test_removing_leaves_a_former_extensions_node_alone(tmp_path: Path) -> None:
    """What is not ours is not removed: that node is served by another program."""
    world = former(tmp_path / "node")
    before = world.tree()

    assert world.drive(None) == []
    assert world.tree() == before


def test_preflight_judges_the_unit_as_it_will_be() -> None:
    """The edited unit is judged by its original; an unclear one is refused."""
    fine = preflight.Evidence(unit=EDITED.encode(), osc=osc(ORIGINAL_IN_LINES), free=1 << 30)
    unclear = preflight.Evidence(unit=EDITED.encode(), osc=None, free=1 << 30)

    assert preflight.refusal(preflight.judge(fine)) is None
    refusal = preflight.refusal(preflight.judge(unclear))
    assert refusal is not None
    assert textwrap.shorten(refusal.detail, 200) == refusal.detail
