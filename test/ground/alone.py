# SPDX-License-Identifier: Apache-2.0
"""A node whose API server is away, while the rest of the shoot has it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from . import cluster, machine


@asynccontextmanager
async def alone(shoot: cluster.Cluster, on: machine.Machine) -> AsyncIterator[None]:
    """Nothing goes between the API server and the node with its pods.

    Both ways: what the server sends on a watch would arrive although nobody can thank for it.
    """
    address, _, port = shoot.control.url.removeprefix("https://").partition(":")
    there, back = ("-d", address, "--dport", port), ("-s", address, "--sport", port)
    rules = [
        (chain, "-p", "tcp", *words, "-j", "DROP")
        for chain, words in (
            ("OUTPUT", there),
            ("INPUT", back),
            ("FORWARD", there),
            ("FORWARD", back),
        )
    ]
    for rule in rules:
        await on.run("iptables", "-w", "-I", *rule)
    try:
        yield
    finally:
        for rule in rules:
            await on.run("iptables", "-w", "-D", *rule)
