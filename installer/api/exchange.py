# SPDX-License-Identifier: Apache-2.0
"""One request and its answer over TLS; the files of CA and token are read anew each time."""

import http.client
import ssl

from . import access as ways
from . import messages

LARGEST = 4 * 1024 * 1024
"""Bytes of an answer at most; a Node has 1.5 million at most, as etcd takes no more."""


def send(
    access: ways.Access, request: messages.Request, timeout: float, *, largest: int = LARGEST
) -> messages.Answer:
    """Send one request and read the answer, whatever its status. Raises `ApiProblem`."""
    where = f"{access.host}:{access.port}"
    try:
        with open(access.token_file, encoding="ascii") as file:  # noqa: PTH123 - pathlib is heavier
            token = file.read().strip()
        context = ssl.create_default_context(cafile=access.ca_file)
    except (OSError, ValueError) as error:
        raise messages.ApiProblem(f"cannot use the account of the pod: {error}") from error
    connection = http.client.HTTPSConnection(
        access.host, access.port, timeout=timeout, context=context
    )
    headers = {"Authorization": f"Bearer {token}", "Accept": request.accept}
    if request.body:
        headers["Content-Type"] = request.content_type
    try:
        connection.request(request.method, request.path, request.body.encode() or None, headers)
        answer = connection.getresponse()
        data = answer.read(largest + 1)
    except (OSError, http.client.HTTPException) as error:
        raise messages.ApiProblem(f"cannot reach the API server at {where}: {error}") from error
    finally:
        connection.close()
    if len(data) > largest:
        raise messages.ApiProblem(f"the API server at {where} answers with over {largest} bytes")
    return messages.Answer(answer.status, data.decode("utf-8", errors="replace"))
