# SPDX-License-Identifier: Apache-2.0
"""One event at a time: what is known + the active policy -> what to do, as data.

What belongs here: events (`events`), outcomes (`outcome`), the bookkeeping of pods and containers
(`ledger`), questions to the policy and what its answers mean (`asking`), what each event leads to
(`engine`), start-up synchronisation (`synchronise`). What must not: CRI messages, I/O, clocks,
asyncio. A front end turns messages into events; CRI is one, and tests have another that looks like
NRI, so that it stays possible.
"""
