# SPDX-License-Identifier: Apache-2.0
"""The command line and the environment as one frozen value."""

import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ...config import goflag
from ...config.goflag import UsageError
from ...config.problem import quote
from . import environment, flagtable, oldflags

PROGRAM = "cri-resmgr"
NO_SOCKET = "-"
"""A runtime or image socket that is not to be used."""

DISABLED = "disabled"

_LONGEST_PATH = 107
"""Bytes that the path of a unix socket may have."""


class Action(Enum):
    """What the program is to do."""

    RUN = "run"
    HELP = "help"
    VERSION = "version"
    PRINT_CONFIG = "print-config"
    LIST_POLICIES = "list-policies"
    MODULES = "config-help"
    COMPLETION = "completion"
    RESET = "reset"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Options:
    """All that command line and environment say; times in seconds, empty text: not wanted."""

    action: Action = Action.RUN
    words: tuple[str, ...] = ()
    """What follows the word of the action."""

    root: str = ""
    """Folder that the machine is below, without a slash at its end."""

    runtime_socket: str = ""
    image_socket: str = ""
    relay_socket: str = ""
    relay_dir: str = ""
    agent_socket: str = ""
    config_socket: str = ""
    introspection_socket: str = ""
    pid_file: str = ""
    allow_untested_runtimes: bool = False
    fallback_config: str = ""
    force_config: str = ""
    force_config_signal: int = 0
    disable_policy_switch: bool = False
    reset_config: bool = False
    reset_policy: bool = False
    metrics_interval: float = 0.0
    rebalance_interval: float = 0.0
    disable_ui: bool = False
    cgroup_mount: str = ""
    cgroup_v2_dir: str = ""
    cgroup_path: str = ""
    klog: Mapping[str, str] = field(default_factory=dict)
    """Flags of klog by name: defaults, environment and command line."""

    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The configuration document below all others, from the environment and older flags."""

    warnings: tuple[str, ...] = ()
    """What is to be logged as soon as it can be."""


def read(words: Sequence[str], environ: Mapping[str, str], *, uid: int) -> Options:
    """Read what stands behind the program's name. Raises `UsageError`."""
    known = {**flagtable.FLAGS, **oldflags.FLAGS}
    parsed = goflag.parse(known, words)
    given = parsed.values
    if parsed.help:
        return Options(action=Action.HELP)
    from_environment = environment.read(environ)
    meant, warnings = oldflags.document(given)
    values = {name: given.get(name, flag.default) for name, flag in flagtable.FLAGS.items()}
    action, rest = _action(values, parsed.words)
    root = values["sysfs-root"] or values["host-root"]
    _agree(values)
    cgroup = f"{root.rstrip('/')}{flagtable.CGROUP}"
    return Options(
        action=action,
        words=rest,
        root=root.rstrip("/"),
        **_sockets(values),
        relay_dir=values["relay-dir"],
        pid_file=values["pid-file"]
        or (f"/var/run/{PROGRAM}.pid" if uid == 0 else f"/tmp/{PROGRAM}.pid"),  # noqa: S108 - the documented place
        allow_untested_runtimes=goflag.truth(values["allow-untested-runtimes"]),
        fallback_config=values["fallback-config"],
        force_config=values["force-config"],
        force_config_signal=_signal(values["force-config-signal"]),
        disable_policy_switch=goflag.truth(values["disable-policy-switch"]),
        reset_config=goflag.truth(values["reset-config"]),
        reset_policy=goflag.truth(values["reset-policy"]),
        metrics_interval=goflag.seconds(values["metrics-interval"]),
        rebalance_interval=goflag.seconds(values["rebalance-interval"]),
        disable_ui=goflag.truth(values["disable-ui"]),
        cgroup_mount=values["cgroup-mount"] or cgroup,
        cgroup_v2_dir=values["cgroup-v2-dir"] or f"{cgroup}/unified",
        cgroup_path=values["cgroup-path"] or cgroup,
        klog={
            name: given.get(name, from_environment.klog.get(name, flag.default))
            for name, flag in flagtable.KLOG.items()
        },
        defaults=_laid(from_environment.document, meant),
        warnings=(*warnings, *_idle(given, from_environment.klog), *from_environment.warnings),
    )


def _idle(given: Mapping[str, str], variables: Mapping[str, str]) -> list[str]:
    """Give a warning for each flag and variable that was given but has no effect."""
    named = {name: f"flag --{name}" for name in given}
    named |= {name: f"environment variable LOGGER_{name.upper()}" for name in variables}
    return [
        f"{shown} has no effect: {flagtable.FLAGS[name].idle}; remove it"
        for name, shown in named.items()
        if name in flagtable.FLAGS and flagtable.FLAGS[name].idle
    ]


