# SPDX-License-Identifier: Apache-2.0
"""Controllers: what a decision of a policy means for a part of the machine.

What belongs here: a package a controller (`cpu`, `cri`, `memory`), each a pure decider, and which
of them run (`roster`). They do not know each other. What must not: files, clocks, the runtime;
`effects` carries out what is decided here.
"""
