# SPDX-License-Identifier: Apache-2.0
"""What follows from looks at a node that is on the relay."""

from pathlib import Path
from typing import cast

import pytest

from installer import files, keep, names, paths
from installer.keep import Look, Verdict
from installer.steps import interface

SILENT = Look(trouble="no answer")


def verdicts(*looks: Look) -> list[Verdict]:
    """What follows from each of some looks in a row."""
    keeper = keep.Keeper()
    return [keeper.judge(look) for look in looks]


def test_a_relay_that_answers_is_fine() -> None:
    """Nothing follows; a kubelet that is just being restarted is no trouble."""
    assert verdicts(Look(), Look(endpoint=None)) == [Verdict.FINE, Verdict.FINE]


def test_a_relay_that_hangs_is_restarted_once_then_given_up() -> None:
    """After half a minute it is restarted, after a minute the kubelet is given back."""
    assert verdicts(*[SILENT] * 6) == [
        Verdict.WAIT,
        Verdict.WAIT,
        Verdict.RESTART,
        Verdict.WAIT,
        Verdict.WAIT,
        Verdict.GIVE_BACK,
    ]
    assert keep.GIVE_BACK_AFTER * (keep.PERIOD + 5) < 120


def test_a_relay_that_answers_again_counts_from_nothing() -> None:
    """Trouble that passes has no consequence."""
    assert verdicts(SILENT, SILENT, Look(), SILENT)[-1] is Verdict.WAIT


def test_a_relay_that_was_stopped_is_started() -> None:
    """At each look, until there have been enough."""
    stopped = Look(trouble="it is inactive", unit="inactive")

    assert verdicts(*[stopped] * 6) == [Verdict.RESTART] * 5 + [Verdict.GIVE_BACK]


def test_a_relay_that_systemd_gave_up_gives_the_kubelet_back() -> None:
    """The rescue has ten seconds to do it first."""
    failed = Look(trouble="it is failed", unit="failed")

    assert verdicts(failed, failed) == [Verdict.WAIT, Verdict.GIVE_BACK]


@pytest.mark.parametrize(
    "look",
    [
        Look(disabled=True),
        Look(rescued=True, trouble="no answer"),
        Look(key=False),
        Look(endpoint=False),
    ],
)
def test_what_others_changed_is_looked_at(look: Look) -> None:
    """A person's switch, the rescue, and an argument that is gone."""
    assert verdicts(look) == [Verdict.LOOK_CLOSER]


class Systemd:
    """A systemd that knows the relay, and a kubelet with these words."""

    def __init__(self, *words: str) -> None:
        self.relay = interface.UnitState("loaded", "active", "running")
        self.words = words

    def state(self, unit: str) -> interface.UnitState:
        """The relay's, whatever is asked for."""
        assert unit == names.RELAY_UNIT
        return self.relay

    def processes(self, unit: str) -> tuple[interface.Process, ...]:
        """The kubelet's."""
        assert unit == names.KUBELET_UNIT
        return (interface.Process(1, self.words),) if self.words else ()


@pytest.fixture
def layout(tmp_path: Path) -> paths.Layout:
    """A node with our argument in its place."""
    layout = paths.Layout(tmp_path)
    layout.extra_args.parent.mkdir(parents=True)
    layout.extra_args.write_text(f"{names.EXTRA_ARGS_KEY}={names.ENDPOINT_ARGUMENT}\n")
    for folder in (layout.etc, layout.state):
        folder.mkdir(parents=True)
    return layout


def look(layout: paths.Layout, systemd: Systemd, trouble: str = "") -> Look:
    """Look at a node with this systemd, whose relay has this trouble."""
    node = interface.Node(
        layout,
        files.Files(),
        cast("interface.Systemd", systemd),
        cast("interface.Kubelet", None),
        cast("interface.Gate", None),
        cast("interface.Clock", None),
    )
    return keep.look(node, lambda _path: trouble)


OURS = ("kubelet", f"{names.ENDPOINT_FLAG}=unix:///x", names.ENDPOINT_ARGUMENT)


def test_a_node_as_it_should_be(layout: paths.Layout) -> None:
    """Nothing is out of place."""
    assert look(layout, Systemd(*OURS)) == Look()


def test_each_thing_out_of_place_is_seen(layout: paths.Layout) -> None:
    """The unit, the socket, the running kubelet, the file, the switch, the rescue's word."""
    dead = Systemd(*OURS)
    dead.relay = interface.UnitState("loaded", "failed", "failed")

    assert look(layout, dead) == Look(trouble=f"{names.RELAY_UNIT} is failed", unit="failed")
    assert look(layout, Systemd(*OURS), "no answer").trouble == "no answer"
    assert look(layout, Systemd("kubelet")).endpoint is False
    assert look(layout, Systemd()).endpoint is None
    layout.extra_args.write_text(f"{names.EXTRA_ARGS_KEY}=--v=4\n")
    assert look(layout, Systemd(*OURS)).key is False
    layout.extra_args.write_bytes(b"\x00")
    assert look(layout, Systemd(*OURS)).key is False
    layout.extra_args.unlink()
    assert look(layout, Systemd(*OURS)).key is False
    layout.disabled.touch()
    layout.rescued.touch()
    assert look(layout, Systemd(*OURS)).disabled
    assert look(layout, Systemd(*OURS)).rescued
