"""A kernel of the course notices every request, also one that ipykernel 7 would sleep through."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import zmq
from jupyter_client.kernelspec import KernelSpecManager
from tornado.ioloop import IOLoop
from zmq.eventloop.zmqstream import ZMQStream

from fmteach.cli.lab import jupyter_environment
from fmteach.kernel import keep_awake, load_ipython_extension


class Loop(threading.Thread):
    """A thread with an event loop, as the kernel has for its shell channel."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ready = threading.Event()
        self.start()
        self.ready.wait()

    def run(self) -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        self.io_loop = IOLoop.current()
        self.io_loop.add_callback(self.ready.set)
        self.io_loop.start()
        self.io_loop.close(all_fds=True)

    def call(self, function) -> None:
        done = threading.Event()
        self.io_loop.add_callback(lambda: (function(), done.set()))
        assert done.wait(10)


@pytest.fixture
def shell():
    """A request socket in a loop of its own, a client, and what was read so far."""
    context, loop, read = zmq.Context(), Loop(), []
    made = SimpleNamespace(loop=loop, read=read)

    def make() -> None:
        made.router = context.socket(zmq.ROUTER)
        port = made.router.bind_to_random_port("tcp://127.0.0.1")
        made.stream = ZMQStream(made.router, loop.io_loop)
        made.stream.on_recv(read.append)
        made.port = port

    loop.call(make)
    made.client = context.socket(zmq.DEALER)
    made.client.connect(f"tcp://127.0.0.1:{made.port}")
    yield made
    made.client.close(linger=0)
    loop.call(lambda: made.stream.close(linger=0))
    loop.io_loop.add_callback(loop.io_loop.stop)
    loop.join(10)
    context.term()


def sleep_through_a_request(shell) -> None:
    """What happens in ipykernel 7: a request arrives, then a reply is sent past the stream."""

    def busy() -> None:
        shell.client.send(b"request")
        time.sleep(0.3)
        shell.router.send_multipart([b"a client that has gone", b"reply"])

    shell.loop.call(busy)


def test_the_request_is_read_all_the_same(shell):
    kernel = SimpleNamespace(shell_channel_thread=shell.loop, shell_stream=shell.stream)
    shell.client.send(b"first")
    wait_for(lambda: len(shell.read) == 1)
    assert keep_awake(kernel)
    assert not keep_awake(kernel)  # once is enough
    for number in range(2, 5):
        sleep_through_a_request(shell)
        wait_for(lambda number=number: len(shell.read) == number)


def wait_for(condition) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "the request was not noticed"
        time.sleep(0.02)


def test_where_there_is_no_kernel_nothing_happens():
    load_ipython_extension(SimpleNamespace())
    assert not keep_awake(None)
    assert not keep_awake(SimpleNamespace(shell_stream=object()))  # ipykernel 6


def test_jupyter_finds_the_kernel_of_the_course(monkeypatch):
    for name, value in jupyter_environment().items():
        monkeypatch.setenv(name, value)
    found = KernelSpecManager().get_kernel_spec("python3")
    assert "--IPKernelApp.extra_extensions=fmteach.kernel" in found.argv
    assert found.argv[:3] == ["python", "-m", "ipykernel_launcher"]
    folder = Path(found.resource_dir)
    assert json.loads((folder / "kernel.json").read_text())["display_name"] == found.display_name
