# SPDX-License-Identifier: Apache-2.0
"""Whether a node is one that can be moved: a table of checks, all at once. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from . import extra_args, names, plain_yaml, takeover, unit_file


class Verdict(StrEnum):
    """The end of a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One row: what was looked at, how it is, and what helps unless it is fine."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What `facts.inspect` read from the node. None: it is not there; `*_problem`: not readable."""

    machine: str = "x86_64"
    """As `uname -m` says."""
    systemd_problem: str = ""
    """Why systemd could not be asked; empty when it answers."""
    containerd_socket: bool = True
    crio_socket: bool = False
    unit: bytes | None = None
    """The kubelet's unit."""
    unit_problem: str = ""
    drop_ins: tuple[bytes, ...] = ()
    """Drop-ins below `/etc` for the kubelet, in order."""
    osc: bytes | None = None
    extra_args: bytes | None = None
    extra_args_problem: str = ""
    config: bytes | None = None
    """KubeletConfiguration."""
    config_problem: str = ""
    running: tuple[str, ...] | None = None
    """Arguments of the running kubelet, None when none runs."""
    needed: int = 0
    """Bytes that the bundle takes; 0 when it is there."""
    free: int = 0
    """Bytes that are free below `/opt`."""
    read_only: tuple[str, ...] = ()
    """Folders to be written to that are mounted read-only."""


MACHINES = ("x86_64", "aarch64")
_MARGIN = 32 << 20
_CONTAINERD = "/containerd.sock"


def judge(seen: Evidence) -> tuple[Check, ...]:
    """Every check, in the order in which they are shown."""
    return (
        _machine(seen),
        _systemd(seen),
        _runtime(seen),
        _unit(seen),
        _endpoint(seen),
        _former(seen),
        _extra_args(seen),
        _cpu_manager(seen),
        _space(seen),
        _writable(seen),
    )


def refusal(checks: tuple[Check, ...]) -> Check | None:
    """The first check that fails; None for a node that can be moved."""
    return next((check for check in checks if check.verdict is Verdict.FAIL), None)


def _ok(name: str, detail: str) -> Check:
    return Check(name, Verdict.OK, detail)


def _fail(name: str, detail: str, remedy: str) -> Check:
    return Check(name, Verdict.FAIL, detail, remedy)


def _machine(seen: Evidence) -> Check:
    if seen.machine in MACHINES:
        return _ok("architecture", seen.machine)
    return _fail(
        "architecture",
        f"{seen.machine} is not known",
        f"leave it out; known: {', '.join(MACHINES)}",
    )


def _systemd(seen: Evidence) -> Check:
    if not seen.systemd_problem:
        return _ok("systemd", "answers on the system bus")
    return _fail(
        "systemd", seen.systemd_problem, "look at `busctl status org.freedesktop.systemd1`"
    )


def _runtime(seen: Evidence) -> Check:
    if seen.containerd_socket:
        return _ok("containerd", "its socket is there")
    if seen.crio_socket:
        return _fail("containerd", "the node runs CRI-O", "leave pools without containerd out")
    return _fail(
        "containerd", "/run/containerd/containerd.sock is not there", "systemctl status containerd"
    )


_FORM = "its kubelet.service has not the form of Gardener's; leave the node out"


def _texts(seen: Evidence) -> list[str]:
    # A unit that will be put right is judged as it will be.
    unit = takeover.look(seen.unit, seen.osc).original or seen.unit or b""
    return [text.decode(errors="replace") for text in (unit, *seen.drop_ins)]


def _unit(seen: Evidence) -> Check:  # noqa: PLR0911 - a list of causes
    """The unit passes the words of `KUBELET_EXTRA_ARGS` behind all others."""
    name = "kubelet unit"
    if seen.unit is None or seen.unit_problem:
        return _fail(name, seen.unit_problem or "there is no kubelet.service", _FORM)
    files = unit_file.options(_texts(seen), "Service", "EnvironmentFile")
    paths = [value.removeprefix("-") for value in files]
    if names.EXTRA_ARGS_PATH not in paths:
        return _fail(name, f"it does not read {names.EXTRA_ARGS_PATH}", _FORM)
    if f"-{names.EXTRA_ARGS_PATH}" not in files:
        return _fail(name, f"it needs {names.EXTRA_ARGS_PATH}, which may be missing", _FORM)
    if paths[-1] != names.EXTRA_ARGS_PATH:
        return _fail(name, f"{paths[-1]} is read after {names.EXTRA_ARGS_PATH}", _FORM)
    starts = unit_file.options(_texts(seen), "Service", "ExecStart")
    if len(starts) != 1:
        return _fail(name, f"it has {len(starts)} ExecStart", _FORM)
    words = unit_file.words(starts[0])
    if words[-1] != f"${names.EXTRA_ARGS_KEY}" or words.count(words[-1]) != 1:
        return _fail(name, f"${names.EXTRA_ARGS_KEY} is not the last word of its ExecStart", _FORM)
    return _ok(name, f"passes ${names.EXTRA_ARGS_KEY} as its last word")


