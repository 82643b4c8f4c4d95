# SPDX-License-Identifier: Apache-2.0
"""The command line and the environment of `cri-resmgr`, and what it prints about itself.

What belongs here: flags, their older forms, usage, completion, variables, descriptions. What must
not: files other than those that are printed, sockets, what a flag brings about.
"""
