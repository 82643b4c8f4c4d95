# SPDX-License-Identifier: Apache-2.0
"""Show how the daemon of this node is: policy, configuration, containers, CPUs, who is connected.

1 when something is not as it should be: the runtime or a socket is away, the last configuration was
refused, changes of containers could not be carried out in the last hour, or cannot be written.

Examples:
  cri-resmgrctl status
  cri-resmgrctl status -o json | jq -r .policy
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from resmgr import cpuset

from . import exits, live, moments, output
from .node import kubelet

_RECENT = 3600.0
"""Seconds for which something that failed once is a problem: nothing tells when it is mended."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `status`."""
    live.add_socket(command)
    command.add_argument(
        "--sysfs-root",
        type=Path,
        default=Path("/"),
        metavar="DIR",
        help="folder below which the kubelet is looked for (default: %(default)s)",
    )
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Show it; 1 if something is wrong. Raises `CannotAsk`."""
    page = live.get("/status", arguments.socket)
    found = kubelet.look(arguments.sysfs_root)
    page["kubelet"] = {"endpoint": found.endpoint if found else "", "seen": found is not None}
    now = time.time()  # noqa: TID251 - the edge, where clocks come from
    page["problems"] = list(problems(page, now))
    if arguments.output == output.TABLE:
        where = output.screen(out)
        output.write_pairs(where, list(pairs(page, now)))
        rows = list(_sockets(page))
        if rows:
            out.write("\n")
            output.write_table(where, ["SOCKET", "UP", "CONNECTIONS", "PATH"], rows)
        err.writelines(f"problem: {line}\n" for line in page["problems"])
    else:
        output.write_document(out, page, arguments.output)
    return exits.PROBLEM if page["problems"] else exits.FINE


def problems(page: Mapping[str, Any], now: float) -> Iterator[str]:
    """Give what is not as it should be, a sentence each; `now` in seconds since the epoch."""
    if page.get("state") != "running":
        yield f"the daemon is {page.get('doing') or 'not ready'}"
        return
    if not (page.get("runtime") or {}).get("connected"):
        yield "the runtime is away: systemctl status containerd.service"
    for name, one in (page.get("serves") or {}).items():
        if not one.get("up"):
            yield f"socket {name} is not served: journalctl -u {live.UNIT}"
    configuration = page.get("configuration") or {}
    refused = configuration.get("refused") or {}
    # One that was refused before the active one came is past.
    if refused and str(refused.get("time")) > str(configuration.get("since")):
        yield f"the last configuration was refused: {refused.get('text')}"
    last = (page.get("failedUpdates") or {}).get("last") or {}
    if (when := moments.seconds(last.get("time"))) and now - when < _RECENT:
        ago = moments.ago(last.get("time"), now)
        yield f"a change of a container could not be carried out {ago} ago: {last.get('text')}"
    store = page.get("store") or {}
    if pending := store.get("pending"):
        yield f"{pending} changes of the state wait to be written: is the disk full?"


def pairs(page: Mapping[str, Any], now: float) -> Iterator[tuple[str, str | None]]:
    """Give what people want to know; `now` in seconds since the epoch."""
    yield "state", str(page.get("state"))
    if page.get("state") == "running":
        yield "policy", str(page.get("policy"))
        yield from _configuration(page.get("configuration") or {}, now)
        states = page.get("containers") or {}
        shown = ", ".join(f"{number} {state}" for state, number in states.items())
        yield "containers", f"{shown or 'none'}, in {page.get('pods', 0)} pods"
        yield from _cpus(page.get("cpus") or {})
        yield from _controllers(page)
        runtime = page.get("runtime") or {}
        named = f"{runtime.get('name', 'unknown')} {runtime.get('version', '')}".strip()
        yield "runtime", f"{named}, {'connected' if runtime.get('connected') else 'away'}"
    else:
        yield "doing", str(page.get("doing"))
    seen = page.get("kubelet") or {}
    yield "kubelet", (seen.get("endpoint") or "names no endpoint") if seen.get("seen") else None
    failed = page.get("failedUpdates") or {}
    if failed.get("count"):
        last = failed.get("last") or {}
        yield "failed updates", f"{failed['count']}, last: {last.get('text')}"
    yield "daemon", f"version {page.get('version')}, pid {page.get('pid')}"
    yield "started", moments.moment(page.get("started"), now)


def _configuration(given: Mapping[str, Any], now: float) -> Iterator[tuple[str, str | None]]:
    name = f" {given['name']}" if given.get("name") else ""
    yield "configuration", f"{given.get('origin')}{name}"
    generation = f"generation {given.get('generation')}, {given.get('hash')}"
    yield "", f"{generation}, since {moments.moment(given.get('since'), now)}"
    for warning in given.get("warnings") or ():
        yield "warning", str(warning)
    if refused := given.get("refused"):
        text = output.one_line(refused.get("text"))
        yield "refused", f"{moments.moment(refused.get('time'), now)}: {text}"


def _cpus(given: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name in ("online", "exclusive", "isolated", "offline"):
        text = str(given.get(name) or "")
        if text or name == "exclusive":
            yield f"CPUs {name}", f"{text} ({_count(text)})" if text else "none"


def _controllers(page: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Give who is at work, and who is not though somebody may think so."""
    given = page.get("controllers") or {}
    running = [f"{name} ({one.get('mode')})" for name, one in given.items() if one.get("running")]
    yield "controllers", ", ".join(running) or "none"
    for name, one in given.items():
        if one.get("why"):
            yield "", f"{name} is off: {one['why']}"
    for name, cpus in (page.get("cpuClasses") or {}).items():
        yield f"CPU class {name or 'none'}", f"{cpus} ({_count(cpus)})"


def _count(text: str) -> int:
    try:
        return cpuset.parse(text).bit_count()
    except cpuset.BadList:
        return 0


def _sockets(page: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, str]]:
    for kind in ("serves", "asks"):
        for name, one in (page.get(kind) or {}).items():
            yield name, "yes" if one.get("up") else "no", one.get("connections"), one.get("path")
