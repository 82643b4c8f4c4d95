# SPDX-License-Identifier: Apache-2.0
"""What the agent decides, without input, output, clock or chance: values go in, values come out.

`layers` says which ConfigMap counts, `scope` which Adjustments do, `delivery` when what is sent
again; `verdicts` keeps what came of it, `status` and `tally` say so to people.

What belongs here: decisions as data. What must not: event loops, sockets, requests, time.
"""
