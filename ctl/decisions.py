# SPDX-License-Identifier: Apache-2.0
"""Show what the daemon decided lately about containers, and why; with -f also what comes.

With -f and -o json each decision is one line of JSON. It goes on when the daemon is restarted.

Examples:
  cri-resmgrctl decisions
  cri-resmgrctl decisions default/web-1 -n 5
  cri-resmgrctl decisions -f -o json | jq -r .text
"""

import argparse
import json
import select
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TextIO

from . import exits, live, output

_WAIT: Final = 20
"""Seconds that the daemon is asked to wait for the next decision."""

_PAUSE: Final = 1.0
_LAST: Final = 50


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `decisions`."""
    command.add_argument(
        "container",
        nargs="?",
        default="",
        metavar="POD|CONTAINER",
        help="those about names that contain this",
    )
    command.add_argument("-f", "--follow", action="store_true", help="wait for more, until Ctrl-C")
    command.add_argument(
        "-n",
        "--last",
        type=int,
        default=_LAST,
        metavar="NUMBER",
        help="so many of those that were made already; -1 for all (default: %(default)s)",
    )
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Show them. Raises `CannotAsk` where there is no daemon at first."""
    page = live.get("/decisions", arguments.socket, {"since": "0"})
    found = _about(page, arguments.container)
    if arguments.last >= 0:
        found = found[len(found) - min(arguments.last, len(found)) :]
    if not arguments.follow:
        if not found:
            err.write(f"note: {_nothing(page, arguments.container)}\n")
        if arguments.output == output.TABLE:
            _table(output.screen(out), found)
        else:
            output.write_document(out, {**page, "decisions": found}, arguments.output)
        return exits.FINE
    show = _shower(out, arguments.output)
    show(found)
    follower = Follower(arguments.socket, page, lambda text: err.write(f"{text}\n"))
    while True:
        show(_about(follower.more(), arguments.container))


class Follower:
    """Asks for what comes, again and again; each decision is given once."""

    def __init__(
        self,
        socket: str,
        page: Mapping[str, Any],
        tell: Callable[[str], object],
        wait: int = _WAIT,
    ) -> None:
        """Take the page to go on from, and who is told that the daemon is away."""
        self._socket = socket
        self._next = int(page.get("next") or 0)
        self._tell = tell
        self._wait = wait
        self._away = False

    def more(self) -> Mapping[str, Any]:
        """Wait; give the next page, which may have no decisions."""
        began = time.monotonic()
        query = {"since": str(self._next), "wait": str(self._wait)}
        page: Mapping[str, Any] = {}
        try:
            page = live.get("/decisions", self._socket, query, timeout=self._wait + live.TIMEOUT)
        except live.CannotAsk as error:
            if error.status != exits.UNREACHABLE:
                raise
            if not self._away:
                self._tell(f"{error.message}; waiting for it")
            self._away = True
        else:
            self._away = False
            self._next = int(page.get("next") or 0)
            if lost := page.get("lost"):
                self._tell(f"{lost} decisions came too fast to be kept")
        if not page.get("decisions") and time.monotonic() - began < _PAUSE:
            # Who does not wait is not asked without a pause.
            select.select([], [], [], min(_PAUSE, self._wait))
        return page


def _about(page: Mapping[str, Any], word: str) -> list[dict[str, Any]]:
    every: list[dict[str, Any]] = list(page.get("decisions") or ())
    return [one for one in every if not word or any(word in name for name in _names(one))]


def _names(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """Give the names that a word may be a part of; a slash will do for a colon."""
    title = str(one.get("container"))
    return title, title.replace(":", "/"), str(one.get("cacheID"))


def _nothing(page: Mapping[str, Any], word: str) -> str:
    """Say why nothing is shown."""
    from resmgr.config import suggest  # noqa: PLC0415 - for a word that is wrong

    names = {str(one.get("container")): None for one in page.get("decisions") or ()}
    if not word or not names:
        return "nothing was decided yet since the daemon's start"
    short = (name.rpartition("/")[2].rpartition(":")[0] for name in names)
    meant = suggest.nearest(word, (*names, *short))
    hint = f"; did you mean {meant}?" if meant else ""
    return f"nothing that is kept was decided about {word}{hint}"


def _table(where: output.Screen, found: Sequence[Mapping[str, Any]]) -> None:
    columns = ["TIME", "CONTAINER", "LEVEL", "DECISION"]
    rows = [[one.get(key) for key in ("time", "container", "level", "text")] for one in found]
    output.write_table(where, columns, rows)


def _shower(out: TextIO, form: str) -> Callable[[Sequence[Mapping[str, Any]]], None]:
    """Give what shows decisions one by one, as they come."""

    def show(found: Sequence[Mapping[str, Any]]) -> None:
        for one in found:
            if form == output.JSON:
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
            elif form == output.YAML:
                out.write("---\n")
                output.write_document(out, dict(one), form)
            else:
                out.write(
                    f"{one.get('time')}  {output.plain(one.get('container'))}:"
                    f" {output.plain(one.get('text'))}\n"
                )
        out.flush()

    return show
