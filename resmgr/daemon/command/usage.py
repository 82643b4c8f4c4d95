# SPDX-License-Identifier: Apache-2.0
"""What `--help` prints: made from the table of flags, never written by hand."""

import textwrap
from collections.abc import Mapping

from ...config.goflag import Flag, Kind
from . import flagtable

_HEAD = """\
usage: cri-resmgr [FLAG...]
       cri-resmgr help [MODULE...]      describe the modules of a configuration
       cri-resmgr completion SHELL      print completions for bash, zsh or fish

Stands between the kubelet and the container runtime, and gives containers their CPUs and memory as
the active policy says. -FLAG and --FLAG are the same; values as --FLAG VALUE or --FLAG=VALUE.
"""

_TAIL = """\
Examples:
  cri-resmgr                                            with policy none, before containerd
  cri-resmgr --fallback-config /etc/cri-resmgr/fallback.cfg
  cri-resmgr --runtime-socket unix:///run/crio/crio.sock --relay-socket /run/cri-resmgr.sock
  cri-resmgr --reset-policy                             forget where containers were placed
  LOGGER_DEBUG=resource-manager,policy cri-resmgr       with debug messages of two sources

Exit codes: 0 done or ended by a signal; 1 it cannot start or go on; 2 the command line is wrong.
For --reset-config and --reset-policy: the number of resets that failed.
"""

_WIDTH = 100
_INDENT = 10


def text(flags: Mapping[str, Flag] = flagtable.FLAGS) -> str:
    """Give the whole text."""
    lines = [_HEAD]
    group = ""
    for flag in flags.values():
        if flag.group != group:
            group = flag.group
            lines.append(f"{group}:")
        value = "" if flag.kind is Kind.BOOLEAN else f" {flag.kind.value}"
        lines.append(f"  --{flag.name}{value}")
        shown = f" (default {flag.default})" if flag.default not in {"", "false"} else ""
        lines += textwrap.wrap(
            flag.doc + shown,
            _WIDTH,
            initial_indent=" " * _INDENT,
            subsequent_indent=" " * _INDENT,
            break_on_hyphens=False,
        )
    return "\n".join([*lines, "", _TAIL])
