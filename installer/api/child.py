# SPDX-License-Identifier: Apache-2.0
"""Requests are sent by a child process, for two reasons: memory and deadlines.

TLS costs 5 MB of memory that the process which stays on every node need not have for one request a
minute; and a child that hangs, wherever that is, is ended at its deadline.
"""

import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import TextIO

from .. import programs
from . import access as ways
from . import messages

Send = Callable[[messages.Request], messages.Answer]
"""Sends a request; raises `messages.ApiProblem`."""

TIMEOUT = 8.0
"""Seconds for one exchange in the child."""


def sender(argv: Sequence[str], run: programs.Run) -> Send:
    """Make what sends a request by the program `argv`, which has to call `serve`."""

    def send(request: messages.Request) -> messages.Answer:
        asked = json.dumps(dataclasses.asdict(request))
        try:
            result = run(argv, asked, TIMEOUT + 2.0)
            said = json.loads(result.out)
        except (programs.ProgramProblem, ValueError) as error:
            raise messages.ApiProblem(f"cannot ask the API server: {error}") from error
        if problem := said.get("problem"):
            raise messages.ApiProblem(problem)
        return messages.Answer(int(said["status"]), said["body"])

    return send


def serve(access: ways.Access | None, asked: TextIO, out: TextIO) -> None:
    """In the child: read one request, send it, write what came."""
    request = messages.Request(**json.load(asked))
    said: dict[str, object]
    if access is None:
        said = {"problem": "cannot reach an API server: this is no pod of a cluster"}
    else:
        from . import exchange  # noqa: PLC0415 - TLS is for this process alone

        try:
            answer = exchange.send(access, request, TIMEOUT)
            said = {"status": answer.status, "body": answer.body}
        except messages.ApiProblem as problem:
            said = {"problem": str(problem)}
    json.dump(said, out)