def _action(values: Mapping[str, str], words: tuple[str, ...]) -> tuple[Action, tuple[str, ...]]:
    for name, action in (
        ("version", Action.VERSION),
        ("check", Action.CHECK),
        ("print-config", Action.PRINT_CONFIG),
        ("list-policies", Action.LIST_POLICIES),
    ):
        if goflag.truth(values[name]):
            return action, words
    if words and words[0] in {"help", "config-help"}:
        return Action.MODULES, words[1:]
    if words and words[0] == "completion":
        return Action.COMPLETION, words[1:]
    if words:
        raise UnknownWords(words)
    resets = goflag.truth(values["reset-config"]) or goflag.truth(values["reset-policy"])
    return (Action.RESET if resets else Action.RUN), ()


class UnknownWords(UsageError):
    """Words that are neither flags nor one of the few that are known."""

    def __init__(self, words: tuple[str, ...]) -> None:
        shown = ",".join(quote(word)[1:-1] for word in words)
        super().__init__(
            f"unknown command line arguments: {shown}", "flags begin with --; --help lists them"
        )


def _agree(values: Mapping[str, str]) -> None:
    """Refuse flags that contradict each other."""
    if values["fallback-config"] and values["force-config"]:
        raise UsageError(
            f"both fallback ({values['fallback-config']}) and forced ({values['force-config']})"
            " configurations given",
            "remove one of --fallback-config and --force-config",
        )
    roots = {values[name].rstrip("/") for name in ("sysfs-root", "host-root") if values[name]}
    if len(roots) > 1:
        raise UsageError(
            "--sysfs-root and --host-root name different folders", "remove --host-root"
        )
    for name in ("sysfs-root", "host-root", "relay-dir"):
        if values[name] and not values[name].startswith("/"):
            raise UsageError(f"invalid value for flag --{name}: {quote(values[name])} is relative")


def _sockets(values: Mapping[str, str]) -> dict[str, str]:
    """Give the sockets as absolute paths; empty text for what is not wanted."""
    runtime = values["runtime-socket"].removeprefix("unix://")
    image = values["image-socket"].removeprefix("unix://")
    image = runtime if image == "default" else image
    found = {
        "runtime-socket": "" if runtime == NO_SOCKET else runtime,
        "image-socket": "" if image == NO_SOCKET else image,
        "relay-socket": values["relay-socket"].removeprefix("unix://"),
    }
    if not found["runtime-socket"] and not found["image-socket"]:
        raise UsageError("neither image nor runtime socket specified", "give --runtime-socket")
    for name in ("agent-socket", "config-socket", "introspection-socket"):
        path = values[name].removeprefix("unix://")
        found[name] = "" if path == DISABLED else path
    for name, path in found.items():
        if (path or name == "relay-socket") and not path.startswith("/"):
            raise UsageError(
                f"invalid socket {quote(path)}, expecting absolute path",
                f"write --{name}=/...",
            )
        if len(os.fsencode(path)) > _LONGEST_PATH:
            raise UsageError(
                f"invalid socket {quote(path)}, a path has at most {_LONGEST_PATH} bytes",
                f"take a shorter one for --{name}",
            )
    return {name.replace("-", "_"): path for name, path in found.items()}


def _signal(name: str) -> int:
    """Give the number of a signal such as SIGHUP or SIGRTMIN+1, 0 for none.

    Raises `UsageError`.
    """
    if not name or name.casefold().startswith("disable"):
        return 0
    match = _SIGNAL.fullmatch(name.upper())
    base = signal.Signals.__members__.get(match[1]) if match else None
    if match is None or base is None:
        raise _bad_signal(name, "")
    found = base + int(match[2] or 0)
    if match[2] and not signal.SIGRTMIN <= found <= signal.SIGRTMAX:
        raise _bad_signal(name, "")
    if found in _TAKEN:
        raise _bad_signal(name, ": it has another meaning")
    return found


_SIGNAL = re.compile(r"([A-Z0-9]+)([+-][0-9]{1,2})?")
_TAKEN = {signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}


def _bad_signal(name: str, why: str) -> UsageError:
    return UsageError(
        f"invalid forced configuration reload signal {quote(name)}{why}",
        "write --force-config-signal=SIGHUP",
    )


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {**below.get(name, {}), **above.get(name, {})} for name in below.keys() | above.keys()
    }
