# SPDX-License-Identifier: Apache-2.0
"""The daemon's log: its forms, its files, which lines are let through, and the dump of messages.

What belongs here: what turns a record or a CRI message into lines. What must not: what is told
about; modules log with the standard library's loggers and know nothing of this package.
"""
