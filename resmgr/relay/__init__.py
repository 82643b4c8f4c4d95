# SPDX-License-Identifier: Apache-2.0
"""The front end: takes the kubelet's calls and forwards them to the runtime, byte for byte.

`server` accepts connections, `downstream` is one of them, `router` tells for each method whether it
is forwarded (`forward`) or handed to a handler (`intercept`), `upstream` is the connection to a
runtime. All of them are callbacks of an event loop; only a handler gets a task.

What belongs here: sockets, connections, calls and their ends.
What must not: CRI messages, policies, configuration, anything that decides what a call means.
"""
