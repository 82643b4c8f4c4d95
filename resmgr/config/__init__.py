# SPDX-License-Identifier: Apache-2.0
"""The judgement of configurations, the same for controller, webhooks, node and tools.

What belongs here: strict reading, schemas, limits, problems with field paths and hints.
What must not: where a configuration comes from or goes to; requests, files, clocks.
"""
