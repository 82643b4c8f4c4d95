# SPDX-License-Identifier: Apache-2.0
"""Command line and environment as one value."""

import re
import signal
from pathlib import Path

import pytest

from resmgr.config.goflag import UsageError
from resmgr.daemon.command import flags, flagtable
from resmgr.daemon.command.flags import Action, Options


def read(*words: str, uid: int = 0, **environ: str) -> Options:
    """Read a command line."""
    return flags.read(words, environ, uid=uid)


def test_without_flags_the_documented_defaults_count() -> None:
    """Sockets, folders and times are those of the manual."""
    options = read()

    assert options.action is Action.RUN
    assert options.runtime_socket == options.image_socket == "/var/run/containerd/containerd.sock"
    assert options.relay_socket == "/var/run/cri-resmgr/cri-resmgr.sock"
    assert options.relay_dir == "/var/lib/cri-resmgr"
    assert options.pid_file == "/var/run/cri-resmgr.pid"
    assert options.force_config_signal == signal.SIGHUP
    assert options.cgroup_mount == "/sys/fs/cgroup"
    assert options.cgroup_v2_dir == "/sys/fs/cgroup/unified"
    assert options.rebalance_interval == 0
    assert options.klog["logtostderr"] == "true"


def test_a_plain_user_has_the_pid_file_in_tmp() -> None:
    """Only root can write below /var/run."""
    assert read(uid=1000).pid_file == "/tmp/cri-resmgr.pid"  # noqa: S108 - the documented place


def test_a_scheme_before_a_socket_is_taken_off() -> None:
    """`unix://` is how the kubelet writes sockets."""
    options = read("--runtime-socket=unix:///run/a.sock", "--image-socket", "unix:///run/b.sock")

    assert (options.runtime_socket, options.image_socket) == ("/run/a.sock", "/run/b.sock")


@pytest.mark.parametrize(
    ("words", "runtime", "image"),
    [
        (("--runtime-socket=/a",), "/a", "/a"),
        (("--runtime-socket=-", "--image-socket=/b"), "", "/b"),
        (("--image-socket=-",), "/var/run/containerd/containerd.sock", ""),
    ],
)
def test_either_socket_can_be_left_out(words: tuple[str, ...], runtime: str, image: str) -> None:
    """`-` means that the service is not used; without a word both are one socket."""
    options = read(*words)

    assert (options.runtime_socket, options.image_socket) == (runtime, image)


def test_local_services_can_be_disabled() -> None:
    """`disabled` and empty text mean none."""
    options = read("--agent-socket=disabled", "--config-socket=")

    assert (options.agent_socket, options.config_socket) == ("", "")


@pytest.mark.parametrize("flag", ["--sysfs-root", "--host-root"])
def test_cgroups_follow_the_root(flag: str) -> None:
    """The root stands in front of the defaults, not of what is given."""
    options = read(f"{flag}=/tree/", "--cgroup-path=/cg")

    assert options.root == "/tree"
    assert options.cgroup_mount == "/tree/sys/fs/cgroup"
    assert options.cgroup_v2_dir == "/tree/sys/fs/cgroup/unified"
    assert options.cgroup_path == "/cg"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--relay-socket=x.sock",), 'invalid socket "x.sock", expecting absolute path'),
        (("--relay-socket=",), 'invalid socket "", expecting absolute path'),
        ((f"--relay-socket=/{'x' * 107}",), "a path has at most 107 bytes"),
        (("--runtime-socket=-",), "neither image nor runtime socket specified"),
        (
            ("--fallback-config=/a", "--force-config=/b"),
            "both fallback (/a) and forced (/b) configurations given",
        ),
        (("--sysfs-root=/a", "--host-root=/b"), "name different folders"),
        (("--sysfs-root=tree",), '"tree" is relative'),
        (("--force-config-signal=SIGNOPE",), "invalid forced configuration reload signal"),
        (("--force-config-signal=SIGHUP+1",), "invalid forced configuration reload signal"),
        (("--force-config-signal=SIGTERM",), "it has another meaning"),
        (("start", "now"), "unknown command line arguments: start,now"),
    ],
)
def test_contradictions_are_refused(words: tuple[str, ...], message: str) -> None:
    """One message, before anything is started."""
    with pytest.raises(UsageError) as caught:
        read(*words)

    assert message in str(caught.value)


@pytest.mark.parametrize("word", ["", "disable", "DISABLED"])
def test_the_signal_can_be_turned_off(word: str) -> None:
    """Any word that begins with disable, or none at all."""
    assert read(f"--force-config-signal={word}").force_config_signal == 0


def test_real_time_signals_are_known() -> None:
    """A signal may be named by its distance from another one."""
    assert read("--force-config-signal=sigrtmin+1").force_config_signal == signal.SIGRTMIN + 1


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("--version",), Action.VERSION),
        (("--check", "--force-config=/x"), Action.CHECK),
        (("--print-config",), Action.PRINT_CONFIG),
        (("--list-policies",), Action.LIST_POLICIES),
        (("-h",), Action.HELP),
        (("help", "policy"), Action.MODULES),
        (("config-help",), Action.MODULES),
        (("completion", "bash"), Action.COMPLETION),
        (("--reset-policy", "--reset-config"), Action.RESET),
    ],
)
def test_a_word_or_flag_tells_what_to_do(words: tuple[str, ...], action: Action) -> None:
    """Without one of them the daemon runs."""
    assert read(*words).action is action


def test_a_flag_counts_above_the_environment() -> None:
    """Flags of klog can be given in both."""
    options = read("--skip_headers=false", LOGGER_SKIP_HEADERS="true", LOGGER_ONE_OUTPUT="1")

    assert (options.klog["skip_headers"], options.klog["one_output"]) == ("false", "1")


def test_older_flags_and_the_environment_lie_below_every_configuration() -> None:
    """Both are one document; what is doubtful is a warning."""
    options = read("--policy=static", "-logger-debug=cache", LOGGER_DEBUG="policy", LOGGER_V="x")

    assert options.defaults == {"policy": {"Active": "static"}, "logger": {"Debug": "cache"}}
    assert len(options.warnings) == 3


@pytest.mark.parametrize("name", [name for name, flag in flagtable.FLAGS.items() if flag.idle])
def test_a_flag_without_effect_is_told(name: str) -> None:
    """In one line, to whoever gives it, and to nobody else."""
    (warning,) = read(f"--{name}=1").warnings

    assert warning.startswith(f"flag --{name} has no effect: ")
    assert warning.endswith("; remove it")
    assert read().warnings == ()


def test_a_variable_without_effect_is_told() -> None:
    """It stands for the flag."""
    (warning,) = read(LOGGER_V="4").warnings

    assert warning.startswith("environment variable LOGGER_V has no effect: ")


DAEMON = Path(flags.__file__).parents[1]
MADE_OF = {"sysfs-root": "root", "host-root": "root", "reset-policy": "action"}
"""Flags whose options have other names."""


@pytest.mark.parametrize("name", [name for name, flag in flagtable.FLAGS.items() if not flag.idle])
def test_every_other_flag_is_used(name: str) -> None:
    """Its option, or the flag of klog, is read somewhere behind the command line."""
    made = {path: path.read_text(encoding="utf-8") for path in DAEMON.rglob("*.py")}
    behind = [text for path, text in made.items() if path.stem not in {"flags", "flagtable"}]
    option = MADE_OF.get(name, name.replace("-", "_"))
    used = rf'"{name}"\]' if name in flagtable.KLOG else rf"options\.{option}\b"
    once = {"version", "check", "print-config", "list-policies"}

    assert name in once or any(re.search(used, text) for text in behind)
