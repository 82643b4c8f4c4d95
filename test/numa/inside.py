# SPDX-License-Identifier: Apache-2.0
"""Runs inside the virtual machine: serves the tests outside, which come by TCP.

It stands beside the bundle's interpreter in the place of `bundle_entry`, and so needs no other
Python. A connection begins with one line of JSON: `{"run": SHELL}` answers with a line of JSON, the
status and what was written, and ends; `{"connect": PATH}` joins the connection with a unix socket,
after an empty line, or a line that says why that cannot be.
"""

import json
import socket
import subprocess
import threading

PORT = 7000
_CHUNK = 65536


def serve() -> None:
    """Take connections until the machine goes."""
    with socket.create_server(("0.0.0.0", PORT)) as listening:  # noqa: S104  # all of a closed world
        print("inside: ready", flush=True)
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    """Do what a connection asks for, and end it."""
    with connection:
        asked = json.loads(_line(connection))
        if "run" in asked:
            connection.sendall(_run(asked["run"]))
        else:
            _join(connection, asked["connect"])


def _line(connection: socket.socket) -> bytes:
    """Read the first line, and nothing of what comes behind it."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            break
        line += byte
    return bytes(line)


def _run(script: str) -> bytes:
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return json.dumps([done.returncode, done.stdout.decode("utf-8", "replace")]).encode() + b"\n"


def _join(outside: socket.socket, path: str) -> None:
    with socket.socket(socket.AF_UNIX) as there:
        try:
            there.connect(path)
        except OSError as error:
            outside.sendall(f"{error}\n".encode())
            return
        outside.sendall(b"\n")
        back = threading.Thread(target=_pass_on, args=(there, outside), daemon=True)
        back.start()
        _pass_on(outside, there)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # One side has gone: the other one shall not wait for it.
        for each in (source, target):
            each.close()


if __name__ == "bundle_entry":
    serve()
