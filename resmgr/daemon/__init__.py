# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgr`: start-up, signals, systemd, and the wiring of all layers.

What belongs here: the daemon's life. `cli` reads the command line, `run` is the process, `prepare`
finds what has to be right, `begin` takes up what was remembered, `wiring` makes everything of
everything, and `reconfigure` takes another configuration on the way. What each of them needs stands
in a package beside them, one a concern. What must not: decisions about containers and CPUs, CRI
messages beyond handing them on, HTTP/2.
"""
