# SPDX-License-Identifier: Apache-2.0
"""The one place that talks to the API server: requests and watches over one connection.

What belongs here: where the server is and who we are, one request and its errors, following a list.
What must not: what a ConfigMap or an Adjustment means, what is to be written into a status.
"""
