# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl`, which people ask about the daemon: one module a command.

What belongs here: words, options, tables; `main` lists the commands, `exits` the exit statuses,
`output` and `live` serve all of them. What must not: anything that the daemon needs, and anything
that decides; offline and node commands use `resmgr`.
"""
