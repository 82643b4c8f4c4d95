# SPDX-License-Identifier: Apache-2.0
"""What is asked and answered, as data: for processes that do not speak TLS themselves."""

from dataclasses import dataclass


class ApiProblem(Exception):
    """The API server was not reached, or said no; `status` is its HTTP status, 0 for none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: method, path with query, body as JSON text (empty for none), media types."""

    method: str
    path: str
    body: str = ""
    content_type: str = "application/json"
    accept: str = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status and text of an answer."""

    status: int
    body: str