def _endpoint(seen: Evidence) -> Check:
    """The kubelet is on containerd, or already on the relay."""
    name = "kubelet endpoint"
    starts = unit_file.options(_texts(seen), "Service", "ExecStart")
    words = seen.running or tuple(word for start in starts for word in unit_file.words(start))
    given = unit_file.endpoints(words, names.ENDPOINT_FLAG)
    if not given:
        return Check(name, Verdict.WARN, "no endpoint on its command line", "it should name one")
    if given[-1].endswith((_CONTAINERD, names.RELAY_SOCKET)):
        return _ok(name, given[-1])
    return _fail(name, f"{given[-1]} is not containerd's", "leave pools without containerd out")


def _former(seen: Evidence) -> Check:
    name = "former extension"
    found = takeover.look(seen.unit, seen.osc)
    if found.verdict is takeover.Verdict.CLEAN:
        return _ok(name, "the kubelet's unit has no trace of it")
    if found.verdict is takeover.Verdict.EDITED:
        return _ok(name, "it has edited the kubelet's unit, which will be put right")
    return _fail(
        name,
        f"the kubelet's unit leads to the relay, and {found.cause}",
        "have gardener-node-agent write it anew, or replace the machine",
    )


def _extra_args(seen: Evidence) -> Check:
    name = "extra_args"
    if seen.extra_args_problem:
        return _fail(name, seen.extra_args_problem, f"mend {names.EXTRA_ARGS_PATH}")
    try:
        extra_args.merge(seen.extra_args or b"")
    except extra_args.ExtraArgsProblem as error:
        return _fail(name, error.message, error.hint)
    return _ok(name, "takes our argument" if seen.extra_args is not None else "is not there yet")


def _cpu_manager(seen: Evidence) -> Check:
    """With another policy than `none`, the kubelet and the relay would both pin."""
    name = "CPU manager"
    policy, source = "none", "by default"
    if seen.config_problem:
        return _fail(name, seen.config_problem, "mend the kubelet's configuration")
    if seen.config is not None:
        try:
            tree = plain_yaml.read(seen.config)
        except plain_yaml.NotPlain as error:
            return _fail(name, f"the kubelet's configuration cannot be read: {error}", "report it")
        told = tree.get("cpuManagerPolicy", "") if isinstance(tree, dict) else ""
        if isinstance(told, str) and told not in ("", "null", "~"):
            policy, source = told, "in the kubelet's configuration"
    flags = unit_file.endpoints(seen.running or (), "--cpu-manager-policy")
    if flags:
        policy, source = flags[-1], "on the kubelet's command line"
    if policy == "none":
        return _ok(name, f"none, {source}")
    return _fail(
        name,
        f"cpuManagerPolicy is {policy} {source}, so both would place containers",
        "set kubernetes.kubelet.cpuManagerPolicy of the worker pool to none",
    )


def _space(seen: Evidence) -> Check:
    name = "disk space"
    if not seen.needed:
        return _ok(name, "the programs are there already")
    detail = f"{seen.needed >> 20} MiB are needed below /opt, {seen.free >> 20} are free"
    if seen.free >= seen.needed + _MARGIN:
        return _ok(name, detail)
    return _fail(name, detail, "make room, see `df -h /opt`")


def _writable(seen: Evidence) -> Check:
    name = "file systems"
    if not seen.read_only:
        return _ok(name, "can be written")
    return _fail(
        name,
        f"mounted read-only: {', '.join(seen.read_only)}",
        "mount them for writing, or leave it out",
    )
