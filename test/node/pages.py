# SPDX-License-Identifier: Apache-2.0
"""Stands in for a daemon's pages, on a unix socket: fixed answers by path."""

import contextlib
import http.server
import socketserver
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path


class _Server(socketserver.ThreadingUnixStreamServer):
    def __init__(self, path: str, texts: Mapping[str, str]) -> None:
        self.texts = texts
        super().__init__(path, _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        texts = self.server.texts
        text = texts.get(self.path) or texts.get(self.path.partition("?")[0])
        body = (text if text is not None else "not found\n").encode()
        self.send_response(200 if text is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(path: Path, texts: Mapping[str, str]) -> Iterator[None]:
    """Answer with these texts, by path with query or path alone; 404 for others."""
    with _Server(str(path), texts) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
