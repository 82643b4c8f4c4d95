# SPDX-License-Identifier: Apache-2.0
"""The child process that speaks to the API server, see `installer.api.child`."""

import sys

from ..api import access, child
from . import program


def run(around: program.Surroundings) -> int:
    """Read one request from standard input, send it, print what came."""
    child.serve(access.in_cluster(around.environ), sys.stdin, around.out)
    return 0
