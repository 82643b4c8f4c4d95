# SPDX-License-Identifier: Apache-2.0
"""External adjustments: what somebody else wants containers to ask for (node agent, section 4).

What belongs here: reading and verifying adjustments, and which of them applies to which container,
as pure functions. It must not do I/O, and not know the engine: that makes containers follow.
"""
