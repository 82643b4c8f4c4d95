# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl`, which people ask about the daemon: one module a command.

What belongs here: words, options, tables, exit statuses. What must not: anything that the daemon
needs, and anything that decides; offline and node commands use `resmgr`.

Exit status: 0 fine, 1 a problem was found, 2 wrong usage, 3 something could not be reached.
"""
