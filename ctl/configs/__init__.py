# SPDX-License-Identifier: Apache-2.0
"""`cri-resmgrctl config`: one module a verb.

What belongs here: which texts are judged or shown, and how. What must not: what is right and what
is wrong; that is judged by the daemon's own code, so that a file passes here if and only if the
daemon takes it.
"""
