"""Ports for programs that have to be told one."""

import socket

from sim_hw.free_port import LOCAL_PORTS, free_port


def test_a_free_port_is_one_that_the_kernel_never_hands_out():
    first_handed_out = int(LOCAL_PORTS.read_text(encoding="ascii").split()[0])
    ports = [free_port(2) for _ in range(50)]
    assert max(ports) + 1 < first_handed_out
    assert len(set(ports)) > 1


def test_a_port_in_use_is_passed_over(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
        probe.close()
        offered = iter((taken.getsockname()[1], free))
        monkeypatch.setattr("sim_hw.free_port.random.randrange", lambda *_: next(offered))
        assert free_port() == free
