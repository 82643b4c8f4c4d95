# SPDX-License-Identifier: Apache-2.0
"""The program `gardener-extension-cri-resmgr`: one module a command.

What belongs here: options, help with examples, what is printed and the exit status. What must
not: anything that a test would want to call without a terminal; that is in the packages beside it.
Commands are imported when they are called, so that `validate` does not load an operator framework.

Exit status: 0 fine, 1 a problem was found, 2 wrong usage, 3 something could not be reached.
"""

from .program import main

__all__ = ["main"]
