# SPDX-License-Identifier: Apache-2.0
"""What a CRI call means: messages to events, outcomes to messages; one module an intercepted call.

What belongs here: the messages (`api.proto`, of which `api_pb2` is made), their way to and from
the model (`resources`, `pods`, `containers`), the calls that are intercepted and their visible
list (`interceptions`), and what they have in common (`session`). What must not: sockets, HTTP/2,
knowledge of a policy; one interception does not know another one.
"""
