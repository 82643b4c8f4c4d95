# SPDX-License-Identifier: Apache-2.0
"""Policies: pure deciders over the machine, the containers and a request.

What belongs here: the interface (`interface`), the list of policies (`registry`), what several of
them share (such as `allocator`, `supply`, `remembered`), and one package a policy, of which only
the active one is imported. What must not: any I/O, clock or chance, asyncio, CRI messages;
policies do not know each other.
"""
