# SPDX-License-Identifier: Apache-2.0
"""The steps of an installation, one module each: apply, revert, check.

What belongs here: what one step does to the node, through the edges that `interface.Node` gives.

What must not be here: which steps are due (`plan`), their order in time and what follows from a
failure (`execute`), direct access to the disk, to D-Bus or to the clock; steps do not know each
other.
"""
