"""Whose connection it is: what opens a browser can be seen by other users of a Linux machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CONNECTIONS = Path("/proc/net/tcp")  # proc(5): local address, remote address, …, the owner's number
_LOCAL, _REMOTE, _OWNER = 1, 2, 7


def is_other_user(port: int, ours: int) -> bool:
    """Tell whether another user of this machine holds the other end, `port`, of a connection to `ours`.

    Where the system doesn't tell, it is not known to be another's.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        lines = CONNECTIONS.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return False
    for fields in map(str.split, lines):
        if _port(fields[_LOCAL]) == port and _port(fields[_REMOTE]) == ours:
            return int(fields[_OWNER]) != os.geteuid()
    return False


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
