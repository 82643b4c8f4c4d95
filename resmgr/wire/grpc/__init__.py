# SPDX-License-Identifier: Apache-2.0
"""gRPC as it is put into HTTP/2: messages with their length, deadlines, statuses.

What belongs here: the forms that gRPC's protocol description gives, as values from and to bytes.
What must not: frames and streams of HTTP/2, input and output, knowledge of any service.
"""
