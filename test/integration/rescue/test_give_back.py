# SPDX-License-Identifier: Apache-2.0
"""`rescue give-back`: the argument goes, the kubelet restarts, the relay stops, a mark is left."""

import shutil
import subprocess

import pytest
from node import rescues


def test_our_argument_goes_and_every_other_byte_stays(node: rescues.Node) -> None:
    """Comments, other keys and other arguments are what they were, as are mode and owner."""
    text = f'# mine\nPROVIDER_ID=x\nKUBELET_EXTRA_ARGS="--v=4 {rescues.ARGUMENT} --a=b"\n; end'
    node.extra_args.write_text(text)
    node.extra_args.chmod(0o604)

    done = node.run("give-back", "it hangs")

    assert done.returncode == 0, done.stderr
    assert node.extra_args.read_text() == text.replace(f" {rescues.ARGUMENT}", "")
    assert node.extra_args.stat().st_mode & 0o777 == 0o604
    assert not node.on_relay
    assert sorted(path.name for path in node.extra_args.parent.iterdir()) == ["extra_args"]


def test_the_installer_is_told_why(node: rescues.Node) -> None:
    """The mark is one line: when, and the reason."""
    node.run("give-back", "it hangs\nand hangs")

    time, _, reason = node.rescued.read_text().partition(" ")
    assert int(time) > 1_700_000_000
    assert reason == "it hangs\n"


def test_the_relay_stops_after_the_kubelet_is_back(node: rescues.Node) -> None:
    """The kubelet never loses both."""
    node.run("give-back", "a reason")

    done = [line.split()[0] for line in (node.root / "calls").read_text().splitlines()]
    acts = [verb for verb in done if verb != "show"]
    assert acts == ["restart", "stop"]


def test_a_kubelet_that_waits_for_the_relay_at_a_boot_does_not_wait_longer(
    node: rescues.Node,
) -> None:
    """Its start does not keep to the order of units, since the relay may never be ready."""
    node.run("give-back")

    assert node.calls("restart") == ["restart --job-mode=ignore-dependencies kubelet.service"]


def test_the_second_run_does_nothing(node: rescues.Node) -> None:
    """What has been given back is left alone."""
    node.run("give-back", "first")
    mark = node.rescued.read_text()
    done = node.run("give-back", "second")

    assert done.returncode == 0
    assert len(node.calls("restart")) == 1
    assert node.rescued.read_text() == mark


def test_a_kubelet_that_still_runs_on_the_relay_is_restarted(node: rescues.Node) -> None:
    """The file may have been put right by a rescue that was killed."""
    node.extra_args.write_text("KUBELET_EXTRA_ARGS=\n")

    done = node.run("give-back")

    assert done.returncode == 0
    assert not node.on_relay


def test_a_node_that_is_not_ours_is_left_alone(node: rescues.Node) -> None:
    """Without our argument nothing is written, restarted or stopped."""
    node.extra_args.unlink()
    node.run_kubelet()

    done = node.run("give-back")

    assert done.returncode == 0
    assert "nothing to give back" in done.stderr
    assert not node.rescued.exists()
    assert node.calls("restart") + node.calls("stop") == []


def test_it_needs_nothing_of_ours(node: rescues.Node) -> None:
    """It works when all our programs and folders are gone."""
    shutil.rmtree(node.root / "opt")
    shutil.rmtree(node.root / "var/lib/cri-resmgr")
    shutil.rmtree(node.root / "etc")

    done = node.run("give-back", "all is gone")

    assert done.returncode == 0
    assert not node.on_relay
    assert node.rescued.read_text().endswith(" all is gone\n")


def test_a_kubelet_that_a_person_stopped_is_not_started(node: rescues.Node) -> None:
    """Its file is put right, so that its next start is one on containerd."""
    node.set_unit("kubelet", "ActiveState", "inactive")
    node.set_unit("kubelet", "MainPID", "0")

    done = node.run("give-back")

    assert done.returncode == 0
    assert node.calls("restart") == []
    assert node.extra_args.read_text() == ""


def test_a_kubelet_whose_start_is_queued_is_started(node: rescues.Node) -> None:
    """At a boot it is inactive, since it waits for the relay."""
    node.set_unit("kubelet", "ActiveState", "inactive")
    node.set_unit("kubelet", "MainPID", "0")
    node.set_unit("kubelet", "Job", "17")

    node.run("give-back")

    assert len(node.calls("restart")) == 1


def test_a_kubelet_that_cannot_be_restarted_is_told(node: rescues.Node) -> None:
    """The file is right, so the next boot is; the status is 1, and the relay goes on running."""
    (node.root / "stuck").touch()

    done = node.run("give-back")

    assert done.returncode == 1
    assert "systemctl restart kubelet.service" in done.stderr
    assert rescues.ARGUMENT not in node.extra_args.read_text()
    assert node.calls("stop") == []


def test_systemd_that_answers_nothing_does_not_keep_the_file_from_being_right(
    node: rescues.Node,
) -> None:
    """The argument goes, whatever else fails."""
    (node.root / "deaf").touch()

    node.run("give-back")

    assert rescues.ARGUMENT not in node.extra_args.read_text()


def test_two_at_once_restart_the_kubelet_once(node: rescues.Node) -> None:
    """The second one waits for the first and finds nothing to do."""
    both = [
        subprocess.Popen(node.command("give-back"), env=node.environment(), stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [one.communicate(timeout=60)[1] for one in both]

    assert [one.returncode for one in both] == [0, 0], said
    assert len(node.calls("restart")) == 1
    assert not (node.root / "run/cri-resmgr/rescue.lock").exists()


def test_a_lock_of_the_dead_does_not_count(node: rescues.Node) -> None:
    """A rescue that was killed has left its lock; nobody waits for it."""
    folder = node.root / "run/cri-resmgr"
    folder.mkdir()
    (folder / "rescue.lock").symlink_to("999999999")

    done = node.run("give-back")

    assert done.returncode == 0
    assert not node.on_relay


def test_the_unit_says_what_failed(node: rescues.Node) -> None:
    """Units of `OnFailure=` are given the result of what failed; it is the reason then."""
    node.run("give-back", more={"MONITOR_SERVICE_RESULT": "start-limit-hit"})

    assert "cri-resource-manager.service failed for good (start-limit-hit)" in (
        node.rescued.read_text()
    )


@pytest.mark.parametrize("words", [(), ("nonsense",), ("check", "more"), ("give-back", "a", "b")])
def test_wrong_usage_ends_with_2(node: rescues.Node, words: tuple[str, ...]) -> None:
    """And with a line that tells what is right."""
    done = node.run(*words)

    assert done.returncode == 2
    assert "usage: rescue" in done.stderr


def test_status_tells_where_the_kubelet_is(node: rescues.Node) -> None:
    """Before and after."""
    before = node.run("status").stdout
    node.run("give-back", "a reason")
    after = node.run("status").stdout

    assert "kubelet runs on the relay: yes" in before
    assert "kubelet runs on the relay: no" in after
    assert "a reason" in after
