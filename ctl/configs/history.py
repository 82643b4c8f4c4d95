# SPDX-License-Identifier: Apache-2.0
"""Show which configurations the daemon took and refused lately, the newest last, and why.

It remembers the last 20, across restarts. GENERATION is what one counted as, beginning with 1 at
each start; one that was refused has none. TIMES tells how often the same came without another one
between.

Examples:
  cri-resmgrctl config history
  cri-resmgrctl config history -o json | jq '.history[] | select(.result == "refused")'
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from .. import exits, live, moments, output, problem


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what may stand behind `config history`."""
    live.add_socket(command)
    output.add_output(command)


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Show it; 1 if the last one was refused. Raises `CannotAsk`, `Problem`."""
    del err
    page = live.get("/config", arguments.socket)
    found = page.get("history")
    if not isinstance(found, list):
        message = "cannot show the history: this daemon remembers none"
        raise problem.Problem(message, "it is of an older version: `cri-resmgrctl status` tells")
    if arguments.output == output.TABLE:
        now = time.time()  # noqa: TID251 - the edge, where clocks come from
        heads: list[str | output.Column] = [
            output.Column("GENERATION", right=True),
            "TIME",
            "RESULT",
            output.Column("TIMES", right=True),
            "POLICY",
            "SOURCE",
            "WHY",
        ]
        output.write_table(output.screen(out), heads, [tuple(row(one, now)) for one in found])
    else:
        output.write_document(out, {"history": found}, arguments.output)
    refused = bool(found) and found[-1].get("result") == "refused"
    return exits.PROBLEM if refused else exits.FINE


def row(one: Mapping[str, Any], now: float) -> Iterator[object]:
    """Give the cells of an entry."""
    yield one.get("generation")
    yield moments.moment(one.get("time"), now)
    yield one.get("result")
    yield one.get("times")
    yield one.get("policy") or None
    yield " ".join(filter(None, (one.get("origin"), one.get("name"))))
    yield output.one_line(one.get("text")) or None
