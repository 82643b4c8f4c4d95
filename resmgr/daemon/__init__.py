# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgr`: start-up, signals, systemd, and the wiring of all layers.

What belongs here: the command line, logging, where configurations come from, the message dump,
metrics and their pages, the local services for the node agent, and what connects the layers. What
must not: decisions about containers and CPUs, CRI messages beyond handing them on, HTTP/2.
"""
