# SPDX-License-Identifier: Apache-2.0
"""The daemon's command line flags, as far as a configuration may or may not set them."""

import re
from dataclasses import dataclass

from . import forms, schema
from .problem import quote
from .schemas import logger

TRUTH = logger.TRUTH
"""The type of flags that may stand without a value."""

_SIGNAL = re.compile(r"SIG[A-Z0-9]{2,12}(?:[+-][0-9]{1,2})?|disable[a-z]*|", re.IGNORECASE)
_PATH = re.compile(r"/[A-Za-z0-9._@+:/-]*|")


def _signal(text: str) -> str | None:
    return None if _SIGNAL.fullmatch(text) else f"{quote(text)} is no signal such as SIGHUP"


def _path(text: str) -> str | None:
    return None if _PATH.fullmatch(text) else f"{quote(text)} is not an absolute path"


def _paths(text: str) -> str | None:
    return next((wrong for part in text.split(",") if (wrong := _path(part))), None)


_DIRECTORY = schema.Text("absolute path", _path)
_DURATION = schema.Text("duration", forms.duration)


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that may be set."""

    type: schema.Type
    doc: str


ALLOWED = {
    "allow-untested-runtimes": Flag(TRUTH, "Accept runtimes other than containerd and CRI-O."),
    "force-config-signal": Flag(schema.Text("signal", _signal), "Signal that reloads `force`."),
    "disable-policy-switch": Flag(TRUTH, "Do not start with another policy than before."),
    "metrics-interval": Flag(_DURATION, "Time between two readings of metrics, 0 for once."),
    "rebalance-interval": Flag(_DURATION, "Time between two rebalancings, 0 for none."),
    "disable-ui": Flag(TRUTH, "Serve no visualisation."),
    "external-visualizers": Flag(schema.Text("paths", _paths), "Accepted; no effect yet."),
    "cgroup-mount": Flag(_DIRECTORY, "Mount point of the cgroup controllers."),
    "cgroup-v2-dir": Flag(_DIRECTORY, "Mount point of cgroup v2."),
    "kubelet-cgroup-root": Flag(schema.Text(), "Accepted for old configurations; no effect."),
    "cgroup-path": Flag(_DIRECTORY, "Mount point that cgroup statistics are read from."),
    "bpf-install-path": Flag(_DIRECTORY, "Accepted; no effect yet."),
    **{field.name: Flag(field.type, field.doc) for field in logger.KLOG},
}
"""Flags that may be set, with the type of their value."""

_INSTALLATION = "the installation sets it"
_STOPS = "the daemon would stop instead of running"

REFUSED = {
    "runtime-socket": _INSTALLATION,
    "image-socket": _INSTALLATION,
    "relay-socket": _INSTALLATION,
    "agent-socket": _INSTALLATION,
    "config-socket": _INSTALLATION,
    "introspection-socket": _INSTALLATION,
    "relay-dir": _INSTALLATION,
    "pid-file": _INSTALLATION,
    "fallback-config": "use TYPE fallback",
    "force-config": "use TYPE force",
    "host-root": "the daemon runs on the node itself",
    "reset-config": _STOPS,
    "reset-policy": _STOPS,
    "check": _STOPS,
    "print-config": _STOPS,
    "list-policies": _STOPS,
    "help": _STOPS,
    "h": _STOPS,
}
"""Flags that must not be set, with the reason."""
