"""A kernel that does not sleep through a request.

ipykernel 7 sends replies on its shell socket behind the back of the event loop that reads from it.
Now and then a request that arrives at that very moment is not noticed: the kernel looks idle, the
cell keeps its star, and nothing happens until the page connects anew (ipython/ipykernel issue
1554; seen in 1 of 12 to 1 of 40 starts on a busy machine). `fmteach lab` loads this module into
its kernels; it looks for such a request ten times a second, which costs next to nothing.
"""

from __future__ import annotations

from typing import Any

EVERY_MS = 100


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython when the kernel starts."""
    keep_awake(getattr(shell, "kernel", None))


def keep_awake(kernel: Any) -> bool:
    """Look for unnoticed requests from now on; False where the kernel has no need of it (no
    kernel, or one of ipykernel 6, which reads and writes in one place)."""
    thread = getattr(kernel, "shell_channel_thread", None)
    stream = getattr(kernel, "shell_stream", None)
    if thread is None or stream is None or getattr(kernel, "_fmteach_awake", False):
        return False
    import zmq
    from tornado.ioloop import PeriodicCallback

    def look() -> None:
        if not stream.closed():
            stream.flush(zmq.POLLIN)

    # The socket belongs to its thread: only there may it be touched.
    thread.io_loop.add_callback(lambda: PeriodicCallback(look, EVERY_MS).start())
    kernel._fmteach_awake = True
    return True
