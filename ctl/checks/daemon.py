# SPDX-License-Identifier: Apache-2.0
"""Checks of the daemon itself: its unit, sockets, answers, state and configuration."""

import argparse
import io
import json
import os
import stat
import time

from resmgr.state import errors, store

from .. import gate, live, status
from ..configs import judge, trial
from ..node import kubelet, units
from .finding import DISABLED, Finding, Node, note, ok, unknown, wrong

_PROGRAM = "cri-resmgr"
_JOURNAL = f"journalctl -u {live.UNIT}"
_START = f"systemctl start {live.UNIT}"
_RESTART = f"systemctl restart {live.UNIT}"
_PATIENCE = 5.0
_FILES = {"force.cfg": "the forced", "fallback.cfg": "the fallback"}


def switch(node: Node) -> Finding:
    """Look for a person's switch."""
    path = node.root / DISABLED
    if path.exists():
        return note(
            "switch", f"/{DISABLED} is there: the kubelet stays on its runtime", f"rm {path}"
        )
    return ok("switch", "nobody has switched it off")


def unit(node: Node) -> Finding:
    """Ask systemd about the daemon's unit."""
    try:
        found = node.unit()
    except units.CannotAsk as error:
        return unknown("unit", f"cannot ask systemd: {error}", error.hint)
    if not found.there:
        return note("unit", f"there is no {live.UNIT}: nothing is installed, or it runs by hand")
    detail = f"{found.active} ({found.sub}), {found.restarts} restarts"
    if found.running:
        return ok("unit", detail)
    remedy = f"{_JOURNAL}; {_START}"
    return wrong("unit", f"{detail}, result {found.result}", remedy)


def processes(node: Node) -> Finding:
    """Count the daemons: two of them would undo each other's work."""
    found = kubelet.running(node.root, _PROGRAM)
    if len(found) > 1:
        pids = ", ".join(map(str, found))
        return wrong("processes", f"{len(found)} daemons run: {pids}", "end those started by hand")
    if not found:
        return note("processes", "no process of this name is seen")
    return ok("processes", f"one daemon, pid {found[0]}")


def answers(node: Node) -> Finding:
    """Ask the daemon what it is doing."""
    try:
        found = live.get("/status", node.socket, timeout=_PATIENCE)
    except live.CannotAsk as error:
        return wrong("daemon", error.message, error.hint or _JOURNAL)
    now = time.time()  # noqa: TID251 - the edge, where clocks come from
    problems = list(status.problems(found, now))
    if problems:
        return wrong("daemon", "; ".join(problems), "cri-resmgrctl status")
    origin = (found.get("configuration") or {}).get("origin")
    return ok("daemon", f"answers; policy {found.get('policy')} by the {origin}")


def relay(node: Node) -> Finding:
    """Ask the relay and the runtime what a kubelet would ask, without comparing their lists."""
    words = argparse.ArgumentParser()
    gate.add_arguments(words)
    given = ["--relay", node.relay, "--runtime", node.runtime, "--quick", "-o", "json"]
    told = io.StringIO()
    ended = gate.run(words.parse_args([*given, f"--timeout={_PATIENCE:g}"]), told, told)
    detail = str(json.loads(told.getvalue())["detail"])
    if ended == gate.FINE:
        return ok("relay", "answers, and so does the runtime")
    if ended == gate.AWAY:
        return wrong("relay", detail, "systemctl status containerd.service")
    return wrong("relay", detail, f"{_JOURNAL}; {_RESTART}")


def rights(node: Node) -> Finding:
    """Compare the rights of the relay's socket with the runtime's, which guard the same."""
    try:
        ours, theirs = os.stat(node.relay), os.stat(node.runtime)  # noqa: PTH116 - texts
        own = os.stat(node.socket)  # noqa: PTH116
    except OSError as error:
        return unknown("permissions", f"{error.filename}: {error.strerror}", "see the lines above")
    for path, one in ((node.relay, ours), (node.socket, own)):
        if not stat.S_ISSOCK(one.st_mode):
            return wrong("permissions", f"{path} is no socket", f"move it away; {_RESTART}")
    rights = [(stat.S_IMODE(one.st_mode), one.st_uid, one.st_gid) for one in (ours, theirs)]
    if rights[0][0] & ~rights[1][0]:
        detail = f"{node.relay} is open to more than {node.runtime}: {rights[0][0]:04o}"
        return wrong("permissions", detail, f"chmod {rights[1][0]:04o} {node.relay}")
    if own.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mode = stat.S_IMODE(own.st_mode)
        detail = f"{node.socket} is open to others than its owner: {mode:04o}"
        return wrong("permissions", detail, f"chmod 0600 {node.socket}")
    return ok("permissions", f"the relay's socket is as open as the runtime's: {rights[0][0]:04o}")


def state(node: Node) -> Finding:
    """Read what the daemon remembers."""
    folder = node.root / str(node.state).lstrip("/")
    try:
        saved = store.read(folder)
    except errors.CannotUse as error:
        return wrong("state", str(error), f"look at {folder} and the disk below it")
    count = len(saved.containers)
    return ok("state", f"{folder}: {count} containers, policy {saved.policy_name or 'none yet'}")


def configuration(node: Node) -> Finding:
    """Judge the files that the next start would read, on this machine."""
    wanted = trial.Hardware.below(node.root)
    folder = node.root / "etc/cri-resmgr"
    found = [path for name in _FILES if (path := folder / name).exists()]
    for path in found:
        verdict = judge.judge(str(path), wanted)
        if not verdict.ok:
            first = verdict.problems[0]
            where = f"{first.path}: " if first.path else ""
            detail = f"{_FILES[path.name]} configuration cannot be used: {where}{first.text}"
            remedy = f"cri-resmgrctl config validate --sysfs-root {node.root} {path}"
            return wrong("configuration", detail, remedy)
    if not found:
        return note("configuration", f"no file in {folder}; the node agent brings one, or nobody")
    names = " and ".join(path.name for path in found)
    return ok("configuration", f"{names} in {folder} can be used on this machine")
