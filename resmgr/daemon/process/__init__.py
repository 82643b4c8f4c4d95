# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process among others: systemd, signals, sockets that are kept, timers.

What belongs here: what any daemon on this system would need. What must not: containers, policies,
configurations, metrics; nothing here imports anything else of ours.
"""
