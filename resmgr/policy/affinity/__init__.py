# SPDX-License-Identifier: Apache-2.0
"""Which containers want to be near to, or away from, which others.

What belongs here: expressions over containers (`expression`, `keys`), reading affinities from the
annotations of a pod (`read`), and what they weigh (`weigh`). What must not: pools, CPUs and
anything else that one policy only knows of.
"""
