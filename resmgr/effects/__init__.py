# SPDX-License-Identifier: Apache-2.0
"""Carrying out what the engine decided: the only place that does, in order, with failures told.

What belongs here: which request and which updates intents come to, in which order (`plan`, pure),
and doing it (`carry_out`). What must not: decisions; CRI messages, which the runtime's side makes.
"""
