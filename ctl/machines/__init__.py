# SPDX-License-Identifier: Apache-2.0
"""Machines that are made up: for simulations, for tests, and to try things without hardware.

`parse("2x2x14x2")` and `parse("snc")` give a machine as discovery would. What belongs here: how
such machines are written, built and laid out as files. What must not: files themselves, anything
about containers, requests or policies.
"""

from .grammar import BadMachine as BadMachine
from .grammar import parse as parse
from .named import NAMED as NAMED
