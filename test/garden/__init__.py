# SPDX-License-Identifier: Apache-2.0
"""A small garden on loopback: what the extension meets in production, for tests, demo and bench.

What belongs here: real API servers (`servers`), their CRDs and the rights of our chart
(`install`), the stand-ins that play gardenlet (`gardenlet`, `care`), the resource managers
(`resource_manager`) and the nodes (`nodes`), and the means to wait for what they do (`mirror`)
and to count it (`audit`). What must not: assertions, and any part of the extension under test;
from `controller` only `kube` and `names` are used, so that a stand-in cannot share a mistake
with what it tests.
"""
