# SPDX-License-Identifier: Apache-2.0
"""The commands of `gardener-extension-cri-resmgr`, one module a command.

What belongs here: arguments, output for people, exit codes.
What must not: logic that another module could need; commands call it where it lives.
"""
