"""The sandbox as a server: connections, ports, starting and ending."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time

import pytest
import requests

from bulk_register.sandbox import Behaviour, Sandbox, serve
from tests.support.raw_requests import REGISTER, identifiers, payload, register, signed


def address(sandbox: Sandbox) -> tuple[str, int]:
    host, port = sandbox.base_url.removeprefix("http://").split(":")
    return host, int(port)


def ask_in_vain(base_url: str) -> None:
    with pytest.raises(requests.ConnectionError):
        register(base_url, "a")


def test_a_connection_serves_many_requests() -> None:
    body = json.dumps(payload(["a"])).encode()
    with Sandbox() as sandbox:
        connection = http.client.HTTPConnection(*address(sandbox), timeout=5)
        connection.connect()
        kept = connection.sock
        for _ in range(3):
            connection.request("POST", REGISTER, body, signed("POST", REGISTER, body))
            assert connection.getresponse().read()
            assert connection.sock is kept
        connection.close()


def test_two_sandboxes_know_nothing_of_each_other() -> None:
    with Sandbox() as one, Sandbox() as other:
        assert identifiers(register(one.base_url, "a")) != identifiers(register(other.base_url, "a"))
        assert len(one.requests) == len(other.requests) == 1


def test_a_port_in_use_is_an_os_error() -> None:
    with Sandbox() as sandbox, pytest.raises(OSError, match="in use"):
        Sandbox(port=address(sandbox)[1])


def test_closing_is_prompt_and_leaves_nothing_behind() -> None:
    before = threading.active_count()
    with Sandbox(Behaviour(latency_seconds=60)) as sandbox:
        idle = socket.create_connection(address(sandbox))
        waiting = threading.Thread(target=ask_in_vain, args=(sandbox.base_url,))
        waiting.start()
        while not sandbox.requests:
            time.sleep(0.01)
        started = time.monotonic()
    assert time.monotonic() - started < 30  # of 60 s
    waiting.join()
    with idle:
        assert idle.recv(1) == b""
    assert threading.active_count() == before
    ask_in_vain(sandbox.base_url)


@pytest.mark.skipif(os.name == "nt", reason="signals to oneself are another matter there")
def test_serving_ends_with_ctrl_c() -> None:
    addresses = []

    def started(sandbox: Sandbox) -> None:
        addresses.append(sandbox.base_url)
        identifiers(register(sandbox.base_url, "a"))
        threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()

    serve(started=started)
    ask_in_vain(addresses[0])
