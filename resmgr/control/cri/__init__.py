# SPDX-License-Identifier: Apache-2.0
"""Controller `cri`: whether what is decided for containers goes into requests and updates.

What belongs here: which intents it stands for, and who has to be caught up with when it runs again
(`scope`). What must not: messages, which the runtime's side makes.
"""
