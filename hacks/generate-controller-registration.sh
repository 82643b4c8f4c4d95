#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The name under which users of the original know the program beside it.
exec "$(dirname -- "$0")/generate-controller-registration" "$@"
