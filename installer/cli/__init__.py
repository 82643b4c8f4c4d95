# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgr-installer`: one module a command, each imported when it is called.

What belongs here: words of the command line, tables for people, exit codes, and the wiring of
edges. What must not: decisions about the node, and changes of it.
"""


def main() -> int:
    """Run the program with the words that it was started with; give the exit status."""
    import os  # noqa: PLC0415 - what tests import has no side effects
    import sys  # noqa: PLC0415

    from . import program  # noqa: PLC0415

    return program.run(sys.argv[1:], os.environ, sys.stdout, sys.stderr)
