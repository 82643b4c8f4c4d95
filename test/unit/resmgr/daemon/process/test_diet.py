# SPDX-License-Identifier: Apache-2.0
"""The daemon's process leaves out what it never uses."""

import subprocess
import sys
from types import ModuleType

from resmgr.daemon.process import diet

PROGRAM = """
import sys
from resmgr.daemon.process import diet
diet.slim(sys.modules)
import asyncio
from resmgr.cri import api_pb2
asked = api_pb2.CreateContainerRequest(pod_sandbox_id="p")
assert api_pb2.CreateContainerRequest.FromString(asked.SerializeToString()) == asked
print(sorted({"_ssl", "_posixsubprocess", "calendar", "datetime", "locale"} & set(sys.modules)))
"""


def test_messages_are_read_and_written_without() -> None:
    """Neither OpenSSL nor calendars nor what starts programs are loaded."""
    run = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True)

    assert done.stdout == "[]\n"


def test_what_is_loaded_already_stays() -> None:
    """Somebody may use it."""
    modules: dict[str, ModuleType | None] = {
        "ssl": sys,
        "subprocess": sys,
        "google.protobuf.internal.well_known_types": sys,
    }
    diet.slim(modules)

    assert set(modules.values()) == {sys}
