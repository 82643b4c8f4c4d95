# SPDX-License-Identifier: Apache-2.0
"""The static configurations: what of `--static-configs` is written to `/etc/cri-resmgr`.

EXTRA_OPTIONS end on the command line of a program that root runs, so they are judged once more,
whatever the seed has already found: words of a list of flags, no shell, nothing that breaks the
installation. The lists repeat those of `resmgr.config.flags`; a test compares them.
"""

import re
from collections.abc import Mapping

from . import problem

FALLBACK = "fallback.cfg"
FORCE = "force.cfg"
EXTRA_OPTIONS = "EXTRA_OPTIONS.cfg"
NAMES = (FALLBACK, FORCE, EXTRA_OPTIONS)
"""Files of `--static-configs`, each of which may be missing."""

RELAY_ENV = "relay.env"
"""Environment file of the relay's unit."""

LIMIT = 128 << 10
"""Bytes of one of the files; the seed allows half of it."""

MAX_LENGTH = 4096
"""Characters of EXTRA_OPTIONS."""

SWITCHES = frozenset(
    {
        "add_dir_header",
        "allow-untested-runtimes",
        "alsologtostderr",
        "disable-policy-switch",
        "disable-ui",
        "logtostderr",
        "one_output",
        "skip_headers",
        "skip_log_headers",
    }
)
"""Flags that may stand without a value."""

VALUED = frozenset(
    {
        "bpf-install-path",
        "cgroup-mount",
        "cgroup-path",
        "cgroup-v2-dir",
        "external-visualizers",
        "force-config-signal",
        "kubelet-cgroup-root",
        "log_backtrace_at",
        "log_dir",
        "log_file",
        "log_file_max_size",
        "metrics-interval",
        "rebalance-interval",
        "stderrthreshold",
        "v",
        "vmodule",
    }
)
"""Flags that need one."""

REFUSED = frozenset(
    {
        "agent-socket",
        "check",
        "config-socket",
        "fallback-config",
        "force-config",
        "h",
        "help",
        "host-root",
        "image-socket",
        "introspection-socket",
        "list-policies",
        "pid-file",
        "print-config",
        "relay-dir",
        "relay-socket",
        "reset-config",
        "reset-policy",
        "runtime-socket",
    }
)
"""Flags that would break the installation, or end the daemon."""

_LINE = re.compile(rb'EXTRA_OPTIONS="([A-Za-z0-9 ._,:/=@+*?-]*)"\n?')
_TRAVERSAL = re.compile(r"(?:^|[/=])\.\.(?:/|$)")
_FOLDER = "/etc/cri-resmgr"


def judge(given: Mapping[str, bytes]) -> dict[str, bytes]:
    """File name below `/etc/cri-resmgr` -> content, from the files that were given.

    Raises `Problem` for EXTRA_OPTIONS that are refused, and for what is no text.
    """
    result = {}
    for name in (FALLBACK, FORCE):
        if name in given:
            _text(name, given[name])
            result[name] = given[name]
    options = []
    if FORCE in given:
        options.append(f"--force-config={_FOLDER}/{FORCE}")
    elif FALLBACK in given:
        options.append(f"--fallback-config={_FOLDER}/{FALLBACK}")
    if EXTRA_OPTIONS in given:
        options += words(given[EXTRA_OPTIONS])
        result[EXTRA_OPTIONS] = given[EXTRA_OPTIONS]
    result[RELAY_ENV] = f'EXTRA_OPTIONS="{" ".join(options)}"\n'.encode()
    return result


def words(line: bytes) -> tuple[str, ...]:
    """The words of `EXTRA_OPTIONS="..."`. Raises `Problem` unless each is harmless."""
    match = _LINE.fullmatch(line) if len(line) <= MAX_LENGTH else None
    if match is None:
        raise _refused(
            "it is not one line of letters, digits, blanks and . _ , : / = @ + * ? - in quotes"
        )
    given: set[str] = set()
    found = tuple(match[1].decode().split())
    for word in found:
        name, equals, value = word.partition("=")
        flag = name.removeprefix("-").removeprefix("-")
        if name == flag or not flag:
            raise _refused(f"{word} is no flag")
        if flag in REFUSED:
            raise _refused(f"flag {name} would break the installation")
        if flag not in SWITCHES | VALUED:
            raise _refused(f"unknown flag {name}")
        if flag in VALUED and not equals:
            raise _refused(f"flag {name} has no value")
        if flag in given:
            raise _refused(f"flag {name} is given twice")
        if equals and _TRAVERSAL.search(value):
            raise _refused(f"flag {name}: {value} leaves its folder")
        given.add(flag)
    return found


def _text(name: str, content: bytes) -> None:
    try:
        whole = "\0" not in content.decode()
    except UnicodeDecodeError:
        whole = False
    if not whole:
        raise problem.Problem(f"cannot use {name}: it is no text", "mend the configuration")


def _refused(cause: str) -> problem.Problem:
    return problem.Problem(
        f"cannot use EXTRA_OPTIONS: {cause}", 'write EXTRA_OPTIONS="--FLAG=VALUE ..."'
    )
