# SPDX-License-Identifier: Apache-2.0
"""What the documentation says about the node agent, from its own code; see generate_docs.py."""

from agent import flags
from hacks.docs_tables import code, table


def agent_flags() -> str:
    """Write every flag of the agent."""
    rows = [
        (
            code(f"-{flag.name}"),
            flag.kind.value,
            code(flag.default),
            f"{flag.doc} Has no effect: {flag.idle}." if flag.idle else flag.doc,
        )
        for flag in flags.FLAGS.values()
    ]
    return table(("flag", "value", "default", "what it does"), rows)
