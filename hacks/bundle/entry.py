# SPDX-License-Identifier: Apache-2.0
"""Entry of the bundle's programs: one executable, and the name that it is called by says which.

The programs share their interpreter, libraries and byte-code; the others are links to the first.
It is imported as `bundle_entry`, which runs the program.
"""

import importlib
import sys

DAEMON = "cri-resmgr"

MODULES = {
    DAEMON: "resmgr.daemon.cli",
    "cri-resmgr-installer": "installer.cli",
    "cri-resmgrctl": "ctl.main",
    "kubectl-resmgr": "ctl.main",
}
"""Program and the module with its `main`; each loads what it needs and nothing of the others."""


def main() -> None:
    """Run the program that was called; any other name is the daemon's."""
    called = sys.argv[0].rpartition("/")[2]
    name = called if called in MODULES else DAEMON
    if sys.argv[1:] == ["--version"] and name != DAEMON:
        version = importlib.import_module("resmgr.version").current()
        sys.stdout.write(f"{name} {version}\n")
        return
    sys.exit(importlib.import_module(MODULES[name]).main())


if __name__ == "bundle_entry":
    main()
