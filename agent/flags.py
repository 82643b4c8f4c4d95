# SPDX-License-Identifier: Apache-2.0
"""The agent's command line and environment (node agent contract, 1.1)."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from resmgr.config import goflag
from resmgr.config.goflag import Flag, Kind, UsageError
from resmgr.config.problem import Findings, Place
from resmgr.config.schemas import logger

from . import log

PROGRAM = "cri-resmgr-agent"
AGENT_SOCKET = "/var/run/cri-resmgr/cri-resmgr-agent.sock"

NODE_NAME_MISSING = (
    "node name not set, NODE_NAME env variable should be set to match the name of this k8s Node"
)

_OWN = (
    Flag("agent-socket", Kind.FILE, AGENT_SOCKET, "Socket that the agent serves on."),
    Flag(
        "cri-resmgr-socket",
        Kind.FILE,
        "/var/run/cri-resmgr/cri-resmgr-config.sock",
        "Socket that the daemon takes configurations on.",
    ),
    Flag("kubeconfig", Kind.FILE, "", "The way to the API server; by default that of a pod."),
    Flag("config-ns", Kind.TEXT, "kube-system", "Namespace of ConfigMaps and Adjustments."),
    Flag(
        "configmap-name",
        Kind.TEXT,
        "cri-resmgr-config",
        "Base name of ConfigMaps, before .node.NODE, .group.GROUP and .default.",
    ),
    Flag(
        "label-name",
        Kind.TEXT,
        "cri-resource-manager.intel.com/group",
        "Label of the Node that names its group.",
    ),
    Flag(
        "metrics-address",
        Kind.TEXT,
        "",
        "Serve metrics for Prometheus at [HOST]:PORT, path /metrics; by default nowhere.",
    ),
    Flag("version", Kind.BOOLEAN, "false", "Print the version."),
)
_KINDS = {"v": Kind.WHOLE, "log_file_max_size": Kind.WHOLE}
_TEXTS = frozenset(("log_backtrace_at", "log_dir", "log_file", "stderrthreshold", "vmodule"))
_KLOG = {
    one.name: Flag(
        one.name,
        _KINDS.get(one.name, Kind.TEXT if one.name in _TEXTS else Kind.BOOLEAN),
        one.default,
        one.doc,
        "Logging",
        idle="" if one.name in log.ACTIVE else "the agent writes to standard error, and no files",
    )
    for one in logger.KLOG
}

FLAGS: Mapping[str, Flag] = {**{one.name: one for one in _OWN}, **_KLOG}
"""All flags by name, in the order of the usage text."""


@dataclass(frozen=True, slots=True)
class Options:
    """All that command line and environment say."""

    agent_socket: str
    daemon_socket: str
    kubeconfig: str
    namespace: str
    base: str
    label: str
    node: str
    klog: Mapping[str, str] = field(default_factory=dict)
    debug: bool = False
    warnings: tuple[str, ...] = ()
    metrics: tuple[str, int] | None = None
    """Host, empty for all addresses, and port; None: nowhere."""


class Asked(Exception):
    """Something is to be printed, and nothing else done."""


def read(words: Sequence[str], environ: Mapping[str, str], version: str) -> Options:
    """Read what stands behind the program's name. Raises `UsageError`, `Asked`."""
    parsed = goflag.parse(FLAGS, words)
    if parsed.help:
        raise Asked(usage())
    given = parsed.values
    if goflag.truth(given.get("version", "false")):
        raise Asked(f"{PROGRAM} {version}\n")
    if parsed.words:
        raise UsageError(
            f"unknown command line arguments: {','.join(parsed.words)}", "flags begin with -"
        )
    values = {name: given.get(name, flag.default) for name, flag in FLAGS.items()}
    from_environment, warnings = _variables(environ)
    idle = [
        f"flag {name} has no effect: {FLAGS[name].idle}"
        for name in {**from_environment, **given}
        if FLAGS[name].idle
    ]
    for name in ("config-ns", "configmap-name", "label-name"):
        if not values[name]:
            raise UsageError(f"flag -{name} needs a value", f"write -{name}={FLAGS[name].default}")
    return Options(
        agent_socket=_socket("agent-socket", values["agent-socket"]),
        daemon_socket=_socket("cri-resmgr-socket", values["cri-resmgr-socket"]),
        kubeconfig=values["kubeconfig"],
        namespace=values["config-ns"],
        base=values["configmap-name"],
        label=values["label-name"],
        node=environ.get("NODE_NAME", ""),
        klog={
            name: given.get(name, from_environment.get(name, flag.default))
            for name, flag in _KLOG.items()
        },
        debug=bool(environ.get("LOGGER_DEBUG")),
        warnings=(*warnings, *idle),
        metrics=_address("metrics-address", values["metrics-address"]),
    )


def _socket(flag: str, text: str) -> str:
    path = text.removeprefix("unix://")
    if not path.startswith("/"):
        raise UsageError(f"invalid socket {path!r}, expecting absolute path", f"write -{flag}=/...")
    return path


def _address(flag: str, text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not (
        port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536
    ):
        raise UsageError(f"invalid address {text!r}, expecting [HOST]:PORT", f"write -{flag}=:8892")
    return host.strip("[]"), int(port)


def _variables(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Give klog's flags that the environment sets, and what is wrong with the others."""
    found: dict[str, str] = {}
    warnings: list[str] = []
    for one in logger.KLOG:
        variable = f"LOGGER_{one.name.upper()}"
        if (text := environ.get(variable)) is None:
            continue
        findings = Findings()
        one.type.check(text, Place(variable, findings))
        if findings.count:
            warnings += [
                f"environment variable {problem}; it is not used" for problem in findings.problems()
            ]
        else:
            found[one.name] = text
    return found, warnings


def usage() -> str:
    """Give what -help prints."""
    lines = [
        f"usage: {PROGRAM} [FLAG...]",
        "",
        "Brings ConfigMaps and Adjustments of a cluster to the resource manager of this node, and",
        "says what came of them. The environment variable NODE_NAME names the Node.",
        "-FLAG and --FLAG are the same; values as -FLAG VALUE or -FLAG=VALUE.",
        "",
    ]
    for flag in FLAGS.values():
        value = "" if flag.kind is Kind.BOOLEAN else f" {flag.kind.value}"
        lines.append(f"  -{flag.name}{value}")
        shown = f" (default {flag.default})" if flag.default not in {"", "false"} else ""
        lines += textwrap.wrap(
            flag.doc + shown, 100, initial_indent=" " * 10, subsequent_indent=" " * 10
        )
    return "\n".join([*lines, ""])
