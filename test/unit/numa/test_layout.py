# SPDX-License-Identifier: Apache-2.0
"""Forms of virtual machines, and what qemu is told of them."""

from numa import layout

SMALL = layout.Layout(
    sockets=2,
    dies=1,
    cores=1,
    threads=1,
    nodes=(layout.Node("0-1", 64), layout.Node("", 32)),
    distances=((10, 20), (20, 10)),
)


def test_what_qemu_is_told() -> None:
    """CPUs, memory, nodes with and without CPUs, and each distance."""
    words = SMALL.arguments()

    assert words[:4] == ["-smp", "2,sockets=2,dies=1,cores=1,threads=1", "-m", "96M"]
    assert words[4::2] == ["-object", "-numa", "-object", "-numa", *["-numa"] * 4]
    assert words[5::2] == [
        "memory-backend-ram,id=memory0,size=64M",
        "node,nodeid=0,memdev=memory0,cpus=0-1",
        "memory-backend-ram,id=memory1,size=32M",
        "node,nodeid=1,memdev=memory1",
        "dist,src=0,dst=0,val=10",
        "dist,src=0,dst=1,val=20",
        "dist,src=1,dst=0,val=20",
        "dist,src=1,dst=1,val=10",
    ]


def test_nodes_have_all_cpus_once() -> None:
    """The form that tests use puts each of its CPUs into one node."""
    form = layout.FOUR_NODES
    cpus = sorted(cpu for of in form.cpus_by_node().values() for cpu in of)

    assert cpus == list(range(form.cpus))
    assert form.distances == tuple(zip(*form.distances, strict=True))
