# SPDX-License-Identifier: Apache-2.0
"""What the daemon counts and remembers of its own doing, for those who ask later.

What belongs here: counters and gauges, their names, series of pools and containers, the text that
Prometheus reads, the last decisions. What must not: serving pages, reading files of the system
(`resmgr.collect`), deciding.
"""
