# SPDX-License-Identifier: Apache-2.0
"""Message classes, made by the short way and by the public one."""

import subprocess
import sys

from resmgr.cri import api_pb2
from resmgr.protobuf import classes


def test_both_ways_give_the_same() -> None:
    """The short way and the public one give the same names and the same numbers."""
    short, public = classes.make(api_pb2.DESCRIPTOR), classes.made_in_public(api_pb2.DESCRIPTOR)

    assert short.keys() == public.keys()
    assert [one for one in short.items() if isinstance(one[1], int)] == [
        one for one in public.items() if isinstance(one[1], int)
    ]


def test_both_ways_write_the_same() -> None:
    """Messages of either kind have the same bytes."""
    request = api_pb2.CreateContainerRequest(
        pod_sandbox_id="p", config=api_pb2.ContainerConfig(labels={"a": "b"}, command=["c"])
    )
    public = classes.made_in_public(api_pb2.DESCRIPTOR)["CreateContainerRequest"]

    assert public.FromString(request.SerializeToString()).SerializeToString() == (
        request.SerializeToString()
    )


def test_the_short_way_is_taken() -> None:
    """With the locked protobuf the second implementation of its own is not loaded."""
    code = (
        "import sys; from resmgr.cri import api_pb2;"
        "print([name for name in sys.modules if name.endswith(('python_message', 'text_format'))])"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"


def test_the_public_way_is_taken_without_the_c_code() -> None:
    """Where the module in C is missing, messages work all the same."""
    code = (
        "import sys; sys.modules['google._upb'] = None;"
        "from resmgr.cri import api_pb2;"
        "print(api_pb2.StopContainerRequest(container_id='c').SerializeToString())"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert done.stdout.strip() == repr(b"\n\x01c"), done.stderr
