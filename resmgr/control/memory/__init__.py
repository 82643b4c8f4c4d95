# SPDX-License-Identifier: Apache-2.0
"""Controller `memory`: how much of the fastest memory a container should use at most.

What belongs here: reading the limit (`limit`), where it is written (`places`). What must not:
files.
"""
