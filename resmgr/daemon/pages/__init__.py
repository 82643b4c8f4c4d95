# SPDX-License-Identifier: Apache-2.0
"""What people and tools may see of the daemon while it runs, and where it is served.

What belongs here: the small HTTP server, its pages, what is remembered for them. What must not:
changing anything; a page only looks.
"""
