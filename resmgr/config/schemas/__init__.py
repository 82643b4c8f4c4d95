# SPDX-License-Identifier: Apache-2.0
"""What can be configured: one module for each family of the daemon's modules, as data.

What belongs here: fields with type, unit, default and a sentence, and rules between fields that
hold on every machine. What must not: walking, reporting, anything that depends on a node's
hardware. `tree` puts the families together.
"""
