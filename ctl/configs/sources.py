# SPDX-License-Identifier: Apache-2.0
"""Show every layer that a configuration may come from, which one counts, and what was refused.

force > node > group > default > last good > fallback > nothing. Of node, group and default the
node agent brings the first that there is; `kubectl get noderesourcemanagers` tells which. Where no
daemon answers, what its next start would find is judged instead, with exit status 3.

Examples:
  cri-resmgrctl config sources
  cri-resmgrctl config sources -o json | jq -r '.layers[] | select(.state == "counts").origin'
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from .. import exits, live, output, problem

KEPT = "configuration that the node agent gave last"
"""The only layer that a start passes over if it cannot be used."""

_LAYERS = {
    "forced configuration": "force",
    "configuration of the node agent": "node, group or default",
    KEPT: "last good",
    "fallback configuration": "fallback",
}
"""What the daemon calls a layer -> what configurations are called in a shoot."""

_FILES = {
    "forced configuration": "etc/cri-resmgr/force.cfg",
    "fallback configuration": "etc/cri-resmgr/fallback.cfg",
}
"""Where a unit of ours looks for files, below the root."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config sources`."""
    add_places(command)
    live.add_socket(command)
    output.add_output(command)


def add_places(command: argparse.ArgumentParser) -> None:
    """Add where the next start of a daemon finds configurations."""
    for name, default, words in (
        ("--relay-dir", "/var/lib/cri-resmgr", "state directory of the daemon"),
        ("--sysfs-root", "/", "folder below which the node's files are"),
    ):
        shown = f"{words} (default: %(default)s)"
        command.add_argument(name, type=Path, default=Path(default), metavar="DIR", help=shown)


def state_folder(arguments: argparse.Namespace) -> Path:
    """Give the daemon's state directory below the root that is named."""
    root: Path = arguments.sysfs_root
    return root / str(arguments.relay_dir).lstrip("/")


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Show them; 1 if the last configuration was refused, 3 where no daemon answers."""
    status = exits.FINE
    try:
        page = live.get("/config", arguments.socket)
        for name in ("modules", "below"):
            page.pop(name, None)
        past = page.pop("history", None) or [{"result": "refused" if page.get("refused") else ""}]
        status = exits.PROBLEM if past[-1].get("result") == "refused" else exits.FINE
    except live.Refused:
        raise
    except live.CannotAsk as error:
        err.write(f"{error.message}; what its next start would find:\n")
        page = {"layers": list(next_start(arguments.sysfs_root, state_folder(arguments)))}
        status = exits.UNREACHABLE
    if arguments.output != output.TABLE:
        output.write_document(out, page, arguments.output)
        return status
    where = output.screen(out)
    output.write_table(where, ["LAYER", "STATE", "NAME", "IS"], list(_rows(page)))
    out.write("\n")
    shown = {key: page[key] for key in ("generation", "hash", "since") if page.get(key)}
    if refused := page.get("refused"):
        shown["refused"] = f"{refused.get('origin')}: {output.one_line(refused.get('text'))}"
    output.write_pairs(where, shown)
    return status


def _rows(page: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for one in page.get("layers") or ():
        origin = one.get("origin")
        known = _LAYERS.get(str(origin))
        yield known or origin, one.get("state"), one.get("name") or None, origin if known else ""


def next_start(root: Path, state: Path) -> Iterator[dict[str, str]]:
    """Give the layers that a daemon would find that starts now, those that count more first."""
    from . import judge, trial  # noqa: PLC0415 - policies are loaded for this alone

    on = trial.Hardware.below(root)
    taken = False
    for origin, name, given in found(root, state):
        verdict = None if given is None else judge.judged(name, given, on)
        if verdict is None:
            word = "not there"
        elif not verdict.ok:
            first = verdict.problems[0]
            word = f"cannot be used: {first.path}: {first.text}".replace(": : ", ": ")
        else:
            word = "not used" if taken else "would count"
        taken = taken or (verdict is not None and verdict.ok)
        yield {"origin": origin, "name": name, "state": word}


def named(page: Mapping[str, Any]) -> dict[str, str]:
    """Give the files that a daemon's command line names by origin, from what it tells of layers.

    Nothing where they are the usual ones: those count by being there, others by being named.
    """
    told = {
        str(one.get("origin")): str(one["name"])
        for one in page.get("layers") or ()
        if one.get("origin") in _FILES and one.get("name")
    }
    return {} if all(name == f"/{_FILES[origin]}" for origin, name in told.items()) else told


def found(
    root: Path, state: Path, own: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str, str | Mapping[str, str] | None]]:
    """Give origin, name and content of each layer; None for the content of one that is not there.

    Files are documents; what the node agent gave is texts by module. `own` are files as `named`
    gives them, in place of the usual ones; one of them that cannot be read raises `Problem`, since
    no daemon starts without it.
    """
    forced, agent, kept, fallback = _LAYERS
    del agent
    for origin in (forced, kept, fallback):
        if origin == kept:
            yield kept, str(state), _kept(state)
        elif not own:
            yield origin, str(root / _FILES[origin]), _text(root / _FILES[origin])
        elif name := own.get(origin):
            yield origin, str(root / name.lstrip("/")), _own(root, origin, name)


def _own(root: Path, origin: str, name: str) -> str:
    text = _text(root / name.lstrip("/")) if name.startswith("/") else None
    if text is None:
        why = "cannot be read here" if name.startswith("/") else "is named from a folder not known"
        message = f"cannot tell what the next start would use: {origin} {name} {why}"
        raise problem.Problem(message, "compare with the file itself: -f FILE", exits.USAGE)
    return text


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return None


def _kept(state: Path) -> Mapping[str, str] | None:
    """Give what the node agent gave last, by module."""
    from resmgr.state import errors, store  # noqa: PLC0415 - loads sqlite

    try:
        saved = store.read(state)
    except errors.CannotUse:
        return None
    return None if saved.config is None else dict(saved.config)
