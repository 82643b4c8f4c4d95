# SPDX-License-Identifier: Apache-2.0
"""What every kind of our messages needs of protobuf: classes made quickly, bytes read safely.

What belongs here: classes from a descriptor, and the one error of bytes that are no message.
What must not: knowledge of any message, input and output, anything else of ours.
"""
