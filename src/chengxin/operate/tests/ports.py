"""Ports that are chosen now and listened on later."""

from __future__ import annotations

import itertools
import os
import socket

# Below the ports that the kernel gives to whoever asks for any (from 32768) and beside those that demos look through
# (from 8000 and from 20000); forty for each process of the run.
_FIRST = 10_000 + os.getpid() * 7 % 249 * 40
_OWN = itertools.cycle(range(_FIRST, _FIRST + 40))


def free_port() -> int:
    """One that nobody listens on, and that nobody is given by chance before it is used."""
    for port in itertools.islice(_OWN, 40):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))  # everywhere, as a platform with TLS of its own listens
            except OSError:
                continue
            return port
    raise OSError("forty ports are taken")
